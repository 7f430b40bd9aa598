package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/app"
)

func keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Manage the keys of senders"}
	cmd.AddCommand(keyCreateCommand(), keyRotateCommand())
	return cmd
}

func keyCreateCommand() *cobra.Command {
	var source string
	var drill, signing bool
	create := &cobra.Command{
		Use: "create --source SOURCE NAME", Short: "Make a key for a sender and print it", Args: cobra.ExactArgs(1),
		Example: "  sigap key create --source alertmanager prometheus-jakarta\n  printf %s \"$SECRET\" | sigap key create --source github --signing-secret-stdin shop",
		RunE: func(cmd *cobra.Command, args []string) error {
			var set api.KeyChange
			if signing {
				line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
				if err != nil && !errors.Is(err, io.EOF) {
					return fmt.Errorf("read the signing secret: %w", err)
				}
				secret := strings.TrimRight(line, "\r\n")
				if secret == "" {
					return errors.New("there is no signing secret on standard input")
				}
				set.Signing = &secret
			}
			return withAccounts(cmd, func(ctx context.Context, a app.Accounts) error {
				return printSecret(cmd)(a.MakeKey(ctx, args[0], source, drill, set))
			})
		},
	}
	create.Flags().StringVar(&source, "source", "", "what sends: alertmanager, grafana, pagerduty, generic, otlp, agent, report, heartbeat, …")
	create.Flags().BoolVar(&drill, "drill", false, "what comes by this key is part of a drill")
	create.Flags().BoolVar(&signing, "signing-secret-stdin", false, "demand that the sender signs with the secret on standard input")
	_ = create.MarkFlagRequired("source")
	app.StoreFlags(create.Flags())
	return create
}

func keyRotateCommand() *cobra.Command {
	var overlap time.Duration
	rotate := &cobra.Command{
		Use: "rotate NAME|ID", Short: "Give a key a new secret and print it; the old one stays good for a while", Args: cobra.ExactArgs(1),
		Example: "  sigap key rotate prometheus-jakarta --overlap 72h",
		RunE: func(cmd *cobra.Command, args []string) error {
			return withAccounts(cmd, func(ctx context.Context, a app.Accounts) error {
				secret, until, err := a.RotateKey(ctx, args[0], overlap)
				if err == nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "The old secret is good until %s.\n", until.UTC().Format(time.RFC3339))
				}
				return printSecret(cmd)(secret, err)
			})
		},
	}
	rotate.Flags().DurationVar(&overlap, "overlap", 24*time.Hour, "how long the old secret stays good")
	app.StoreFlags(rotate.Flags())
	return rotate
}
