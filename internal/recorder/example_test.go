package recorder_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/recorder"
)

func Example() {
	dir, err := os.MkdirTemp("", "recorder")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	r, err := recorder.Open(dir, recorder.Options{Now: func() time.Time { return noon }})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	ctx := context.Background()
	err = r.Logs(ctx, []incident.LogLine{
		{At: noon.Add(-2 * time.Minute), Service: "checkout", Host: "web-1", Level: "info", Body: "order stored"},
		{At: noon.Add(-time.Minute), Service: "checkout", Host: "web-1", Level: "error", Body: "charge failed"},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = r.Metrics(ctx, []incident.Series{
		{Name: "orders_total", Service: "checkout", Points: []incident.Point{{At: noon.Add(-time.Minute), Value: 60}, {At: noon.Add(-30 * time.Second), Value: 120}}},
		{Name: "host_cpu_busy_ratio", Host: "web-1", Points: []incident.Point{{At: noon.Add(-time.Minute), Value: 0.9}}},
	})
	if err != nil {
		log.Fatal(err)
	}

	last15 := incident.Window{From: noon.Add(-15 * time.Minute), To: noon}
	for line, err := range r.QueryLogs(ctx, recorder.LogQuery{Window: last15, MinLevel: "error"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(line.Level, line.Body)
	}
	series, err := r.QuerySeries(ctx, recorder.SeriesQuery{Window: last15, Services: []string{"checkout"}, WithHosts: true, Derive: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range series {
		fmt.Println(s.Name, s.Points[0].Value)
	}
	// Output:
	// error charge failed
	// host_cpu_busy_ratio 0.9
	// orders_per_second 2
}
