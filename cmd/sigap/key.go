package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/app"
)

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Manage the keys of senders"}
	var source string
	var drill bool
	create := &cobra.Command{
		Use: "create --source SOURCE NAME", Short: "Make a key for a sender and print it", Args: cobra.ExactArgs(1),
		Example: "  sigap key create --source alertmanager prometheus-jakarta",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withAccounts(cmd, func(ctx context.Context, a app.Accounts) error {
				return printSecret(cmd)(a.IssueKey(ctx, args[0], source, drill))
			})
		},
	}
	create.Flags().StringVar(&source, "source", "", "what sends: alertmanager, grafana, pagerduty, generic, otlp, agent, report, heartbeat, …")
	create.Flags().BoolVar(&drill, "drill", false, "what comes by this key is part of a drill")
	_ = create.MarkFlagRequired("source")
	app.StoreFlags(create.Flags())
	cmd.AddCommand(create)
	return cmd
}
