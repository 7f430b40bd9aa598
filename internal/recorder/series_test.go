package recorder

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/incident"
)

// series is one of checkout on web-1, a point each 15 seconds that end at noon.
func series(name string, labels map[string]string, values ...float64) incident.Series {
	s := incident.Series{Name: name, Service: "checkout", Host: "web-1", Labels: labels}
	for i, v := range values {
		s.Points = append(s.Points, incident.Point{At: noon().Add(time.Duration(i+1-len(values)) * 15 * time.Second), Value: v})
	}
	return s
}

func putSeries(t testing.TB, r *Recorder, all ...incident.Series) {
	t.Helper()
	if err := r.Metrics(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

func findSeries(t testing.TB, r *Recorder, q SeriesQuery) []incident.Series {
	t.Helper()
	if q.Window == (incident.Window{}) {
		q.Window = incident.Window{From: noon().Add(-time.Hour), To: noon().Add(time.Hour)}
	}
	found, err := r.QuerySeries(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPointsOfManyScrapesAccumulateToOneSeries(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	want := series("queue_depth", map[string]string{"queue": "mail"}, 1, 2.5, 3, math.MaxFloat64, -4)
	want.Unit = "1"
	for i := range want.Points {
		scrape := want
		scrape.Points = want.Points[i : i+1]
		putSeries(t, r, scrape, series("queue_depth", map[string]string{"queue": "other"}, 7))
		if i == 2 {
			seal(t, r)
		}
	}
	got := findSeries(t, r, SeriesQuery{})
	if diff := cmp.Diff([]incident.Series{want, series("queue_depth", map[string]string{"queue": "other"}, 7)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPointSentTwiceIsOnePoint(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	putSeries(t, r, series("up", nil, 1))
	seal(t, r)
	putSeries(t, r, series("up", nil, 1), series("up", nil, 1))
	if got := findSeries(t, r, SeriesQuery{}); len(got) != 1 || len(got[0].Points) != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestWhatCannotBeAPointIsLeftOut(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	timeless := series("timeless", nil, 1)
	timeless.Points[0].At = time.Time{}
	putSeries(t, r, series("mixed", nil, math.NaN(), 1, math.Inf(1)), series("nothing", nil, math.NaN()), timeless)
	if diff := cmp.Diff([]incident.Series{{
		Name: "mixed", Service: "checkout", Host: "web-1",
		Points: []incident.Point{{At: noon().Add(-15 * time.Second), Value: 1}},
	}}, findSeries(t, r, SeriesQuery{})); diff != "" {
		t.Error(diff)
	}
}

func TestQuerySeriesFilters(t *testing.T) {
	t.Parallel()
	host := series("host_load", nil, 1, 2)
	host.Service = ""
	elsewhere := series("up", nil, 1)
	elsewhere.Host = "web-2"
	tests := []struct {
		name  string
		query SeriesQuery
		want  []incident.Series
	}{
		{"a name", SeriesQuery{Names: []string{"up"}}, []incident.Series{series("up", nil, 1), elsewhere}},
		{"a host", SeriesQuery{Hosts: []string{"web-2"}}, []incident.Series{elsewhere}},
		{"what belongs to a host only", SeriesQuery{Services: []string{""}, Hosts: []string{"web-1"}}, []incident.Series{host}},
		{"a window", SeriesQuery{Names: []string{"host_load"}, Window: incident.Window{From: noon(), To: noon().Add(1)}}, []incident.Series{{Name: "host_load", Host: "web-1", Points: host.Points[1:]}}},
		{"a service and the hosts it was seen on", SeriesQuery{Services: []string{"checkout"}, Names: []string{"host_load"}, WithHosts: true}, []incident.Series{host}},
		{"a service that is on no host that is measured", SeriesQuery{Services: []string{"search"}, WithHosts: true}, nil},
		{"nothing", SeriesQuery{Services: []string{"search"}}, nil},
	}
	for _, sealed := range []bool{false, true} {
		r := open(t, t.TempDir())
		putSeries(t, r, host, elsewhere, series("up", nil, 1))
		if sealed {
			seal(t, r)
		}
		for _, tt := range tests {
			if diff := cmp.Diff(tt.want, findSeries(t, r, tt.query), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, sealed %v: %s", tt.name, sealed, diff)
			}
		}
	}
}

func TestPointsReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOf(rapid.Int64Range(math.MinInt64/4, math.MaxInt64/4)).Draw(t, "times")
		var points []incident.Point
		for _, at := range times {
			points = append(points, incident.Point{At: time.Unix(0, at).UTC(), Value: rapid.Float64().Draw(t, "value")})
		}
		all := &seriesFilter{from: math.MinInt64, to: math.MaxInt64}
		got, err := decodePoints(encodePoints(points), uint64(len(points)), all)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(points, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDerive(t *testing.T) {
	t.Parallel()
	label := func(name, value string) map[string]string { return map[string]string{name: value} }
	rate := func(s incident.Series) incident.Series {
		s.Unit = "1/s"
		return s
	}
	tests := []struct {
		name     string
		in, want []incident.Series
	}{
		{
			"a gauge stays as it is",
			[]incident.Series{series("queue_depth", nil, 1, 2)},
			[]incident.Series{series("queue_depth", nil, 1, 2)},
		},
		{
			"a counter becomes its rate, and a restart counts from zero",
			[]incident.Series{series("requests_total", nil, 100, 130, 30)},
			[]incident.Series{rate(series("requests_per_second", nil, 2, 2))},
		},
		{
			"a counter of one point has no rate",
			[]incident.Series{series("requests_total", nil, 100)},
			nil,
		},
		{
			"a gauge whose name ends in _count is no counter",
			[]incident.Series{series("thread_count", nil, 3, 2)},
			[]incident.Series{series("thread_count", nil, 3, 2)},
		},
		{
			"buckets become quantiles, interpolated",
			[]incident.Series{
				series("latency_seconds_bucket", label("le", "0.1"), 0, 50),
				series("latency_seconds_bucket", label("le", "0.2"), 0, 100),
				series("latency_seconds_bucket", label("le", "+Inf"), 0, 100),
				series("latency_seconds_count", nil, 0, 150),
			},
			[]incident.Series{
				rate(series("latency_seconds_count_per_second", nil, 10)),
				series("latency_seconds", label("quantile", "0.5"), 0.1),
				series("latency_seconds", label("quantile", "0.95"), 0.19),
				series("latency_seconds", label("quantile", "0.99"), 0.198),
			},
		},
		{
			"what lies beyond the last bound is said to be that bound",
			[]incident.Series{
				series("latency_seconds_bucket", label("le", "0.1"), 0, 0),
				series("latency_seconds_bucket", label("le", "+Inf"), 0, 10),
			},
			[]incident.Series{
				series("latency_seconds", label("quantile", "0.5"), 0.1),
				series("latency_seconds", label("quantile", "0.95"), 0.1),
				series("latency_seconds", label("quantile", "0.99"), 0.1),
			},
		},
		{
			"nothing observed has no quantile",
			[]incident.Series{
				series("latency_seconds_bucket", label("le", "0.1"), 5, 5),
				series("latency_seconds_bucket", label("le", "+Inf"), 5, 5),
			},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, Derive(tt.in), cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestADerivedQueryHasARateAtItsFirstInstant(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	putSeries(t, r, series("requests_total", nil, 0, 15, 45, 90))
	got := findSeries(t, r, SeriesQuery{
		Window: incident.Window{From: noon().Add(-30 * time.Second), To: noon().Add(time.Second)},
		Names:  []string{"requests_per_second"},
		Derive: true,
	})
	want := series("requests_per_second", nil, 1, 2, 3)
	want.Unit = "1/s"
	if diff := cmp.Diff([]incident.Series{want}, got); diff != "" {
		t.Error(diff)
	}
}
