package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/incident"
)

// ask is one message that a page or a notice would send.
type ask struct {
	Purpose string           `json:"purpose"`
	Team    string           `json:"team"`
	Person  *incident.Person `json:"person"`
	Room    string           `json:"room"`
	Channel string           `json:"channel"`
	After   int              `json:"after"`
	Code    string           `json:"code"`
}

func pageCommand() *cobra.Command {
	var dry bool
	var severity int
	var at string
	cmd := &cobra.Command{
		Use: "page --dry-run SERVICE", Short: "Say who would be paged if a service broke; sends nothing", Args: cobra.ExactArgs(1),
		Long:    "Climbs the ladder of a service's team as a page would, and says who would get\nwhat, when, and over which channel. Nothing is sent. It exits 1 if there is\nnobody whom a page would reach.",
		Example: "  sigap page --dry-run payment\n  sigap page --dry-run payment --severity 2 --at 2027-03-01T03:00:00+07:00",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !dry {
				return errors.New("give --dry-run; to page for real, declare an incident: sigap declare")
			}
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			var p struct {
				Pages  bool     `json:"pages"`
				Rounds int      `json:"rounds"`
				Teams  []string `json:"teams"`
				Asks   []ask    `json:"asks"`
			}
			q := url.Values{"service": {args[0]}, "severity": {strconv.Itoa(severity)}, "at": {at}}
			if err := c.Call(cmd.Context(), http.MethodGet, "/api/paging/preview"+query(q), nil, &p); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if !p.Pages {
				fmt.Fprintf(out, "A problem of SEV%d pages nobody by itself. If it were paged:\n", severity)
			}
			w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "WHAT\tAFTER\tWHO\tTEAM\tCHANNEL")
			reached := false
			for _, a := range p.Asks {
				reached = reached || a.Purpose == "page" && a.Channel != ""
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.what(), time.Duration(a.After)*time.Second, a.who(), a.Team, a.way())
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if len(p.Teams) > 1 {
				fmt.Fprintf(out, "Each of these teams must answer by itself: %s.\n", strings.Join(p.Teams, ", "))
			}
			if p.Rounds > 0 {
				fmt.Fprintf(out, "After %d rounds without an answer nobody is asked any more.\n", p.Rounds)
			}
			if !reached {
				return fmt.Errorf("a page for %s would reach nobody", args[0])
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&dry, "dry-run", false, "say it and send nothing")
	f.IntVar(&severity, "severity", 1, "1 (worst) to 4")
	f.StringVar(&at, "at", "", "another time than now, such as 2027-03-01T03:00:00+07:00")
	serverFlag(f)
	return cmd
}

// what is what the message is for.
func (a *ask) what() string {
	if a.Purpose == "follow" {
		return "told along"
	}
	return a.Purpose
}

func (a *ask) who() string {
	switch {
	case a.Person != nil:
		return a.Person.Name
	case a.Room != "":
		return a.Room
	}
	return "nobody"
}

// way is the channel, or why there is none.
func (a *ask) way() string {
	switch a.Code {
	case "gap":
		return "! nobody is on call then"
	case "no-method":
		return "! no verified contact method"
	case "nobody":
		return "! the team has nobody"
	case "quiet":
		return a.Channel + " (after quiet hours)"
	case "turn":
		return a.Channel + " (one of these, in turn)"
	}
	return a.Channel
}
