package incident

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestABriefShowsInAListWhatTheWholeRecordWould(t *testing.T) {
	t.Parallel()
	list := facts()
	for n := range list { // at each moment of its life
		i, _ := operate(t, list[:n+1], []Actor{System(), rina(), budi()})
		doc, err := json.Marshal(i.Brief())
		if err != nil {
			t.Fatal(err)
		}
		b := Brief{Incident: &Incident{}}
		if err := json.Unmarshal(doc, &b); err != nil {
			t.Fatal(err)
		}
		now := start.Add(30 * time.Minute)
		shown := func(i *Incident) any {
			return map[string]any{"ref": i.Ref(), "rail": i.Rail(now), "next": i.NextUpdate(), "knows": i.WhoKnows(), "fix": i.Decision(Fix), "tasks": i.Tasks,
				"roles": i.Roles, "milestones": i.Milestones, "verdict": i.Verdict, "nobody": i.NobodyYet, "actions": i.Actions, "severityBy": i.SeverityBy,
				"onTime": slices.ContainsFunc(i.Updates, func(u UpdateSent) bool { return !u.OnTime() })}
		}
		if diff := cmp.Diff(shown(i), shown(b.Incident)); diff != "" {
			t.Fatalf("after %s (-whole +brief):\n%s", list[n].Kind(), diff)
		}
		if b.Joined != len(i.Alerts) || b.Fires != i.Firing() {
			t.Errorf("after %s: %d alerts of which %d fire, want %d and %d", list[n].Kind(), b.Joined, b.Fires, len(i.Alerts), i.Firing())
		}
	}
}

func TestASparkKeepsThePeakOfALongPlot(t *testing.T) {
	t.Parallel()
	p := Plot{}
	for n := range 500 {
		p.Points = append(p.Points, Point{Value: float64(n%3) / 10})
	}
	p.Points[333].Value, p.Points[444].Value = 9, -7
	i := Incident{Evidence: []Evidence{{Check: "errors", State: EvidenceFound, Plots: []Plot{p}}}}
	spark := i.Brief().Spark
	if len(spark) != sparkPoints || slices.Max(spark) != 9 || slices.Min(spark) != -7 {
		t.Errorf("%d points from %v to %v", len(spark), slices.Min(spark), slices.Max(spark))
	}
	i.Evidence[0].Plots[0].Points = p.Points[:3]
	if spark := i.Brief().Spark; len(spark) != 3 {
		t.Errorf("three points are drawn as %v", spark)
	}
}

func TestTheWordsOfATextAreWholeAndInParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Checkout fails, again!":       {"checkout", "fails", "again"},
		"in service-7 (INC-142)":       {"in", "service-7", "service", "7", "inc-142", "inc", "142"},
		"p99: 2.4 s on 10.0.0.1:9100.": {"p99", "2.4", "2", "4", "s", "on", "10.0.0.1:9100", "10", "0", "0", "1", "9100"},
		"Kafé — 決済":                    {"kafé", "決済"},
		" \x00\xff -- ":                nil,
	} {
		if diff := cmp.Diff(want, Words(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestARecordIsGroupedByItsServicesWhilePeopleWorkOnIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		of   Incident
		want []string
	}{
		{"of a service", Incident{Status: Triage, Service: "payment", Title: "t"}, []string{"service:payment"}},
		{"that spread", Incident{Status: Monitoring, Service: "payment", Affected: []string{"cart"}}, []string{"service:payment", "service:cart"}},
		{"of no service", Incident{Status: Triage, Title: "Disk\x00 full"}, []string{"title:Disk full"}},
		{"of no service that spread", Incident{Status: Triage, Title: "Disk full", Affected: []string{"cart"}}, []string{"title:Disk full", "service:cart"}},
		{"that is over", Incident{Status: Closed, Service: "payment"}, nil},
	} {
		if diff := cmp.Diff(tt.want, tt.of.Groups()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
