package text

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestASummaryNamesTheWorstAndCountsTheRest(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)
	var list []*incident.Incident
	for n := range 10 {
		list = append(list, &incident.Incident{Number: n + 1, Title: fmt.Sprint("Problem\n", n+1), Service: "payment", Severity: incident.SEV1,
			Milestones: map[incident.Milestone]time.Time{incident.Detected: now.Add(-4 * time.Minute)}})
	}
	list[1].Severity, list[1].Service, list[1].Milestones = 0, "", nil
	for lang, want := range map[string][]string{
		"en": {"10 incidents wait for you", "SEV1 INC-1 Problem 1 (payment), for 4 min", "INC-2 Problem 2", "and 2 more"},
		"id": {"10 insiden menunggu Anda", "SEV1 INC-1 Problem 1 (payment), sudah 4 menit", "INC-2 Problem 2", "dan 2 lagi"},
	} {
		w := Reader{Lang: lang}.Summary(Summary{Incidents: list, Link: "https://sigap.example/a/x", Now: now})
		got := append([]string{w.Title}, w.Lines...)
		if len(w.Lines) != maxSummed+2 || !strings.HasPrefix(strings.Join(got, "\n"), strings.Join(want[:3], "\n")) || w.Lines[maxSummed] != want[3] {
			t.Errorf("in %s it reads\n%s", lang, strings.Join(got, "\n"))
		}
	}
	if w := (Reader{}).Summary(Summary{Incidents: []*incident.Incident{{Title: "x", Drill: true}}, Now: now}); w.Title != "[DRILL] 1 incident waits for you" {
		t.Errorf("of one in a drill it reads %q", w.Title)
	}
}
