package intake

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestAHeartbeatSaysWhoLivesAndWhenToMissIt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path, query string
		want        Heartbeat
		state       incident.SignalState
	}{
		{"backup", "", Heartbeat{Name: "backup", At: now}, incident.Resolved},
		{"/backup/", "every=24h&grace=1h", Heartbeat{Name: "backup", At: now, Every: 24 * time.Hour, Grace: time.Hour}, incident.Resolved},
		{"backup", "every=7d", Heartbeat{Name: "backup", At: now, Every: 7 * 24 * time.Hour}, incident.Resolved},
		{"backup/fail", "", Heartbeat{Name: "backup", At: now}, incident.Firing},
		{"backup/0", "", Heartbeat{Name: "backup", At: now}, incident.Resolved},
		{"backup/137", "", Heartbeat{Name: "backup", At: now}, incident.Firing},
		{"", "name=nightly&status=down", Heartbeat{Name: "nightly", At: now}, incident.Firing},
	}
	for _, test := range tests {
		t.Run(test.path+"?"+test.query, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			batch, err := parse(t, "heartbeat", Request{Path: test.path, Query: query, Body: []byte("exit status 137")})
			if err != nil {
				t.Fatal(err)
			}
			holds(t, batch)
			if diff := cmp.Diff([]Heartbeat{test.want}, batch.Heartbeats); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(batch.Signals) != 1 || batch.Signals[0].State != test.state || batch.Signals[0].Identity != "failed:"+test.want.Name {
				t.Errorf("got %+v, want %s", batch.Signals, test.state)
			}
		})
	}
}

func TestAHeartbeatThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for request, status := range map[string]int{
		"":                    404,
		"/":                   404,
		"backup/maybe":        400,
		"backup?every=often":  400,
		"backup?every=0s":     400,
		"backup?every=367d":   400,
		"backup?grace=-1h":    400,
		"backup?every=99999d": 400,
	} {
		t.Run(request, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(request)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parse(t, "heartbeat", Request{Path: u.Path, Query: u.Query()})
			var problem *Error
			if !errors.As(err, &problem) || problem.Status != status {
				t.Errorf("got %v, want status %d", err, status)
			}
		})
	}
}
