package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func signalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "signal TITLE", Short: "Send a signal, as a monitoring script does", Args: cobra.MinimumNArgs(1),
		Example: "  sigap signal --service payment --severity critical --identity disk-full Disk full on pay-1\n  sigap signal --identity disk-full --status resolved Disk full on pay-1",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, in, err := senderClient(cmd, "generic")
			if err != nil {
				return err
			}
			body := given(cmd, "service", "environment", "severity", "identity", "status", "url")
			body["title"] = strings.Join(args, " ")
			return c.Call(cmd.Context(), http.MethodPost, in, body, nil)
		},
	}
	for name, usage := range map[string]string{"service": "the service that it is about", "environment": "where (default production)", "severity": "critical, error, warning or info",
		"identity": "what makes two signals one alert (default: service and title)", "status": "firing or resolved", "url": "where more can be seen"} {
		cmd.Flags().String(name, "", usage)
	}
	serverFlag(cmd.Flags())
	return cmd
}

func changeCommand() *cobra.Command {
	var lasts time.Duration
	cmd := &cobra.Command{
		Use: "change SUMMARY", Short: "Announce a deploy or another change to production", Args: cobra.MinimumNArgs(1),
		Example: "  sigap change --kind deploy --service payment --from v2.13.4 --to v2.14.0 Deploy payment v2.14.0\n  sigap change --kind maintenance --service payment --for 2h New disks",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, in, err := senderClient(cmd, "change")
			if err != nil {
				return err
			}
			body := given(cmd, "kind", "service", "environment", "author", "from", "to", "diff", "url")
			body["summary"] = strings.Join(args, " ")
			now := time.Now().UTC()
			body["startedAt"] = now.Format(time.RFC3339Nano)
			if lasts > 0 {
				body["endedAt"] = now.Add(lasts).Format(time.RFC3339Nano)
			}
			return c.Call(cmd.Context(), http.MethodPost, in+"/changes", body, nil)
		},
	}
	for name, usage := range map[string]string{"kind": "deploy, config, infrastructure, flag, migration or maintenance", "service": "the service that is changed", "environment": "where (default production)",
		"author": "who does it", "from": "version before", "to": "version after", "diff": "what changes, as a unified diff", "url": "where more can be seen"} {
		cmd.Flags().String(name, "", usage)
	}
	cmd.Flags().DurationVar(&lasts, "for", 0, "how long it takes; alerts of a service under maintenance are held meanwhile")
	serverFlag(cmd.Flags())
	return cmd
}

func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "report WORDS", Short: "Pass on what a user reports", Args: cobra.MinimumNArgs(1),
		Example: "  sigap report --service checkout --reporter 'ticket 4711' Payment spins, then fails",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, in, err := senderClient(cmd, "report")
			if err != nil {
				return err
			}
			body := given(cmd, "service", "reporter", "segment", "channel")
			body["words"] = strings.Join(args, " ")
			return c.Call(cmd.Context(), http.MethodPost, in+"/reports", body, nil)
		},
	}
	for name, usage := range map[string]string{"service": "the service that it is about, if known", "reporter": "who reported it", "segment": "what may set the affected apart: city, plan, payment method", "channel": "how it came"} {
		cmd.Flags().String(name, "", usage)
	}
	serverFlag(cmd.Flags())
	return cmd
}
