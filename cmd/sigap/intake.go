package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// intakeClient speaks to a server with a sender's key, from SIGAP_KEY.
func intakeClient(cmd *cobra.Command) (*client, string, error) {
	server, err := cmd.Flags().GetString("server")
	if err != nil {
		return nil, "", err
	}
	key := os.Getenv("SIGAP_KEY")
	if key == "" {
		return nil, "", fmt.Errorf("set SIGAP_KEY to an integration key; make one with: sigap key create --source %s NAME", sourceOf(cmd))
	}
	return &client{server: strings.TrimSuffix(server, "/"), http: &http.Client{Timeout: clientTimeout}}, "/in/" + key, nil
}

func sourceOf(cmd *cobra.Command) string {
	return map[string]string{"signal": "generic", "change": "change", "report": "report"}[cmd.Name()]
}

// given are the flags that somebody gave, by name.
func given(cmd *cobra.Command, names ...string) map[string]any {
	out := map[string]any{}
	for _, n := range names {
		if f := cmd.Flags().Lookup(n); f != nil && f.Value.String() != "" {
			out[n] = f.Value.String()
		}
	}
	return out
}

func signalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "signal TITLE", Short: "Send a signal, as a monitoring script does", Args: cobra.MinimumNArgs(1),
		Example: "  sigap signal --service payment --severity critical --identity disk-full Disk full on pay-1\n  sigap signal --identity disk-full --status resolved Disk full on pay-1",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, in, err := intakeClient(cmd)
			if err != nil {
				return err
			}
			body := given(cmd, "service", "environment", "severity", "identity", "status", "url")
			body["title"] = strings.Join(args, " ")
			return c.call(cmd.Context(), http.MethodPost, in, body, nil)
		},
	}
	for name, usage := range map[string]string{"service": "the service that it is about", "environment": "where (default production)", "severity": "critical, error, warning or info",
		"identity": "what makes two signals one alert (default: service and title)", "status": "firing or resolved", "url": "where more can be seen"} {
		cmd.Flags().String(name, "", usage)
	}
	clientFlags(cmd.Flags())
	return cmd
}

func changeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "change SUMMARY", Short: "Announce a deploy or another change to production", Args: cobra.MinimumNArgs(1),
		Example: "  sigap change --kind deploy --service payment --from v2.13.4 --to v2.14.0 Deploy payment v2.14.0",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, in, err := intakeClient(cmd)
			if err != nil {
				return err
			}
			body := given(cmd, "kind", "service", "environment", "author", "from", "to", "diff", "url")
			body["summary"] = strings.Join(args, " ")
			body["startedAt"] = time.Now().UTC().Format(time.RFC3339Nano)
			return c.call(cmd.Context(), http.MethodPost, in+"/changes", body, nil)
		},
	}
	for name, usage := range map[string]string{"kind": "deploy, config, infrastructure, flag or migration", "service": "the service that is changed", "environment": "where (default production)",
		"author": "who does it", "from": "version before", "to": "version after", "diff": "what changes, as a unified diff", "url": "where more can be seen"} {
		cmd.Flags().String(name, "", usage)
	}
	clientFlags(cmd.Flags())
	return cmd
}

func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "report WORDS", Short: "Pass on what a user reports", Args: cobra.MinimumNArgs(1),
		Example: "  sigap report --service checkout --reporter 'ticket 4711' Payment spins, then fails",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, in, err := intakeClient(cmd)
			if err != nil {
				return err
			}
			body := given(cmd, "service", "reporter", "segment", "channel")
			body["words"] = strings.Join(args, " ")
			return c.call(cmd.Context(), http.MethodPost, in+"/reports", body, nil)
		},
	}
	for name, usage := range map[string]string{"service": "the service that it is about, if known", "reporter": "who reported it", "segment": "what may set the affected apart: city, plan, payment method", "channel": "how it came"} {
		cmd.Flags().String(name, "", usage)
	}
	clientFlags(cmd.Flags())
	return cmd
}
