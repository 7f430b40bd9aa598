package main

import (
	"context"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

const (
	eachCommit   = 100 // incidents, or alerts times 50
	stillOpen    = 5
	serviceCount = 120
)

// incidents makes the incidents, the oldest first; the last few are open, and
// the very last is long.
func (f *filler) incidents(ctx context.Context, o options) error {
	step := years / time.Duration(max(1, o.incidents))
	for done := 0; done < o.incidents; {
		err := f.st.InTx(ctx, func(tx *store.Tx) error {
			for range min(eachCommit, o.incidents-done) {
				if o.incidents-done <= stillOpen {
					f.now = time.Now().Add(-time.Duration(o.incidents-done) * 10 * time.Minute)
				}
				notes := 2 + f.random.IntN(6)
				if done == o.incidents-1 {
					notes = o.long
				}
				if err := f.incident(tx, notes, o.incidents-done > stillOpen); err != nil {
					return err
				}
				done++
				f.now = f.now.Add(step)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// incident makes one, in as many operations as people would take.
func (f *filler) incident(tx *store.Tx, notes int, over bool) error {
	id := store.NewID()
	sender := incident.Actor{Kind: incident.SenderActor, ID: "fill", Name: "prometheus"}
	rina := incident.Actor{Kind: incident.PersonActor, ID: "rina", Name: "Rina Wijaya"}
	f.ids = append(f.ids, id)
	service := f.service()
	if _, err := tx.Create(sender, id, func(e *incident.Edit) error {
		f.begin(e, id, service)
		n, err := e.NextNumber()
		if err != nil {
			return err
		}
		e.Actor = incident.System()
		e.Record(incident.Declared{Number: n, Severity: incident.Severity(1 + f.random.IntN(4)), Policy: "score"})
		return nil
	}); err != nil {
		return err
	}
	_, err := tx.Change(rina, id, func(e *incident.Edit) error {
		e.Record(incident.Joined{})
		e.Record(incident.RoleTaken{Role: incident.Commander, Person: incident.Person{ID: rina.ID, Name: rina.Name}})
		for n := range notes {
			e.RecordAt(e.Now.Add(time.Duration(n)*20*time.Second), incident.Note{Text: f.pick(sentences) + " " + f.pick(sentences)})
		}
		if over {
			f.finish(e, service)
		}
		return nil
	})
	return err
}

// begin is what Sigap records by itself.
func (f *filler) begin(e *incident.Edit, id, service string) {
	e.Record(incident.Opened{ID: id, Title: f.pick(titles) + " in " + service, Service: service, Environment: "production"})
	for n := range 1 + f.random.IntN(4) {
		e.Record(incident.SignalJoined{Alert: incident.JoinedAlert{ID: fmt.Sprintf("%s-%d", id, n), Source: "prometheus", Sender: "prometheus-jkt",
			Title: f.pick(titles), Service: service, Severity: "critical", Value: fmt.Sprintf("%.1f %%", 30*f.random.Float64()), State: incident.AlertFiring, Why: incident.SameService}})
	}
	e.Record(incident.Judged{Verdict: incident.Verdict{Score: 78, Severity: incident.SEV1, Production: true, Checks: []incident.Check{
		{Code: "production", State: incident.CheckYes, Weight: 20, Args: map[string]string{"environment": "production"}},
		{Code: "urgent", State: incident.CheckYes, Weight: 30, Args: map[string]string{"word": "critical"}}}}})
	points := make([]incident.Point, 0, 120)
	for n := range cap(points) {
		points = append(points, incident.Point{At: e.Now.Add(time.Duration(n-90) * 30 * time.Second), Value: 2 + f.random.Float64() + 20*float64(max(0, n-90))/30})
	}
	e.Record(incident.Evidence{Check: "errors", Source: "prometheus", State: incident.EvidenceFound, Code: "errorsUp", Took: 210 * time.Millisecond,
		Window: incident.Window{From: e.Now.Add(-45 * time.Minute), To: e.Now}, Plots: []incident.Plot{{Title: "errors", Service: service, Unit: "%", Low: 2, High: 3, Before: 2.5, Peak: 22, Last: 22, Points: points}}})
}

// finish is how it ended.
func (f *filler) finish(e *incident.Edit, service string) {
	option := incident.Option{ID: store.NewID(), Track: incident.Mitigation, Title: "Roll back " + service, Effect: "Users can pay again.", Minutes: 4, Reversible: true}
	e.Record(incident.Finding{ID: store.NewID(), Says: incident.CauseFound, Area: incident.AreaCode, Text: f.pick(sentences)})
	e.Record(option)
	e.Record(incident.Decided{Option: option.ID, Track: option.Track, Title: option.Title, Reason: "Proven, and quick."})
	e.Record(incident.CauseConfirmed{Text: f.pick(sentences), Area: incident.AreaCode})
	for _, to := range []incident.Status{incident.Monitoring, incident.StatusResolved} {
		e.RecordAt(e.Now.Add(time.Duration(20+f.random.IntN(40))*time.Minute), incident.StatusSet{From: e.Incident.Status, To: to})
	}
	e.Record(incident.ReviewDrafted{Review: incident.Review{State: incident.ReviewDraft, Lang: "en", Title: e.Incident.Title, Summary: f.pick(sentences), Cause: f.pick(sentences)}})
	e.Record(incident.Action{ID: store.NewID(), What: incident.CodeFix, Title: f.pick(titles) + " must not come back", Owner: incident.Person{ID: "rina", Name: "Rina Wijaya"}, Due: e.Now.Add(14 * 24 * time.Hour)})
	e.Record(incident.Published{At: e.Now})
	e.Record(incident.StatusSet{From: e.Incident.Status, To: incident.Closed})
}

func (f *filler) service() string { return fmt.Sprintf("service-%d", f.random.IntN(serviceCount)) }

func (f *filler) pick(list []string) string { return list[f.random.IntN(len(list))] }

var titles = []string{"Checkout fails", "Error rate above 5 %", "p99 latency above 2 s", "Connection pool exhausted", "Disk almost full",
	"Certificate expires", "Queue grows", "Replica lags", "Memory above 90 %", "Login fails", "No data from the exporter", "Restarts in a loop"}

var sentences = []string{
	"The pool was set from 16 to 1 by the change of 14:02.", "p99 went from 180 ms to 2.4 s within a minute.", "Only payments by card are affected.",
	"The new release throws in the discount rule.", "Support has heard from eleven customers in Bandung.", "The replica is fine, so the database is ruled out.",
	"Rolling back takes about four minutes.", "The certificate of the bank ran out at midnight.", "Memory grows by 30 MB a minute since the deploy.",
	"We wait for the caches to fill.", "The proof has held for two minutes.", "Nothing else was changed in the hour before.",
}
