package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/incident"
)

func tokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage API tokens"}
	var scope string
	create := &cobra.Command{
		Use: "create --scope RIGHT NAME", Short: "Make an API token and print it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withAccounts(cmd, func(ctx context.Context, a app.Accounts) error {
				return printSecret(cmd)(a.IssueToken(ctx, args[0], incident.Right(scope)))
			})
		},
	}
	create.Flags().StringVar(&scope, "scope", "", "what the token may do: viewer, responder, manager or admin")
	_ = create.MarkFlagRequired("scope")
	app.StoreFlags(create.Flags())
	cmd.AddCommand(create)
	return cmd
}

// printSecret prints a secret that was made, and nothing else.
func printSecret(cmd *cobra.Command) func(string, error) error {
	return func(secret string, err error) error {
		if err == nil {
			_, err = fmt.Fprintln(cmd.OutOrStdout(), secret)
		}
		return err
	}
}
