package shift_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

// The shop of these tests: web calls checkout and search, checkout calls
// payments and the database. Each hour of data has a point a minute; trouble
// begins at minute 45.
const (
	minutes = 60
	trouble = 45
)

var shop = shift.Graph{
	"web":      {"checkout", "search"},
	"checkout": {"payments", "db"},
}

var onset = midnight.Add(trouble * time.Minute)

// lab builds the shop's series, quiet unless told otherwise.
type lab struct {
	series []incident.Series
	seed   uint64
}

func quietShop() *lab {
	l := &lab{}
	for _, s := range []struct {
		name           string
		latency, calls float64
	}{{"web", 0.30, 100}, {"checkout", 0.12, 40}, {"search", 0.05, 60}, {"payments", 0.05, 40}, {"db", 0.01, 120}} {
		l.add(incident.Series{Service: s.name, Name: "http_request_duration_seconds", Unit: "seconds"}, s.latency, s.latency/20)
		l.add(incident.Series{Service: s.name, Name: "http_error_ratio", Unit: "ratio"}, 0.001, 0.0002)
		l.add(incident.Series{Service: s.name, Name: "http_requests_per_second", Unit: "1/s"}, s.calls, s.calls/20)
	}
	l.add(incident.Series{Service: "checkout", Name: "db_pool_used"}, 6, 1)
	l.add(incident.Series{Service: "checkout", Name: "db_pool_max"}, 20, 0)
	l.add(incident.Series{Service: "payments", Name: "process_restarts"}, 0, 0)
	l.add(incident.Series{Host: "db1", Name: "disk_used_ratio", Unit: "ratio"}, 0.6, 0.001)
	l.add(incident.Series{Service: "db", Host: "db1", Name: "db_commits"}, 80, 3)
	l.add(incident.Series{Host: "db1", Name: "cpu_busy_ratio", Unit: "ratio"}, 0.3, 0.03)
	return l
}

func (l *lab) add(s incident.Series, level, sigma float64) {
	l.seed++
	s.Points = every(time.Minute, gaussian(l.seed, minutes, level, sigma)...)
	l.series = append(l.series, s)
}

func (l *lab) points(place, metric string) []incident.Point {
	i := slices.IndexFunc(l.series, func(s incident.Series) bool {
		return (s.Service == place || s.Host == place) && s.Name == metric
	})
	return l.series[i].Points
}

// raise adds to a series from a minute on.
func (l *lab) raise(place, metric string, from int, by float64) *lab {
	for i, p := range l.points(place, metric) {
		if i >= from {
			l.points(place, metric)[i].Value = p.Value + by
		}
	}
	return l
}

func (l *lab) slow(service string, by float64) *lab {
	return l.raise(service, "http_request_duration_seconds", trouble, by)
}

func (l *lab) fail(service string, by float64) *lab {
	return l.raise(service, "http_error_ratio", trouble, by)
}

func find(suspects []shift.Suspect, place, metric string) *shift.Suspect {
	for i, s := range suspects {
		if (s.Service == place || s.Host == place) && s.Metric == metric {
			return &suspects[i]
		}
	}
	return nil
}

func TestSuspectsPutTheCauseFirst(t *testing.T) {
	t.Parallel()
	expired := quietShop().fail("payments", 0.9).fail("checkout", 0.5).fail("web", 0.2)
	expired.add(incident.Series{Service: "payments", Name: "tls_cert_expiry_seconds"}, 0, 0)
	for i := range minutes {
		expired.points("payments", "tls_cert_expiry_seconds")[i].Value = float64(trouble-i) * 60
	}
	filling := quietShop().fail("db", 0.5).fail("checkout", 0.5).fail("web", 0.2)
	for i := range minutes {
		filling.points("db1", "disk_used_ratio")[i].Value = min(1, 0.55+0.01*float64(i))
	}
	for name, tt := range map[string]struct {
		lab           *lab
		place, metric string
		code          shift.Code
	}{
		"a pool that is exhausted": {
			quietShop().raise("checkout", "db_pool_used", trouble-1, 14).slow("checkout", 0.8).slow("web", 0.3),
			"checkout", "db_pool_used", shift.Saturated,
		},
		"a dependency that is slow by itself": {
			quietShop().slow("payments", 2).slow("checkout", 2).slow("web", 0.8),
			"payments", "http_request_duration_seconds", shift.BadByItself,
		},
		"a dependency that is slow and fills the pool of its caller": {
			quietShop().slow("payments", 2).slow("checkout", 2).slow("web", 0.8).raise("checkout", "db_pool_used", trouble+1, 14),
			"payments", "http_request_duration_seconds", shift.BadByItself,
		},
		"a process that restarted": {
			quietShop().raise("payments", "process_restarts", trouble-1, 3).fail("payments", 0.5).fail("checkout", 0.5).fail("web", 0.2),
			"payments", "process_restarts", shift.Restarted,
		},
		"a certificate that ended": {
			expired, "payments", "tls_cert_expiry_seconds", shift.CertificateEnds,
		},
		"a disk that filled steadily": {
			filling, "db1", "disk_used_ratio", shift.Saturated,
		},
		"a processor that is busy": {
			quietShop().raise("db1", "cpu_busy_ratio", trouble-2, 0.68).slow("db", 0.5).slow("checkout", 1.5).slow("web", 0.6),
			"db1", "cpu_busy_ratio", shift.Saturated,
		},
	} {
		for how, from := range map[string]time.Time{"onset known": onset, "onset unknown": {}} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				got := shift.Suspects(tt.lab.series, shop, from, shift.SuspectOptions{Service: "web"})
				if len(got) == 0 {
					t.Fatal("no suspects")
				}
				first := got[0]
				if first.Service != tt.place && first.Host != tt.place || first.Metric != tt.metric {
					for _, s := range got {
						t.Logf("%.3f %s %s%s %s %+v", s.Score, s.Kind, s.Service, s.Host, s.Metric, s.Reasons)
					}
					t.Fatalf("first is %s%s %s, want %s %s", first.Service, first.Host, first.Metric, tt.place, tt.metric)
				}
				if first.Kind != shift.KindOrigin || first.Reasons[0].Code != tt.code {
					t.Errorf("first is %s because %+v, want an origin because %s", first.Kind, first.Reasons, tt.code)
				}
				if len(first.Spark) != 48 {
					t.Errorf("spark of %d points, want 48", len(first.Spark))
				}
			})
		}
	}
}

// Too restless to speak of a new level, but at its limit all the same. Recovery
// is measured against these figures.
func TestAMeasureAtItsLimitIsToldInItsOwnUnit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ before, after float64 }{
		"disk_used_bytes": {400e6, 1000e6},
		"disk_free_bytes": {600e6, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const restless = 130e6
			l := quietShop()
			l.add(incident.Series{Service: "payments", Name: "disk_size_bytes", Unit: "bytes"}, 1000e6, 0)
			l.add(incident.Series{Service: "payments", Name: name, Unit: "bytes"}, tt.before, restless)
			level := l.series[len(l.series)-1]
			for i := minutes - 2; i < minutes; i++ {
				level.Points[i].Value = tt.after
			}
			if _, shifted := shift.Detect(level, shift.Options{}); shifted {
				t.Fatal("its level shifted, which is another case")
			}
			s := find(shift.Suspects(l.series, shop, time.Time{}, shift.SuspectOptions{Service: "payments"}), "payments", name)
			if s == nil || s.Reasons[0].Code != shift.Saturated {
				t.Fatalf("as to %s is suspected: %+v", name, s)
			}
			if got := s.Shift; math.Abs(got.Before-tt.before) > restless || math.Abs(got.After-tt.after) > restless {
				t.Errorf("it went from %g to %g, want from about %g to %g", got.Before, got.After, tt.before, tt.after)
			}
		})
	}
}

func TestSuspectsSayWhoOnlySuffers(t *testing.T) {
	t.Parallel()
	l := quietShop().slow("payments", 2).slow("checkout", 2).slow("web", 0.8).raise("checkout", "db_pool_used", trouble+1, 14)
	got := shift.Suspects(l.series, shop, onset, shift.SuspectOptions{Service: "web"})
	for _, tt := range []struct{ service, metric, by string }{
		{"web", "http_request_duration_seconds", "checkout"},
		{"checkout", "http_request_duration_seconds", "payments"},
		{"checkout", "db_pool_used", "payments"},
	} {
		s := find(got, tt.service, tt.metric)
		if s == nil {
			t.Errorf("%s %s is not listed", tt.service, tt.metric)
			continue
		}
		if s.Kind != shift.KindAffected || s.Reasons[0].Code != shift.DependencyBad || s.Reasons[0].Service != tt.by {
			t.Errorf("%s %s is %s because %+v, want affected by %s", tt.service, tt.metric, s.Kind, s.Reasons, tt.by)
		}
	}
	if s := find(got, "search", "http_request_duration_seconds"); s != nil {
		t.Errorf("search did not change but is listed: %+v", s)
	}
}

func TestSuspectsAreNoneInAQuietShop(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		l := quietShop()
		for i := range l.series {
			sigma := math.Abs(l.series[i].Points[0].Value) / 20
			for j, v := range gaussian(seed*100+uint64(i), minutes, 0, sigma) {
				l.series[i].Points[j].Value += v
			}
		}
		for _, s := range shift.Suspects(l.series, shop, onset, shift.SuspectOptions{Service: "web"}) {
			if s.Score > 0.3 {
				t.Errorf("seed %d: %s%s %s is suspected with %.2f: %+v", seed, s.Service, s.Host, s.Metric, s.Score, s.Shift)
			}
		}
	}
}

func TestSuspectsNeedNoGraphNoServiceAndNoOnset(t *testing.T) {
	t.Parallel()
	l := quietShop().raise("checkout", "db_pool_used", trouble-1, 14).slow("checkout", 0.8).slow("web", 0.3)
	got := shift.Suspects(l.series, nil, time.Time{}, shift.SuspectOptions{})
	if len(got) == 0 || got[0].Metric != "db_pool_used" {
		t.Errorf("got %+v, want the pool first", got)
	}
}

func TestSuspectsAreOnePerMetricAndPlace(t *testing.T) {
	t.Parallel()
	l := quietShop()
	for _, pod := range []string{"a", "b", "c"} {
		l.add(incident.Series{Service: "search", Name: "heap_used_bytes", Labels: map[string]string{"pod": pod}}, 100, 2)
		points := l.series[len(l.series)-1].Points
		for i := trouble; i < minutes; i++ {
			points[i].Value += 80
		}
	}
	got := shift.Suspects(l.series, shop, onset, shift.SuspectOptions{Service: "web"})
	if len(got) != 1 || got[0].Alike != 2 {
		t.Errorf("got %+v, want one suspect with two alike", got)
	}
}

func TestSuspectsNoticeASeriesThatStopped(t *testing.T) {
	t.Parallel()
	l := quietShop()
	i := slices.IndexFunc(l.series, func(s incident.Series) bool { return s.Name == "db_commits" })
	l.series[i].Points = l.series[i].Points[:trouble]
	got := shift.Suspects(l.series, shop, onset, shift.SuspectOptions{Service: "web"})
	if len(got) != 1 || got[0].Reasons[0].Code != shift.ServesTheAffected || got[0].Reasons[1].Code != shift.StoppedReporting {
		t.Errorf("got %+v, want db_commits that stopped", got)
	}
}

// FuzzSuspects feeds anything as values and times: whatever happens, the
// answer is finite, in order, and can be sent as JSON.
func FuzzSuspects(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 250, 251, 252, 253}, "web_latency_seconds", "ratio", int64(300))
	f.Add([]byte{0, 0, 0, 0, 255, 254, 0, 9, 9, 9, 9}, "errors_total", "", int64(-5))
	f.Add([]byte{7, 7, 7, 7, 7, 7, 7}, "disk_used_ratio", "days", int64(0))
	f.Add([]byte{200, 100, 50, 25, 12, 6, 3, 1, 0}, "cert_expiry_days", "%", int64(1)<<40)
	f.Fuzz(func(t *testing.T, raw []byte, name, unit string, seconds int64) {
		special := map[byte]float64{255: math.NaN(), 254: math.Inf(1), 253: math.Inf(-1), 252: math.MaxFloat64, 251: -math.MaxFloat64, 250: 5e-324}
		var points []incident.Point
		at := midnight
		for i, b := range raw {
			v, ok := special[b]
			if !ok {
				v = float64(b)
			}
			at = at.Add(time.Duration(int(b)-20) * time.Second) // backwards now and then
			points = append(points, incident.Point{At: at, Value: v})
			if i%7 == 6 {
				points = append(points, points[i/2])
			}
		}
		var series []incident.Series
		for _, service := range []string{"", "a", "b"} {
			series = append(series, incident.Series{Name: name, Unit: unit, Service: service, Host: "h", Points: points})
		}
		graph := shift.Graph{"a": {"b", "a", "nowhere"}, "b": {"a"}}
		o := shift.SuspectOptions{Service: "a", Baseline: series}
		for _, from := range []time.Time{{}, midnight.Add(time.Duration(seconds) * time.Second)} {
			got := shift.Suspects(series, graph, from, o)
			if _, err := json.Marshal(got); err != nil {
				t.Fatalf("result cannot be sent: %v", err)
			}
			if !slices.IsSortedFunc(got, func(a, b shift.Suspect) int {
				return int(math.Copysign(1, b.Score-a.Score)) * boolInt(a.Score != b.Score)
			}) {
				t.Fatalf("not in order: %+v", got)
			}
			origins := shift.Origins(series, graph, shift.OriginOptions{Onset: from, Target: "a", Baseline: series})
			if _, err := json.Marshal(origins); err != nil {
				t.Fatalf("origins cannot be sent: %v", err)
			}
		}
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func BenchmarkSuspects(b *testing.B) {
	l := quietShop().slow("payments", 2).slow("checkout", 2).slow("web", 0.8)
	series := slices.Clone(l.series)
	for len(series) < 200 {
		series = append(series, l.series...)
	}
	b.ReportAllocs()
	for b.Loop() {
		shift.Suspects(series, shop, onset, shift.SuspectOptions{Service: "web"})
	}
}
