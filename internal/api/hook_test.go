package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// TestWhoIsCalledTakesTheIncidentWithAKey goes the whole way: a declaration
// calls the one who can be called, they press a key, and the incident is theirs.
func TestWhoIsCalledTakesTheIncidentWithAKey(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	fake := channeltest.NewTwilio(t)
	rina, admin := s.user("rina", incident.Admin), bearer(s.token(incident.Admin))
	s.must(nil, "PUT", "/api/channels/voice", fake.Config(), admin)
	s.must(nil, "POST", "/api/people/"+rina.ID+"/contacts", map[string]any{"kind": "voice", "address": "+6281234567890"}, admin)
	s.must(nil, "POST", "/api/people/"+rina.ID+"/contacts/"+s.contacts(rina.ID)[0]+"/test", nil, admin)
	var made struct{ Ref string }
	s.must(&made, "POST", "/api/incidents", map[string]any{"title": "Checkout fails", "severity": 1}, admin)

	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	n := 1
	var call channeltest.Received
	for call.Raw == nil || !strings.Contains(string(call.Raw), "Gather") { // the test of the contact, and perhaps the notice, ask for no key
		got, err := fake.Wait(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		call = got[n-1]
		n++
	}
	said, err := fake.Press(call, "1")
	if err != nil || !strings.Contains(said, "You have it") {
		t.Fatalf("it says %q (%v)", said, err)
	}
	i, err := s.Store.Incident(t.Context(), made.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if !i.Acknowledged(rina.ID) {
		t.Errorf("the incident is not Rina's: %+v", i.Receipts)
	}
	if status, err := fake.Report(call, "completed", ""); err != nil || status != http.StatusNoContent {
		t.Errorf("the end of the call was answered %d (%v)", status, err)
	}
}

func TestAReportThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	form := header("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/hook/nonsense", "MessageStatus=delivered", http.StatusNotFound},
		{"/hook/nonsense", "%zz", http.StatusBadRequest},
		{"/hook/nonsense", "x=" + strings.Repeat("y", 65<<10), http.StatusBadRequest},
	} {
		if got := s.do("POST", c.path, c.body, form); got.StatusCode != c.status || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.20s: %d %s", c.body, got.StatusCode, got.body)
		}
	}
}

func TestSlackIsAnsweredAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	if got := s.do("POST", "/chat/slack", `{"type":"url_verification","challenge":"x"}`); got.StatusCode != http.StatusNotFound {
		t.Errorf("before it is set up: %d %s", got.StatusCode, got.body)
	}
	fake := channeltest.NewSlack(t, "C1")
	s.must(nil, "PUT", "/api/channels/slack", fake.Listening(), bearer(s.token(incident.Admin)))
	if err := fake.Verify(t.Context(), s.address+"/chat/slack"); err != nil {
		t.Error(err)
	}
	if told, err := fake.Command(t.Context(), s.address+"/chat/slack", "U9", "C1", "status"); err != nil || !strings.Contains(told.Shown.Text, "U9") {
		t.Errorf("a stranger's command is answered %+v (%v)", told, err)
	}
	fake.Revoke("commands")
	var test struct{ Lacks []string }
	if s.must(&test, "POST", "/api/channels/slack/test", map[string]any{"address": "C1"}, bearer(s.token(incident.Manager))); len(test.Lacks) != 1 || test.Lacks[0] != "commands" {
		t.Errorf("a test says that the app lacks %q", test.Lacks)
	}
	if got := s.do("POST", "/chat/slack", `{"type":"url_verification","challenge":"x"}`); got.StatusCode != http.StatusForbidden || got.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("without a signature: %d %s", got.StatusCode, got.body)
	}
}

func TestWhatsAppIsAnsweredAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	fake, at := channeltest.NewWhatsApp(t), s.address+"/chat/whatsapp"
	if err := fake.Verify(t.Context(), at, channeltest.WhatsAppVerify); err == nil {
		t.Error("before it is set up the address is ours")
	}
	s.must(nil, "PUT", "/api/channels/whatsapp", fake.Listening(), bearer(s.token(incident.Admin)))
	if err := fake.Verify(t.Context(), at, channeltest.WhatsAppVerify); err != nil {
		t.Error(err)
	}
	if err := fake.Verify(t.Context(), at, "another"); err == nil {
		t.Error("by another token the address is ours")
	}
	typed := channeltest.Typed{From: "+6281234567890", Text: "/status"}
	if status, err := fake.Type(t.Context(), at, typed); err != nil || status != http.StatusOK {
		t.Errorf("what somebody wrote is answered %d (%v)", status, err)
	}
	typed.Key = "another"
	if status, err := fake.Type(t.Context(), at, typed); err != nil || status != http.StatusForbidden {
		t.Errorf("without Meta's signature: %d (%v)", status, err)
	}
	var test struct{ Detail string }
	if s.must(&test, "POST", "/api/channels/whatsapp/test", map[string]any{"address": "+6281234567890"}, bearer(s.token(incident.Manager))); test.Detail == "" {
		t.Error("the test does not show what came back")
	}
}
