package main

import (
	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/lab/shop"
)

// labCommand runs one service of the small shop that drills break. It is
// started by drills, not by people.
func labCommand() *cobra.Command {
	var config string
	cmd := &cobra.Command{Use: "lab SERVICE", Short: "Run one service of the drills' shop", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return shop.Main(cmd.Context(), args[0], config) }}
	cmd.Flags().StringVar(&config, "config", "", "the service's configuration file")
	return cmd
}
