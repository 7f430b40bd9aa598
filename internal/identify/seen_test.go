package identify

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestARepeatIsOnlyCountedOnceTheFirstIsOnDisk(t *testing.T) {
	t.Parallel()
	s := seen{alerts: map[seenKey]*sighting{}}
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	alert := []incident.Signal{{Identity: "a", State: incident.Firing, Severity: "critical"}}
	if fresh := s.news("k", alert, now); len(fresh) != 1 {
		t.Fatalf("the first sighting gave %d fresh signals", len(fresh))
	}
	if fresh := s.news("k", alert, now); len(fresh) != 1 {
		t.Error("a repeat was answered from memory while the first was not on disk")
	}
	s.keep("k", alert)
	if fresh := s.news("k", alert, now); len(fresh) != 0 {
		t.Error("a repeat of what is on disk cost a write")
	}
	s.forget("k", alert)
	if fresh := s.news("k", alert, now); len(fresh) != 1 {
		t.Error("what could not be kept was remembered")
	}
}
