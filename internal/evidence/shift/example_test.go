package shift_test

import (
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

func ExampleDetect() {
	start := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	s := incident.Series{Name: "http_request_duration_seconds", Service: "checkout"}
	for i, v := range []float64{0.20, 0.22, 0.19, 0.21, 0.20, 0.21, 0.19, 0.84, 0.91, 0.88} {
		s.Points = append(s.Points, incident.Point{At: start.Add(time.Duration(i) * time.Minute), Value: v})
	}
	change, ok := shift.Detect(s, shift.Options{})
	fmt.Println(ok, change.At.Format("15:04"), change.Direction)
	fmt.Printf("%.2f → %.2f, ×%.1f\n", change.Before, change.After, change.Factor)
	// Output:
	// true 09:07 up
	// 0.20 → 0.88, ×4.4
}

func ExampleChanges() {
	onset := time.Date(2026, 11, 3, 9, 7, 0, 0, time.UTC)
	changes := []incident.Change{
		{ID: "41", Kind: incident.Deploy, Service: "wiki", Summary: "release 7", StartedAt: onset.Add(-2 * time.Minute)},
		{ID: "42", Kind: incident.Deploy, Service: "payments", Summary: "release 2.4.1", StartedAt: onset.Add(-6 * time.Minute), EndedAt: onset.Add(-4 * time.Minute)},
	}
	for _, s := range shift.Changes(changes, shift.ChangeOptions{
		Onset:   onset,
		Service: "checkout",
		Graph:   shift.Graph{"checkout": {"payments"}},
		Novelty: map[string]float64{"42": 0.75},
	}) {
		fmt.Printf("%s %.2f\n", s.Change.Summary, s.Score)
		for _, r := range s.Reasons {
			fmt.Println(" ", r.Code, r.Seconds, r.Service, r.Value)
		}
	}
	// Output:
	// release 2.4.1 0.52
	//   endedBefore 240  0
	//   dependencyOf 0 checkout 1
	//   newErrors 0  0.75
}
