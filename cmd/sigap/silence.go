package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

func silenceCommand() *cobra.Command {
	var lasts time.Duration
	var reason string
	var maintenance bool
	cmd := &cobra.Command{
		Use: "silence CONDITION...", Short: "Hold alerts for a while, list what is held, end it", Args: cobra.MinimumNArgs(1),
		Long:    "Alerts that meet all conditions are recorded and page nobody. When the time is\nover, what fires still is new. It prints the id, by which the silence is ended.",
		Example: "  sigap silence service=checkout 'instance=~web-.*' --for 2h --reason 'New disks'\n  sigap silence list\n  sigap silence end 01890a5d-ac96-774b-bcce-b302099a8057",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			body := map[string]any{"kind": "silence", "matchers": args, "minutes": int(lasts.Minutes()), "reason": reason}
			if maintenance {
				body["kind"] = "maintenance"
			}
			var made struct{ ID string }
			if err := c.Call(cmd.Context(), http.MethodPost, "/api/windows", body, &made); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), made.ID)
			return nil
		},
	}
	cmd.Flags().DurationVar(&lasts, "for", time.Hour, "how long, in whole minutes; more than a day needs the right manager")
	cmd.Flags().StringVar(&reason, "reason", "", "why: it stands beside each alert that is held")
	cmd.Flags().BoolVar(&maintenance, "maintenance", false, "it is work on the service; needs the right manager")
	_ = cmd.MarkFlagRequired("reason")
	serverFlag(cmd.Flags())
	cmd.AddCommand(silenceListCommand(), silenceEndCommand())
	return cmd
}

func silenceListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the silences and maintenance windows that hold or are to, and what is held", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			var all struct {
				Items []struct {
					ID, Kind, State, Reason string
					Matchers                []string
					Next                    struct{ From, Until time.Time }
				}
				Count struct{ All, Grave int }
			}
			if err := c.Call(cmd.Context(), http.MethodGet, "/api/windows", nil, &all); err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tKIND\tFROM\tUNTIL\tCONDITIONS\tREASON")
			for _, i := range all.Items {
				if i.State != "over" {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", i.ID, i.Kind, moment(i.Next.From), moment(i.Next.Until), strings.Join(i.Matchers, " "), i.Reason)
				}
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if all.Count.All > 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "! alerts that are held: %d; would have paged: %d\n", all.Count.All, all.Count.Grave)
			}
			return nil
		},
	}
	serverFlag(cmd.Flags())
	return cmd
}

func silenceEndCommand() *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use: "end ID", Short: "End a silence or a maintenance window before its time", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			return c.Call(cmd.Context(), http.MethodPost, "/api/windows/"+url.PathEscape(args[0])+"/end", map[string]any{"once": once}, nil)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "of a weekly one leave out only the time under way, or the next")
	serverFlag(cmd.Flags())
	return cmd
}
