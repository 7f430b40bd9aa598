package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Manage accounts"}
	cmd.AddCommand(userAddCommand())
	return cmd
}

func userAddCommand() *cobra.Command {
	var p directory.Person
	var admin, fromStdin bool
	var right string
	cmd := &cobra.Command{
		Use: "add", Short: "Make an account", Args: cobra.NoArgs,
		Example: "  printf %s \"$PASSWORD\" | sigap user add --admin --email rina@example.com --password-stdin",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !fromStdin {
				return errors.New("give the password on standard input and say --password-stdin: on the command line others could see it")
			}
			line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("read the password: %w", err)
			}
			p.Right = incident.Right(right)
			if admin {
				p.Right = incident.Admin
			}
			if p.Name == "" {
				p.Name, _, _ = strings.Cut(p.Email, "@")
			}
			return withAccounts(cmd, func(ctx context.Context, a app.Accounts) error {
				if err := a.AddUser(ctx, &p, strings.TrimRight(line, "\r\n")); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), p.ID)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.Email, "email", "", "e-mail address, with which the person signs in")
	f.StringVar(&p.Name, "name", "", "name (default: the address before the @)")
	f.StringVar(&p.Lang, "lang", "", "language: en or id")
	f.StringVar(&p.Timezone, "timezone", "", "time zone, as Asia/Jakarta")
	f.StringVar(&right, "right", "responder", "what the account may do: viewer, responder, manager or admin")
	f.BoolVar(&admin, "admin", false, "the same as --right admin")
	f.BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	_ = cmd.MarkFlagRequired("email")
	app.StoreFlags(f)
	return cmd
}
