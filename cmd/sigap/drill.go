package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/client"
	"github.com/sigap-dev/sigap/internal/drill"
)

func drillCommand() *cobra.Command {
	var o drill.Options
	var auto bool
	cmd := &cobra.Command{
		Use: "drill", Short: "Practise an incident on a small broken shop", Args: cobra.NoArgs,
		Long:    "Starts a small shop with its monitoring, breaks it, and plays the people who\nrespond. With --auto it runs at once to the end, on a server of its own unless\n--server names one, and leaves the post-mortem in this folder.",
		Example: "  sigap drill --fault pool-exhausted --auto",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = cmd.OutOrStdout()
			o.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
			if o.Pace == 0 {
				o.Pace = 6 * time.Second // as people are, so that one can join
				if auto {
					o.Pace = 300 * time.Millisecond
				}
			}
			return runDrill(cmd, &o, auto)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Fault, "fault", "", "bad-deploy, pool-exhausted, slow-dependency, disk-full, memory-leak, cert-expired or bad-config (default: drawn at random)")
	f.BoolVar(&auto, "auto", false, "run to the end without a person")
	f.Uint64Var(&o.Seed, "seed", rand.Uint64(), "of all that is random in the drill")
	f.DurationVar(&o.Warmup, "warmup", 45*time.Second, "how long the shop runs well before the fault")
	f.DurationVar(&o.Pace, "pace", 0, "about how long a player takes for a step")
	f.StringVar(&o.Lang, "lang", "en", "in which the players speak: en or id")
	f.StringVar(&o.Receiver, "receiver", "127.0.0.1:0", "where the players' messages arrive; the server must be allowed to send there")
	f.String("server", "", "address of a server (with SIGAP_TOKEN, an admin's); without it the drill runs one of its own")
	return cmd
}

func runDrill(cmd *cobra.Command, o *drill.Options, auto bool) (err error) {
	if o.Executable, err = os.Executable(); err != nil {
		return err
	}
	if o.Dir, err = os.MkdirTemp("", "sigap-drill-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.Dir)) }()
	if server := cmd.Flag("server").Value.String(); server != "" {
		if o.Admin, err = tokenClient(cmd); err != nil {
			return err
		}
	} else {
		own, err := startOwn(cmd.Context(), o)
		if err != nil {
			return err
		}
		defer own.stop()
		o.Admin = own.client
	}
	md, ref, err := drill.Run(cmd.Context(), *o)
	if err != nil {
		return err
	}
	if !auto && cmd.Flag("server").Value.String() != "" {
		return nil
	}
	path := "postmortem-" + ref + ".md"
	if err := os.WriteFile(path, md, 0o644); err != nil { //nolint:gosec // a document to be read
		return fmt.Errorf("write the post-mortem: %w", err)
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	fmt.Fprintln(cmd.OutOrStdout(), path)
	return nil
}

// ownServer is a server that the drill runs for itself.
type ownServer struct {
	cmd    *exec.Cmd
	client *client.Client
}

// startOwn starts a server in the drill's folder, as anybody would, and makes
// the drill its admin.
func startOwn(ctx context.Context, o *drill.Options) (*ownServer, error) {
	data := filepath.Join(o.Dir, "data")
	var config app.Config
	config.Data = data
	var token string
	if err := app.WithAccounts(ctx, config, func(a app.Accounts) (err error) {
		token, err = a.IssueToken(ctx, "drill", "admin")
		return err
	}); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, o.Executable, "serve", "--listen", "127.0.0.1:0", "--data", data, "--allow-outgoing", "127.0.0.1") //nolint:gosec // our own program
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(o.Dir, "server.log"))
	if err != nil {
		return nil, err
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	own := &ownServer{cmd: cmd}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "Sigap answers at "); ok {
			own.client = client.New(address, token)
			fmt.Fprintf(o.Out, "         setup        Sigap answers at %s\n", address)
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return own, nil
		}
	}
	own.stop()
	said, _ := os.ReadFile(log.Name())
	return nil, fmt.Errorf("the drill's own server did not start: %s", strings.TrimSpace(string(said)))
}

func (s *ownServer) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}
