package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/agent"
)

func agentCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{Use: "agent", Short: "Send this server's error logs and utilisation to Sigap", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := os.Open(path)
			if err != nil {
				return fmt.Errorf("open the agent's configuration: %w", err)
			}
			config, err := agent.Parse(f)
			_ = f.Close()
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			return agent.Run(cmd.Context(), config, agent.Deps{Logger: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))})
		}}
	cmd.Flags().StringVar(&path, "config", "/etc/sigap/agent.yaml", "configuration file")
	return cmd
}
