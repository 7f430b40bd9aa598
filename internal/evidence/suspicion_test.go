package evidence

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
)

// gauges is a source of metrics with what a test puts there.
type gauges []incident.Series

func (gauges) Name() string { return "gauges" }
func (g gauges) Series(context.Context, []string, incident.Window) ([]incident.Series, error) {
	return g, nil
}

// shopGraph: front calls cart and payment, payment calls a bank outside.
func shopGraph() []directory.Service {
	return []directory.Service{{Name: "front", DependsOn: []string{"cart", "payment"}}, {Name: "cart"}, {Name: "payment", DependsOn: []string{"bank"}}, {Name: "bank"}}
}

// began is when the trouble of these tests begins: shortly before the first
// signal, as it does.
var began = detected.Add(-6 * time.Second)

// level is a series every two seconds, one value before the trouble and another
// from then on; a little uneven, as everything is.
func level(s incident.Series, before, after float64) incident.Series {
	for at := detected.Add(-10 * time.Minute); at.Before(detected.Add(5 * time.Second)); at = at.Add(2 * time.Second) {
		v := before
		if !at.Before(began) {
			v = after
		}
		s.Points = append(s.Points, incident.Point{At: at, Value: v * (1 + 0.02*float64(at.Unix()/2%5-2))})
	}
	return s
}

// rates are the requests of a service by status, the share that fails one value
// before and another after; callee is whose, seen by the service.
func rates(service, callee string, before, after float64) []incident.Series {
	labels := func(code string) map[string]string {
		if callee != "" {
			return map[string]string{"code": code, "dependency": callee}
		}
		return map[string]string{"code": code}
	}
	name := "http_requests_per_second"
	if callee != "" {
		name = "dependency_requests_per_second"
	}
	failed := level(incident.Series{Service: service, Host: "shop-1", Name: name, Unit: "1/s", Labels: labels("500")}, 20*before, 20*after)
	if before == 0 {
		failed.Points = failed.Points[len(failed.Points)-6:] // a status that never came has no series
	}
	return []incident.Series{level(incident.Series{Service: service, Host: "shop-1", Name: name, Unit: "1/s", Labels: labels("200")}, 20*(1-before), 20*(1-after)), failed}
}

// shop is a day in the shop: what its metrics and logs show, and what was
// announced.
type day struct {
	series  []incident.Series
	lines   []incident.LogLine
	changes []incident.Change
}

func quietDay() *day {
	d := &day{}
	for at := detected.Add(-10 * time.Minute); at.Before(detected.Add(5 * time.Second)); at = at.Add(time.Second) {
		for _, service := range []string{"front", "cart", "payment"} {
			d.lines = append(d.lines, incident.LogLine{At: at, Service: service, Level: "info", Body: "served a request"})
		}
	}
	return d
}

func (d *day) errors(service, body string) *day {
	for at := began; at.Before(detected.Add(5 * time.Second)); at = at.Add(500 * time.Millisecond) {
		d.lines = append(d.lines, incident.LogLine{At: at, Service: service, Level: "error", Body: body})
	}
	return d
}

func (d *day) with(series ...incident.Series) *day {
	d.series = append(d.series, series...)
	return d
}

func (d *day) changed(ago time.Duration, kind incident.ChangeKind, service, summary string) *day {
	at := began.Add(-ago)
	d.changes = append(d.changes, incident.Change{ID: fmt.Sprint(len(d.changes)), Kind: kind, Service: service, Summary: summary, StartedAt: at, EndedAt: at.Add(time.Second / 10)})
	return d
}

// ranked collects five seconds after the first signal and gives the ranking.
func (d *day) ranked(t *testing.T) []incident.Suspicion {
	t.Helper()
	c := New(shelf{services: shopGraph(), changes: d.changes}, func(context.Context) ([]Metrics, []Logs) {
		return []Metrics{gauges(d.series)}, []Logs{lines{"lines", func(_ context.Context, w incident.Window, yield func(incident.LogLine, error) bool) {
			for _, l := range d.lines {
				if !l.At.Before(w.From) && l.At.Before(w.To) && !yield(l, nil) {
					return
				}
			}
		}}}
	}, &probe.Prober{}, func() time.Time { return detected.Add(5 * time.Second) }, slog.New(slog.DiscardHandler))
	i := &incident.Incident{ID: "i1", Title: "Checkout fails", Service: "front", Status: incident.Triage, Milestones: map[incident.Milestone]time.Time{incident.Detected: detected}}
	var out []incident.Suspicion
	c.Collect(t.Context(), i, func(e incident.Evidence) {
		if e.Check == "suspicions" {
			out = e.Suspicions
		}
	})
	return out
}

func TestTheCauseIsSuspectedFirstAndADecoyIsNot(t *testing.T) {
	t.Parallel()
	used := level(incident.Series{Service: "cart", Host: "shop-1", Name: "disk_quota_used_bytes"}, 1e5, 1e6)
	size := level(incident.Series{Service: "cart", Host: "shop-1", Name: "disk_quota_limit_bytes"}, 0, 0)
	for k := range size.Points {
		size.Points[k].Value = 1e6
	}
	ends := level(incident.Series{Service: "payment", Host: "shop-1", Name: "tls_peer_not_after_timestamp_seconds", Labels: map[string]string{"dependency": "bank"}}, 0, 0)
	for k, p := range ends.Points {
		ends.Points[k].Value = float64(detected.AddDate(0, 2, 0).Unix())
		if !p.At.Before(began) {
			ends.Points[k].Value = float64(began.Unix())
		}
	}
	loud := level(incident.Series{Host: "shop-1", Name: "host_pressure_ratio", Labels: map[string]string{"resource": "cpu"}, Unit: "ratio"}, 0.89, 0.92)
	decoy := func(d *day) *day {
		return d.with(loud).changed(25*time.Second, incident.Config, "payment", "payment: room for busy hours").changed(2*time.Second, incident.Deploy, "front", "front 12: a wider footer")
	}
	for name, tt := range map[string]struct {
		day           *day
		of            incident.SuspicionKind
		service, text string
	}{
		"a deploy that fails at once": {
			decoy(quietDay()).changed(0, incident.Deploy, "cart", "cart 4.3.0: weekend discount").errors("cart", "panic: index out of range").errors("front", "cart answered 500").
				with(rates("cart", "", 0, 0.5)...).with(rates("front", "", 0, 0.3)...).with(rates("payment", "", 0, 0)...),
			incident.SuspectedChange, "cart", "cart 4.3.0: weekend discount",
		},
		"a folder that is full, which nobody announced": {
			decoy(quietDay()).errors("cart", "order could not be kept: no space left on device").errors("front", "cart answered 507").
				with(used, size).with(rates("cart", "", 0, 0.5)...).with(rates("front", "", 0, 0.3)...).with(rates("payment", "", 0, 0)...),
			incident.SuspectedMeasure, "cart", "disk_quota_used_bytes",
		},
		"a certificate outside, which nobody announced": {
			decoy(quietDay()).errors("payment", "ask bank: certificate has expired").errors("front", "payment answered 502").
				with(ends).with(rates("payment", "bank", 0, 1)...).with(rates("payment", "", 0, 1)...).with(rates("front", "", 0, 0.4)...).with(rates("cart", "", 0, 0)...),
			incident.SuspectedMeasure, "bank", "tls_peer_not_after_timestamp_seconds",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tt.day.ranked(t)
			if len(got) == 0 || got[0].Of != tt.of || got[0].Service != tt.service || got[0].Text != tt.text {
				for k, s := range got {
					t.Logf("%d: %.2f %s %s%s %s", k, s.Score, s.Of, s.Service, s.Host, s.Text)
				}
				t.Errorf("the first is not %s of %s, %q", tt.of, tt.service, tt.text)
			}
		})
	}
}

func TestACheckThatWasOftenWrongComesLaterSaysSoAndIsNotHidden(t *testing.T) {
	t.Parallel()
	ranked := func(right, wrong int) []incident.Suspicion {
		s := &subject{records: map[string]incident.CheckRecord{"changes": {Right: right, Wrong: wrong}}}
		return firstFew(s.weighed([]incident.Suspicion{
			{Of: incident.SuspectedChange, Service: "cart", Change: "c1", Text: "cart 4.3.0", Score: 0.6, Reasons: []incident.Reason{{Code: "sameService"}}},
			{Of: incident.SuspectedError, Service: "payment", Text: "pool exhausted", Score: 0.4},
			{Of: incident.SuspectedChange, Service: "front", Change: "c2", Text: "front 12", Score: 0.11},
		}))
	}
	for _, c := range []struct {
		right, wrong int
		first        incident.SuspicionKind
		says         bool
	}{
		{0, 0, incident.SuspectedChange, false},
		{0, 3, incident.SuspectedChange, false},
		{9, 1, incident.SuspectedChange, false},
		{1, 40, incident.SuspectedError, true},
	} {
		got := ranked(c.right, c.wrong)
		if len(got) != 3 || got[0].Of != c.first {
			t.Errorf("%d of %d right: %+v, want all three, a %s first", c.right, c.right+c.wrong, got, c.first)
			continue
		}
		n := slices.IndexFunc(got, func(s incident.Suspicion) bool { return s.Change == "c1" })
		if says := got[n].Reasons[len(got[n].Reasons)-1].Code == "poorRecord"; says != c.says {
			t.Errorf("%d of %d right: it says so: %t, want %t", c.right, c.right+c.wrong, says, c.says)
		}
	}
}

// All that waits holds a socket: a machine's are an effect of what is slow.
func TestWhatWaitsOnAMachineIsNoCause(t *testing.T) {
	t.Parallel()
	slow := func(service, dependency string, usual, now float64) incident.Series {
		s := incident.Series{Service: service, Host: "shop-1", Name: "http_request_duration_seconds", Unit: "seconds"}
		if dependency != "" {
			s.Labels = map[string]string{"dependency": dependency}
		}
		return level(s, usual, now)
	}
	got := quietDay().with(level(incident.Series{Host: "shop-1", Name: "host_tcp_sockets"}, 60, 400)).
		with(slow("payment", "bank", 0.05, 3), slow("payment", "", 0.08, 3.1), slow("front", "", 0.15, 3.2), slow("cart", "", 0.04, 0.04)).
		with(rates("payment", "", 0, 0)...).with(rates("front", "", 0, 0)...).with(rates("cart", "", 0, 0)...).ranked(t)
	if len(got) == 0 || got[0].Service != "bank" {
		t.Errorf("the first suspect is not the bank, which is slow: %+v", got)
	}
}

func TestAHostIsNoSuspectWhereItIsAsRestlessAsEver(t *testing.T) {
	t.Parallel()
	d := quietDay().with(level(incident.Series{Host: "shop-1", Name: "host_pressure_ratio", Unit: "ratio"}, 0.89, 0.92)).with(rates("front", "", 0, 0.3)...)
	for _, s := range d.ranked(t) {
		if s.Host == "shop-1" && s.Service == "" {
			t.Errorf("the host is suspected: %+v", s)
		}
	}
}

func TestWhatIsDoneAboutAnIncidentIsNotSuspectedOfIt(t *testing.T) {
	t.Parallel()
	deploy := incident.Change{ID: "1", Service: "cart", From: "1", To: "2", StartedAt: began.Add(-time.Minute)}
	back := incident.Change{ID: "2", Service: "cart", From: "2", To: "1", StartedAt: began.Add(time.Minute)}
	other := incident.Change{ID: "3", Service: "cart", From: "2", To: "3", StartedAt: began.Add(time.Minute)}
	got := withoutRemedies([]incident.Change{deploy, back, other}, began)
	if len(got) != 2 || got[0].ID != "1" || got[1].ID != "3" {
		t.Errorf("left are %+v, want the deploy and the other", got)
	}
}

func TestErrorsAreThoseOfWhomTheyName(t *testing.T) {
	t.Parallel()
	graph := directory.Graph{"front": {"payment"}, "payment": {"bank"}}
	for name, tt := range map[string]struct {
		fresh []freshError
		first string
	}{
		"its own":                 {[]freshError{{service: "payment", count: 20, samples: "pool exhausted"}, {service: "front", count: 20, samples: "payment answered 503"}}, "payment"},
		"of one that logs none":   {[]freshError{{service: "payment", count: 20, samples: "ask bank: timeout"}, {service: "front", count: 20, samples: "payment answered 502"}}, "bank"},
		"a name within a word":    {[]freshError{{service: "payment", count: 20, samples: "bankrupt"}}, "payment"},
		"of one that is gone now": {[]freshError{{service: "front", count: 20, samples: "ask payment: connection refused"}, {service: "payment", count: 20, samples: "cannot start: out of memory"}}, "payment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := originsByLogs(tt.fresh, map[string]bool{"front": true, "payment": true}, graph)
			for service, likely := range got {
				if service != tt.first && likely >= got[tt.first] {
					t.Errorf("%v: %s is as likely as %s", got, service, tt.first)
				}
			}
		})
	}
}

func TestAVersionThatFailsMoreThanTheOneBesideItShows(t *testing.T) {
	t.Parallel()
	by := func(version, code string, rate float64) incident.Series {
		return level(incident.Series{Service: "cart", Name: "http_requests_per_second", Unit: "1/s", Labels: map[string]string{"version": version, "code": code}}, rate, rate)
	}
	series := []incident.Series{by("1", "200", 10), by("1", "500", 0.01), by("2", "200", 2), by("2", "500", 1)}
	changes := []incident.Change{{ID: "new", Service: "cart", To: "2"}, {ID: "old", Service: "cart", To: "1"}, {ID: "other", Service: "front", To: "2"}}
	z := versionZ(changes, series)
	if z["new"] < 3 || z["old"] > -3 || z["other"] != 0 {
		t.Errorf("z is %v: the new version fails, the old one does not, of another service nothing is known", z)
	}
}

func TestWhatWasNotReadIsNotTakenForSilence(t *testing.T) {
	t.Parallel()
	// Ten lines a second, as many before as after, from a source that gives no
	// more than 2,000 at once.
	steady := func(_ context.Context, w incident.Window, yield func(incident.LogLine, error) bool) {
		n := 0
		for at := w.From.Truncate(time.Second); at.Before(w.To); at = at.Add(100 * time.Millisecond) {
			if n++; n > 2000 {
				yield(incident.LogLine{}, errMore)
				return
			}
			if !at.Before(w.From) && !yield(incident.LogLine{At: at, Service: "payment", Level: "error", Body: "card declined by the bank"}, nil) {
				return
			}
		}
	}
	got := collect(t, t.Context(), shelf{}, nil, []Logs{lines{"loki", steady}})
	if e := got["logs/loki"]; e.State != incident.EvidenceNothing {
		t.Errorf("a steady log is %s: %+v", e.State, e.Patterns)
	}
}
