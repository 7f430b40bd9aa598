package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// TestWhoIsNotifiedOnADeviceTakesTheIncidentThere goes the whole way: a device
// subscribes, a declaration is pushed to it, the device says that it has shown
// it, and its button makes the incident the person's.
func TestWhoIsNotifiedOnADeviceTakesTheIncidentThere(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	fake := channeltest.NewPush(t)
	budi := s.user("budi", incident.Responder)
	session, admin := cookie(s.signIn("budi")), bearer(s.token(incident.Admin))
	var push struct{ Key string }
	s.must(&push, "GET", "/api/push", nil, session)
	contacts := "/api/people/" + budi.ID + "/contacts"
	if a := s.do("POST", contacts, map[string]any{"kind": "push", "address": "my phone"}, session); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an address that is no subscription was answered %d", a.StatusCode)
	}
	s.must(nil, "POST", contacts, map[string]any{"kind": "push", "address": fake.Subscribe(t, "phone", push.Key)}, session)
	s.must(nil, "PUT", "/api/teams", map[string]any{"id": "", "name": "Engineering", "kind": "engineering", "members": []string{budi.ID}, "rooms": []string{}}, admin)
	var made struct{ Ref string }
	s.must(&made, "POST", "/api/incidents", map[string]any{"title": "Checkout fails", "severity": 1}, admin)

	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	note := struct{ URL, Take, Callback string }{}
	for n := 1; note.Take == ""; n++ { // the notice asks for no answer
		got, err := fake.Wait(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(got[n-1].Raw, &note); err != nil {
			t.Fatal(err)
		}
	}
	reached := func() (out incident.Reach) {
		i, err := s.Store.Incident(t.Context(), made.Ref)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range i.Receipts {
			if r.Purpose == incident.PurposePage && r.To.ID == budi.ID {
				out = r.State
			}
		}
		return out
	}
	s.wait("the service has taken it", func() bool { return reached() == incident.Accepted })
	a := s.do("POST", "/hook/"+path.Base(note.Callback), "state=shown", header("Content-Type", "application/x-www-form-urlencoded"))
	if a.StatusCode != http.StatusNoContent || reached() != incident.Delivered {
		t.Errorf("the device has shown it: answered %d, and it counts as %s", a.StatusCode, reached())
	}
	s.must(nil, "POST", "/api/pages/"+path.Base(note.URL), map[string]any{"act": "acknowledge"})
	if reached() != incident.AckedBy {
		t.Errorf("the button was pressed, and it counts as %s", reached())
	}
}
