package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

func declareCommand() *cobra.Command {
	var service, environment, text string
	var severity int
	cmd := &cobra.Command{
		Use: "declare TITLE", Short: "Declare an incident", Args: cobra.MinimumNArgs(1),
		Example: "  sigap declare --severity 1 --service payment Checkout fails for everybody",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			var made struct {
				Ref string `json:"ref"`
			}
			in := map[string]any{"title": strings.Join(args, " "), "severity": severity, "service": service, "environment": environment, "text": text}
			if err := c.Call(cmd.Context(), http.MethodPost, "/api/incidents", in, &made); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s/incidents/%s\n", made.Ref, c.Server(), made.Ref)
			return nil
		},
	}
	f := cmd.Flags()
	f.IntVar(&severity, "severity", 2, "1 (worst) to 4")
	f.StringVar(&service, "service", "", "the service that is broken")
	f.StringVar(&environment, "environment", "", "default: production")
	f.StringVar(&text, "text", "", "what is known so far")
	serverFlag(f)
	return cmd
}
