package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sigap-dev/sigap/internal/client"
	"github.com/sigap-dev/sigap/internal/incident"
)

// load is what one person carried in a schedule.
type load struct {
	Person incident.Person `json:"person"`
	Hours  struct {
		Total   float64 `json:"total"`
		Weekday float64 `json:"weekday"`
		Night   float64 `json:"night"`
		Weekend float64 `json:"weekend"`
		Holiday float64 `json:"holiday"`
	} `json:"hours"`
	Pages   int     `json:"pages"`
	OutOf   int     `json:"outOfHours"`
	Against float64 `json:"against"`
}

var loadColumns = []string{"SCHEDULE", "PERSON", "HOURS", "WEEKDAY", "NIGHT", "WEEKEND", "HOLIDAY", "PAGES", "OUT-OF-HOURS", "AGAINST-MEAN"}

func (l *load) row(schedule string) []string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
	h := l.Hours
	return []string{schedule, l.Person.Name, f(h.Total), f(h.Weekday), f(h.Night), f(h.Weekend), f(h.Holiday), strconv.Itoa(l.Pages), strconv.Itoa(l.OutOf), f(l.Against)}
}

func oncallReportCommand() *cobra.Command {
	var from, until string
	var asCSV bool
	cmd := &cobra.Command{
		Use: "report [SCHEDULE]", Short: "Say how many hours each person was on call, and which pages reached them", Args: cobra.MaximumNArgs(1),
		Long:    "Says for each person of a schedule, or of all, the hours on call and the pages\nthat reached them then. Hours are told apart in the schedule's zone: holiday,\nweekend, night (22:00 to 06:00) and weekday do not overlap.",
		Example: "  sigap oncall report\n  sigap oncall report Payments --from 2027-03-01T00:00:00+07:00 --until 2027-04-01T00:00:00+07:00 --csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := tokenClient(cmd)
			if err != nil {
				return err
			}
			rows, err := loads(cmd, c, args, query(url.Values{"from": {from}, "until": {until}}))
			if err != nil {
				return err
			}
			if asCSV {
				return writeCSV(cmd.OutOrStdout(), rows)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, row := range rows {
				fmt.Fprintln(w, strings.Join(row, "\t"))
			}
			return w.Flush()
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "beginning, such as 2027-03-01T00:00:00+07:00 (default: of this month)")
	f.StringVar(&until, "until", "", "end (default: a month after the beginning)")
	f.BoolVar(&asCSV, "csv", false, "write CSV")
	serverFlag(f)
	return cmd
}

// loads are the rows of a report, its heading first.
func loads(cmd *cobra.Command, c *client.Client, args []string, span string) ([][]string, error) {
	var list struct {
		Items []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"items"`
	}
	if err := c.Call(cmd.Context(), http.MethodGet, "/api/schedules", nil, &list); err != nil {
		return nil, err
	}
	rows := [][]string{loadColumns}
	found := len(args) == 0
	for _, s := range list.Items {
		if len(args) > 0 && !strings.EqualFold(s.Name, args[0]) && s.ID != args[0] {
			continue
		}
		found = true
		var r struct {
			People []load `json:"people"`
		}
		if err := c.Call(cmd.Context(), http.MethodGet, "/api/schedules/"+url.PathEscape(s.ID)+"/report"+span, nil, &r); err != nil {
			return nil, err
		}
		for n := range r.People {
			rows = append(rows, r.People[n].row(s.Name))
		}
	}
	if !found {
		return nil, fmt.Errorf("there is no schedule %q", args[0])
	}
	return rows, nil
}

// writeCSV writes rows for a spreadsheet, which must not take a name for a
// formula.
func writeCSV(out io.Writer, rows [][]string) error {
	w := csv.NewWriter(out)
	for _, row := range rows {
		for n, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[n] = "'" + cell
			}
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
