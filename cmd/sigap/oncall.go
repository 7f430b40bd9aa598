package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/incident"
)

// shift is one person's time on call; without a person it is a gap.
type shift struct {
	Person *incident.Person `json:"person"`
	From   time.Time        `json:"from"`
	Until  time.Time        `json:"until"`
}

func (s *shift) name() string {
	if s == nil || s.Person == nil {
		return "nobody"
	}
	return s.Person.Name
}

func oncallCommand() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "oncall", Short: "Say who is on call now and next, and the gaps ahead", Args: cobra.NoArgs,
		Long:    "Says for each schedule who is on call now and who is next. A gap within the\nnext two weeks, in which nobody is on call, is said below it.",
		Example: "  sigap oncall\n  sigap oncall --at 2027-03-01T03:00:00+07:00",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			var list struct {
				Items []struct {
					Name string `json:"name"`
					Now  shift  `json:"now"`
					Next *shift `json:"next"`
					Gap  *shift `json:"gap"`
				} `json:"items"`
			}
			if err := c.Call(cmd.Context(), http.MethodGet, "/api/oncall"+query(url.Values{"at": {at}}), nil, &list); err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			var gaps []string
			fmt.Fprintln(w, "SCHEDULE\tNOW\tUNTIL\tNEXT")
			for _, d := range list.Items {
				fmt.Fprintf(w, "%s\t%s\t%s\t", d.Name, d.Now.name(), moment(d.Now.Until))
				if d.Next != nil {
					fmt.Fprint(w, d.Next.name())
				}
				fmt.Fprintln(w)
				if d.Gap != nil {
					gaps = append(gaps, fmt.Sprintf("! %s: nobody from %s until %s\n", d.Name, moment(d.Gap.From), moment(d.Gap.Until)))
				}
			}
			if err := w.Flush(); err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), strings.Join(gaps, ""))
			return nil
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "another time than now, such as 2027-03-01T03:00:00+07:00")
	serverFlag(cmd.Flags())
	cmd.AddCommand(oncallReportCommand())
	return cmd
}

// moment is a time as people read it, in the zone of this machine.
func moment(t time.Time) string { return t.Local().Format("Mon 2 Jan 15:04") }

// query writes what is given as the end of an address.
func query(v url.Values) string {
	for name := range v {
		if v.Get(name) == "" {
			v.Del(name)
		}
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}
