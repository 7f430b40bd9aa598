package intake

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestFieldsAreReadFromTheUsualLabels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		labels map[string]string
		want   [4]string // service, environment, severity, team
	}{
		{map[string]string{"service": "a", "app": "b", "job": "c", "namespace": "d"}, [4]string{"a"}},
		{map[string]string{"app": "b", "job": "c", "namespace": "d"}, [4]string{"b"}},
		{map[string]string{"job": "c", "namespace": "d"}, [4]string{"c"}},
		{map[string]string{"namespace": "d"}, [4]string{"d"}},
		{map[string]string{"service.name": "otel"}, [4]string{"otel"}},
		{map[string]string{"job": "node-exporter", "namespace": "shop"}, [4]string{"shop"}},
		{map[string]string{"job": "node-exporter"}, [4]string{"node-exporter"}},
		{map[string]string{"env": "x", "environment": "y", "cluster": "z"}, [4]string{"", "x"}},
		{map[string]string{"cluster": "prod-jkt"}, [4]string{"", "prod-jkt"}},
		{map[string]string{"priority": "P1", "level": "warn"}, [4]string{"", "", "P1"}},
		{map[string]string{"owner": "payments"}, [4]string{"", "", "", "payments"}},
		{nil, [4]string{}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.labels), func(t *testing.T) {
			t.Parallel()
			s := incident.Signal{Title: "t", Identity: "i", Labels: test.labels}
			if err := seal(&s, now); err != nil {
				t.Fatal(err)
			}
			if got := [4]string{s.Service, s.Environment, s.Severity, s.Team}; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAnOversizedSignalIsBroughtWithinTheLimits(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"zz\x00\xff": "a\nb\x00", "service": strings.Repeat("é", 2000)}
	for i := range 500 {
		labels[fmt.Sprintf("label_%03d", i)] = strings.Repeat("x", 5000)
	}
	s := incident.Signal{
		Source: "generic", State: incident.Firing,
		Title:       "  \n" + strings.Repeat("panjang ", 100),
		Identity:    strings.Repeat("i", 256),
		Description: strings.Repeat("“", 10_000) + "\x00\xff",
		URL:         "javascript:alert(1)",
		Labels:      labels,
		StartedAt:   now.Add(48 * time.Hour),
	}
	if err := seal(&s, now); err != nil {
		t.Fatal(err)
	}
	holds(t, Batch{Signals: []incident.Signal{s}})
	if !strings.HasSuffix(s.Title, "…") || !strings.HasSuffix(s.Description, "…") || s.URL != "" || !s.StartedAt.IsZero() {
		t.Errorf("got %+v", s)
	}
	if len(s.Identity) != 32 {
		t.Errorf("an identity that is too long is to be hashed, got %q", s.Identity)
	}
	if utf8.RuneCountInString(s.Service) != maxField || s.Labels["service"] == "" {
		t.Errorf("the service was lost: %q", s.Service)
	}
}

func TestTimesAreReadInTheFormsThatSendersUse(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	for s, want := range map[string]time.Time{
		"2026-11-24T02:00:00Z":           at,
		"2026-11-24T09:00:00+07:00":      at,
		"2026-11-24T02:00:00":            at,
		"2026-11-24 02:00:00":            at,
		"2026-11-24 02:00:00 UTC":        at,
		"2026-11-24 09:00:00 +0700":      at,
		"2026-11-24T02:00:00.000+0000":   at,
		"Tue, 24 Nov 2026 02:00:00 GMT":  at,
		"1795485600":                     at,
		" 1795485600 ":                   at,
		"1795485600000":                  at,
		"1795485600000000":               at,
		"1795485600000000000":            at,
		"1795485600.5":                   at.Add(500 * time.Millisecond),
		"2026-11-24T02:00:00.123456789Z": at.Add(123456 * time.Microsecond),
		"0001-01-01T00:00:00Z":           {},
		"9999-12-31T23:59:59-01:00":      {},
		"0":                              {},
		"-5":                             {},
		"NaN":                            {},
		"1e300":                          {},
		"99999999999999999999":           {},
		"":                               {},
		"soon":                           {},
	} {
		if got := parseTime(s); !got.Equal(want) {
			t.Errorf("%q: got %v, want %v", s, got, want)
		}
	}
}
