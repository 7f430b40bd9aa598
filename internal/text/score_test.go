package text

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestTheScoreSaysWhoFoundWhatWasClearAtOnce(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		alerts   []incident.JoinedAlert
		verified time.Duration
		want     string
	}{
		{"a person", nil, 0, "declared by a person, without an alert"},
		{"a person, and an alert came later", []incident.JoinedAlert{{Why: incident.SameService}}, 0, "declared by a person, without an alert"},
		{"an alert and the policy", []incident.JoinedAlert{{Why: incident.FirstAlert}}, 0, "verified with the first alert"},
		{"an alert and live checks", []incident.JoinedAlert{{Why: incident.FirstAlert}}, 2 * time.Second, "2 s to verify"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := &incident.Incident{Alerts: tt.alerts, Milestones: map[incident.Milestone]time.Time{
				incident.Detected: at, incident.Verified: at.Add(tt.verified), incident.DeclaredAt: at.Add(tt.verified),
			}}
			if got := (Reader{}).Scorecard(i, at.Add(time.Minute))[0].Text; got != tt.want {
				t.Errorf("identify is %q, want %q", got, tt.want)
			}
		})
	}
}
