package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/app"
)

func serveCommand() *cobra.Command {
	var drill bool
	var fault string
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server", Args: cobra.NoArgs,
		Example: "  sigap serve --listen 127.0.0.1:8080 --data /var/lib/sigap\n  sigap serve --database postgres://sigap@localhost/sigap",
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := app.Load(cmd.Flags())
			if err != nil {
				return err
			}
			log, err := logger(config, cmd)
			if err != nil {
				return err
			}
			a, err := app.New(cmd.Context(), config, time.Now, log)
			if err != nil {
				return err
			}
			began := time.Now()
			err = a.Serve(cmd.Context(), func() {
				log.Info("ready", "address", a.URL(), "after", time.Since(began).Round(time.Millisecond))
				greet(cmd, a)
				if drill {
					if err := a.StartDrill(cmd.Context(), fault); err != nil {
						log.Error("the drill did not start", "err", err)
					}
				}
			})
			if cerr := a.Close(); err == nil {
				err = cerr
			}
			return err
		},
	}
	app.Flags(cmd.Flags())
	cmd.Flags().BoolVar(&drill, "drill", false, "start a drill on the small broken shop at once")
	cmd.Flags().StringVar(&fault, "fault", "", "with --drill: which fault (default: drawn at random)")
	return cmd
}

// greet says where to go, and gives the one-time link while there is no admin.
func greet(cmd *cobra.Command, a *app.App) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "Sigap answers at %s\n", a.URL())
	link, err := a.FirstRunLink(cmd.Context())
	switch {
	case err != nil:
		fmt.Fprintf(cmd.ErrOrStderr(), "sigap: the link that makes the first admin was not made: %v\n", err)
	case link != "":
		fmt.Fprintf(out, "Make the first admin with this link, which works once:\n  %s\n", link)
	}
}

func logger(c app.Config, cmd *cobra.Command) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log.Level)); err != nil {
		return nil, fmt.Errorf("log.level %q: it is debug, info, warn or error", c.Log.Level)
	}
	o := &slog.HandlerOptions{Level: level}
	if strings.EqualFold(c.Log.Format, "json") {
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), o)), nil
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), o)), nil
}

// withAccounts runs fn on the store that the flags name.
func withAccounts(cmd *cobra.Command, fn func(context.Context, app.Accounts) error) error {
	config, err := app.Load(cmd.Flags())
	if err != nil {
		return err
	}
	return app.WithAccounts(cmd.Context(), config, func(a app.Accounts) error { return fn(cmd.Context(), a) })
}
