package inform_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/store/queuetest"
)

// BenchmarkWhoIsOnCall asks, of 10,000 people and 500 schedules of three layers
// with hours, overrides and holidays, who is on call in each. The bound is 5 ms.
// "changed" is the first question after somebody changed a schedule.
func BenchmarkWhoIsOnCall(b *testing.B) {
	clock := queuetest.NewClock()
	st, err := store.Open(b.Context(), "sqlite:"+b.TempDir(), store.Options{Now: clock.Now})
	st = queuetest.Keep(b, st, err)
	people := make([]string, 10_000)
	for n := range people {
		p := &directory.Person{Name: fmt.Sprintf("Person %d", n), Email: fmt.Sprintf("p%d@example.com", n), Right: incident.Responder}
		if err := st.AddPerson(b.Context(), p, "x"); err != nil {
			b.Fatal(err)
		}
		people[n] = p.ID
	}
	for n := range 500 {
		if err := st.PutSchedule(b.Context(), busySchedule(n, people[n*20:n*20+20], clock.Now())); err != nil {
			b.Fatal(err)
		}
	}
	s := inform.New(st, channels{}, inform.NewLinks("https://sigap.example", []byte("a key of thirty-two bytes exactly")), store.NewID, clock.Now, slog.New(slog.DiscardHandler))
	ask := func(b *testing.B) {
		on, err := s.OnCall(b.Context(), clock.Now())
		if err != nil || len(on) != 500 {
			b.Fatalf("%d schedules: %v", len(on), err)
		}
		clock.Turn(time.Minute)
	}
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			ask(b)
		}
	})
	b.Run("changed", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			if err := st.PutSchedule(b.Context(), busySchedule(0, people[:20], clock.Now())); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			ask(b)
		}
	})
}

func busySchedule(n int, people []string, now time.Time) *oncall.Schedule {
	day := []oncall.Times{{Days: []time.Weekday{1, 2, 3, 4, 5}, From: "08:00", To: "20:00"}}
	s := &oncall.Schedule{ID: fmt.Sprintf("schedule-%d", n), Name: "schedule", Timezone: "Asia/Jakarta", Holidays: oncall.Indonesia(), Layers: []oncall.Layer{
		{People: people[:8], Start: "2020-01-06T08:00", Turn: 1, Unit: oncall.Week},
		{People: people[8:16], Start: "2020-01-06T08:00", Turn: 1, Unit: oncall.Day, Hours: day},
		{People: people[16:], Start: "2020-01-06T08:00", Turn: 12, Unit: oncall.Hour, Hours: day, Timezone: "Europe/Berlin"}}}
	for k := range 20 {
		at := now.AddDate(0, 0, k-10)
		s.Overrides = append(s.Overrides, oncall.Override{Person: people[k], From: at, Until: at.Add(8 * time.Hour)})
	}
	return s
}
