package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/incident"
)

func verifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify [INCIDENT…]", Short: "Check that no timeline was altered",
		Long: "Checks the chain of each timeline, and that each incident is what its timeline\nreplays to. Without names it checks all of them.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withAccounts(cmd, func(ctx context.Context, a app.Accounts) error {
				checked, err := a.Verify(ctx, args, func(i *incident.Incident, fault error) {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %v\n", i.Ref(), fault)
				})
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d timelines are whole\n", checked)
				return nil
			})
		},
	}
	app.StoreFlags(cmd.Flags())
	return cmd
}
