package recorder

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestTheFirstFailuresOfAServiceCountToo(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return time.Unix(1_800_000_000+int64(n)*10, 0).UTC() }
	counter := func(code string, from int, values ...float64) incident.Series {
		s := incident.Series{Name: "http_requests_total", Service: "cart", Labels: map[string]string{"handler": "orders", "code": code}}
		for n, v := range values {
			s.Points = append(s.Points, incident.Point{At: at(from + n), Value: v})
		}
		return s
	}
	unrelated := counter("500", 2, 900, 900)
	unrelated.Labels = map[string]string{"handler": "other", "code": "500"}
	got := Derive([]incident.Series{counter("200", 0, 10, 20, 30, 40), counter("500", 2, 50, 150), unrelated})
	rates := map[string][]incident.Point{}
	for _, s := range got {
		rates[s.Labels["handler"]+s.Labels["code"]] = s.Points
	}
	if p := rates["orders500"]; len(p) != 2 || p[0].Value != 5 || !p[0].At.Equal(at(2)) || p[1].Value != 10 {
		t.Errorf("the failures come at %+v, want 5 a second, then 10", p)
	}
	if p := rates["other500"]; len(p) != 1 || p[0].Value != 0 {
		t.Errorf("a counter whose siblings nobody read has rates %+v, want none from nothing", p)
	}
}
