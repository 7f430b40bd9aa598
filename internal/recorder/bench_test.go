package recorder

import (
	"fmt"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// history answers n lines of ten services, evenly over the 48 hours to noon.
func history(n int) func(yield func([]incident.LogLine) bool) {
	return func(yield func([]incident.LogLine) bool) {
		const batch = 500
		step := 48 * time.Hour / time.Duration(n)
		for i := 0; i < n; i += batch {
			lines := make([]incident.LogLine, min(batch, n-i))
			for j := range lines {
				k := i + j
				lines[j] = incident.LogLine{
					At:      noon().Add(time.Duration(k-n) * step),
					Service: fmt.Sprintf("service-%d", k%10),
					Host:    fmt.Sprintf("web-%d", k%4),
					Level:   levels()[3+k%3],
					Body:    fmt.Sprintf("order %d: charge of card ending %04d failed after %d ms: upstream connect error or disconnect/reset before headers", k*7919, k%10000, k%977),
					Attrs:   map[string]string{"environment": "production", "request_id": noise(k, 12)},
				}
			}
			if !yield(lines) {
				return
			}
		}
	}
}

// BenchmarkIngest measures one line stored durably, in batches of 500.
func BenchmarkIngest(b *testing.B) {
	r := open(b, b.TempDir())
	var batches [][]incident.LogLine
	for lines := range history(50_000) {
		batches = append(batches, lines)
	}
	stored := 0
	b.ResetTimer()
	for i := 0; stored < b.N; i++ {
		put(b, r, batches[i%len(batches)]...)
		stored += 500
	}
	b.ReportMetric(float64(stored)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkQuery measures a 15-minute window of one service among ten in a
// million lines of 48 hours, once of the past and once with the open block.
func BenchmarkQuery(b *testing.B) {
	r := open(b, b.TempDir())
	for lines := range history(1_000_000) {
		put(b, r, lines...)
	}
	b.Logf("%d MB on disk", r.Stats().Logs.Bytes>>20)
	for name, end := range map[string]time.Time{"old": noon().Add(-20 * time.Hour), "now": noon()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				got := find(b, r, LogQuery{Window: incident.Window{From: end.Add(-15 * time.Minute), To: end}, Services: []string{"service-3"}})
				if len(got) != 521 && len(got) != 520 {
					b.Fatalf("%d lines", len(got))
				}
			}
		})
	}
}

// BenchmarkMetrics measures one point stored durably, 1,000 series a scrape.
func BenchmarkMetrics(b *testing.B) {
	r := open(b, b.TempDir())
	scrape := make([]incident.Series, 1000)
	points := 0
	for i := 0; points < b.N; i++ {
		for j := range scrape {
			scrape[j] = series("http_requests_total", map[string]string{"path": fmt.Sprintf("/%d", j), "code": "200"}, float64(i*j))
			scrape[j].Points[0].At = noon().Add(time.Duration(i) * 15 * time.Second)
		}
		putSeries(b, r, scrape...)
		points += len(scrape)
	}
	b.ReportMetric(float64(r.Stats().Metrics.Bytes)/float64(points), "B/point")
}
