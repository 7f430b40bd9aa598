package intake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestATriggerWithoutAKeyIsTheSameAlertWhenSentAgain(t *testing.T) {
	t.Parallel()
	identity := func(summary, source string) string {
		body := fmt.Sprintf(`{"event_action":"trigger","payload":{"summary":%q,"source":%q,"severity":"error"}}`, summary, source)
		batch, err := parse(t, "pagerduty", Request{Body: []byte(body)})
		if err != nil || len(batch.Signals) != 1 {
			t.Fatalf("got %+v, %v", batch, err)
		}
		answer, ok := acceptedPagerDuty(batch).Body.(pagerDutyAnswer)
		if !ok || answer.DedupKey != batch.Signals[0].Identity {
			t.Fatalf("the key is not in the answer: %+v", answer)
		}
		return answer.DedupKey
	}
	first := identity("Login fails", "web-1")
	if again := identity("Login fails", "web-1"); again != first {
		t.Errorf("sent again it is %s, not %s", again, first)
	}
	if other := identity("Login fails", "web-2"); other == first {
		t.Error("two sources are one alert")
	}
}

func TestWhatPagerDutyRefusesIsRefused(t *testing.T) {
	t.Parallel()
	for body, fault := range map[string]string{
		`{}`:                             "'event_action' is invalid",
		`{"event_action":"close"}`:       "'event_action' is invalid",
		`{"event_action":"resolve"}`:     "'dedup_key' is missing",
		`{"event_action":"acknowledge"}`: "'dedup_key' is missing",
		`{"event_action":"trigger","payload":{"source":"s","severity":"info"}}`:                                                              "'payload.summary' is missing",
		`{"event_action":"trigger","payload":{"summary":"s","severity":"info"}}`:                                                             "'payload.source' is missing",
		`{"event_action":"trigger","payload":{"summary":"s","source":"s"}}`:                                                                  "'payload.severity' is invalid",
		`{"event_action":"trigger","dedup_key":"` + strings.Repeat("k", 256) + `","payload":{"summary":"s","source":"s","severity":"info"}}`: "'dedup_key' is too long",
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			batch, err := parse(t, "pagerduty", Request{Body: []byte(body)})
			if err != nil {
				t.Fatal(err)
			}
			answer := acceptedPagerDuty(batch)
			said, ok := answer.Body.(pagerDutyAnswer)
			if !ok || answer.Status != http.StatusBadRequest || said.Status != "invalid event" ||
				!slices.ContainsFunc(said.Errors, func(e string) bool { return strings.HasPrefix(e, fault) }) {
				t.Errorf("got %+v, want a fault %q", answer, fault)
			}
		})
	}
}

func TestAClientLearnsWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	for status, word := range map[int]string{400: "invalid event", 413: "invalid event", 429: "throttle exceeded", 500: "error", 503: "error"} {
		answer := refusedPagerDuty(&Error{Status: status, Title: "t", Detail: "d"})
		if said, ok := answer.Body.(pagerDutyAnswer); !ok || answer.Status != status || said.Status != word {
			t.Errorf("%d: got %+v", status, answer)
		}
	}
}

func TestTheRoutingKeyIsFoundInTheBody(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"routing_key":"in_abc","event_action":"trigger"}`: "in_abc",
		`{"event_action":"trigger"}`:                        "",
		`{"routing_key":7}`:                                 "",
		`not JSON`:                                          "",
	} {
		if got := PagerDutyRoutingKey([]byte(body)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}
