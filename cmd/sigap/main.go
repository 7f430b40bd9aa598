// Command sigap is the command centre for critical production incidents: the
// server, the agent, and what people and scripts do from a shell.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/version"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program, so that tests can run it in their own process.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := &cobra.Command{
		Use:           "sigap",
		Short:         "Command centre for critical production incidents",
		Long:          "Sigap takes a team from the first signal of a production incident to a proven\nimprovement, in six stages: identify, inform, investigate, act, update, learn.",
		Version:       version.Get().Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	root.SetArgs(args)
	root.AddCommand(serveCommand(), agentCommand(), drillCommand(), declareCommand(), reportCommand(), signalCommand(), changeCommand(),
		pageCommand(), oncallCommand(), silenceCommand(), replayCommand(), verifyCommand(), userCommand(), tokenCommand(), keyCommand(), versionCommand(), labCommand())
	err := root.ExecuteContext(ctx)
	if err == nil || errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return 0
	}
	fmt.Fprintln(errs, "sigap: "+err.Error())
	return 1
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Say which build this is", Args: cobra.NoArgs, Run: func(cmd *cobra.Command, _ []string) {
		v := version.Get()
		fmt.Fprintf(cmd.OutOrStdout(), "sigap %s\ncommit %s\n%s\n", v.Version, v.Commit, v.Go)
	}}
}
