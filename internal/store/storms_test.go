package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
)

func TestPagesThatComeAtOnceAreCountedOneByOneAndAskForOneSummary(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, dsn string) {
		st := open(t, dsn)
		var wait sync.WaitGroup
		gathered := make([]bool, 12)
		for n := range gathered {
			i := candidate(t, st)
			wait.Go(func() {
				p := inform.Paced{Lane: "webhook-rina", Job: inform.Deliver{Incident: i.ID, Notice: "n"}}
				for range 2 { // asked again it answers the same
					got, err := st.Pace(t.Context(), p, func(l inform.Lately) (bool, incident.Job) {
						due := l.Now.Add(time.Hour)
						return l.Alone >= 3, incident.Job{At: due, Args: inform.Summary{Lane: p.Lane, Due: due}}
					})
					if err != nil {
						t.Error(err)
					}
					gathered[n] = got.Gathered
				}
			})
		}
		wait.Wait()
		if alone := slices.DeleteFunc(gathered, func(g bool) bool { return g }); len(alone) != 3 {
			t.Errorf("%d went out by themselves, want 3", len(alone))
		}
		jobs, err := st.Pending(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(slices.DeleteFunc(jobs, func(j incident.Pending) bool { return j.Kind != inform.Summary{}.Kind() })); n != 1 {
			t.Errorf("%d summaries were asked for, want one", n)
		}
	})
}
