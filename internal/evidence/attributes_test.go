package evidence

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// serving gives one line a second of each of three hosts from the window's
// beginning, and an error beside it where one is due.
func serving(fails func(at time.Time, host string) bool) func(context.Context, incident.Window, func(incident.LogLine, error) bool) {
	return func(_ context.Context, w incident.Window, yield func(incident.LogLine, error) bool) {
		for at := w.From; at.Before(w.To); at = at.Add(time.Second) {
			for n := range 3 {
				host := "web-" + strconv.Itoa(n)
				line := incident.LogLine{At: at, Service: "payment", Host: host, Level: "info", Body: "served a request", Attrs: map[string]string{"version": "4.2.1"}}
				if !yield(line, nil) {
					return
				}
				if line.Level, line.Body = "error", "the pool is exhausted"; fails(at, host) && !yield(line, nil) {
					return
				}
			}
		}
	}
}

func TestWhatTheErrorsShareIsNamed(t *testing.T) {
	t.Parallel()
	from := detected.Add(-20 * time.Second)
	bare := func(fails func(at time.Time, host string) bool) func(context.Context, incident.Window, func(incident.LogLine, error) bool) {
		return func(ctx context.Context, w incident.Window, yield func(incident.LogLine, error) bool) {
			serving(fails)(ctx, w, func(l incident.LogLine, err error) bool {
				return yield(incident.LogLine{At: l.At, Level: l.Level, Body: l.Body}, err)
			})
		}
	}
	one := func(at time.Time, host string) bool { return at.After(from) && host == "web-2" }
	got := collect(t, t.Context(), shelf{}, nil, []Logs{
		lines{"one", serving(one)},
		lines{"every", serving(func(at time.Time, _ string) bool { return at.After(from) })},
		lines{"calm", serving(func(time.Time, string) bool { return false })},
		lines{"bare", bare(one)},
	})
	for source, want := range map[string]struct {
		state incident.EvidenceState
		code  string
	}{
		"one":   {incident.EvidenceFound, "explained"},
		"every": {incident.EvidenceNothing, "unexplained"},
		"calm":  {incident.EvidenceSkipped, "fewErrors"},
		"bare":  {incident.EvidenceSkipped, "noAttributes"},
	} {
		if e := got["attributes/"+source]; e.State != want.state || e.Code != want.code {
			t.Errorf("%s: %s %s %+v, want %s %s", source, e.State, e.Code, e.Apart, want.state, want.code)
		}
	}
	apart := got["attributes/one"].Apart
	if len(apart) != 1 || len(apart[0].Where) != 1 || apart[0].Where[0] != (incident.Property{Key: "host", Value: "web-2"}) || apart[0].OfErrors != 1 {
		t.Errorf("the host that fails: %+v", apart)
	}
}
