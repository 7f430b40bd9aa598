package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// replayed is what a server answers.
type replayed struct {
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Cut         bool      `json:"cut"`
	Signals     int       `json:"signals"`
	Matched     int       `json:"matched"`
	Candidates  int       `json:"candidates"`
	Declared    int       `json:"declared"`
	Pages       int       `json:"pages"`
	FalseAlarms int       `json:"falseAlarms"`
	FalsePages  int       `json:"falsePages"`
	Missed      int       `json:"missed"`
	Unpaged     int       `json:"unpaged"`
}

func replayCommand() *cobra.Command {
	var since string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "replay", Short: "Say what today's rules and policy make of the last days", Args: cobra.NoArgs,
		Long:    "Applies the recorded signals anew, as they would be today, and prints what came of\nthem in numbers. It changes nothing and pages nobody. Nobody answers a page in it,\nso what pages is declared in the end. It needs the right manager.",
		Example: "  sigap replay --since 30d\n  sigap replay --since 7d --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			days, err := wholeDays(since)
			if err != nil {
				return err
			}
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			var r replayed
			if err := c.Call(cmd.Context(), http.MethodPost, "/api/replay", map[string]any{"days": days}, &r); err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
			}
			return r.print(cmd)
		},
	}
	cmd.Flags().StringVar(&since, "since", "30d", "how far back: 30d, 36h, in whole days up to 90")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	serverFlag(cmd.Flags())
	return cmd
}

func (r *replayed) print(cmd *cobra.Command) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, line := range []struct {
		name  string
		count int
		what  string
	}{
		{"signals", r.Signals, "times that an alert began or ended"},
		{"matched", r.Matched, "alerts that a rule decided about"},
		{"candidates", r.Candidates, ""},
		{"pages", r.Pages, "candidates that page somebody"},
		{"declared", r.Declared, ""},
		{"false alarms", r.FalseAlarms, "declared here, dismissed by people"},
		{"false pages", r.FalsePages, "would page, dismissed by people"},
		{"missed", r.Missed, "declared then, and not here"},
		{"unpaged", r.Unpaged, "declared then, and would page nobody"},
	} {
		fmt.Fprintf(w, "%s\t%d\t%s\n", line.name, line.count, line.what)
	}
	if r.Cut {
		fmt.Fprintln(w, "! there was more than is looked at")
	}
	return w.Flush()
}

// wholeDays reads how far back, in whole days, the last one begun counted.
func wholeDays(s string) (int, error) {
	if n, ok := strings.CutSuffix(s, "d"); ok {
		if days, err := strconv.Atoi(n); err == nil && days > 0 {
			return days, nil
		}
	} else if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return int(math.Ceil(d.Hours() / 24)), nil
	}
	return 0, errors.New("--since is a number of days, such as 30d, or of hours, such as 36h")
}
