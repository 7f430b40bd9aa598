package channel_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

const key = "whk-0123456789abcdef"

func TestAWebhookReceivesTheWholeMessageSigned(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWebhook(t, key)
	m := notice(t)
	result := send(t, open(t, "webhook", fake.Config()), fake.URL+"/hook?team=ops", m)
	if result.State != channel.Accepted || result.Ref != m.ID || result.Thread != m.ID {
		t.Errorf("got %+v", result)
	}
	got := fake.Messages()
	if len(got) != 1 || got[0].To != fake.URL+"/hook?team=ops" || got[0].Ref != m.ID || !bytes.Equal(got[0].Plot, m.Plot) {
		t.Fatalf("got %+v", got)
	}
	wantText(t, got[0].Text, m.Title, m.Lines[0], "Service: checkout")
	if len(got[0].Buttons) != 2 || got[0].Buttons[0].URL != m.Actions[0].URL {
		t.Errorf("buttons %+v", got[0].Buttons)
	}
}

func TestAWebhookWithoutKeysIsUnsigned(t *testing.T) {
	t.Parallel()
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { header = r.Header }))
	defer server.Close()
	send(t, open(t, "webhook", json.RawMessage(`{}`)), server.URL, notice(t))
	if _, signed := header["Sigap-Signature"]; signed || header.Get("Sigap-Delivery") == "" {
		t.Errorf("got %v", header)
	}
	fake := channeltest.NewWebhook(t)
	send(t, open(t, "webhook", fake.Config()), fake.URL, notice(t))
}

func TestAWebhookIsSignedByTheOldAndTheNewKeyWhileTheyRotate(t *testing.T) {
	t.Parallel()
	c := open(t, "webhook", json.RawMessage(`{"keys":["old-old-old-old-old","new-new-new-new-new"]}`))
	for _, known := range []string{"old-old-old-old-old", "new-new-new-new-new"} {
		fake := channeltest.NewWebhook(t, known)
		send(t, c, fake.URL, notice(t))
	}
}

func TestAWebhookCarriesTheSameIdAndBodyOnEveryAttempt(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWebhook(t, key)
	c := open(t, "webhook", fake.Config())
	fake.LoseNext(1)
	if failed := refused(t, c, fake.URL, notice(t)); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	send(t, c, fake.URL, notice(t))
	got := fake.Messages()
	if len(got) != 2 || got[0].Ref != got[1].Ref || !bytes.Equal(got[0].Raw, got[1].Raw) {
		t.Errorf("got %+v", got)
	}
}

func TestALaterWebhookNamesItsThread(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWebhook(t, key)
	c := open(t, "webhook", fake.Config())
	first := send(t, c, fake.URL, notice(t))
	second := notice(t)
	second.ID, second.Thread = "ntc-2", first.Thread
	if result := send(t, c, fake.URL, second); result.Thread != first.Thread {
		t.Errorf("the thread became %q", result.Thread)
	}
	if got := fake.Messages(); got[1].Thread != got[0].Ref {
		t.Errorf("got %+v", got[1])
	}
}

func TestAWebhooksAnswerSaysWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWebhook(t, key)
	c := open(t, "webhook", fake.Config())
	for status, retry := range map[int]bool{400: false, 401: false, 404: false, 408: true, 410: false, 413: false, 429: true, 500: true, 502: true, 503: true} {
		fake.FailNext(1, status)
		failed := refused(t, c, fake.URL, notice(t))
		if failed.Retry != retry || !strings.Contains(failed.Detail, "told to fail") {
			t.Errorf("%d gave %+v", status, failed)
		}
	}
	fake.Down(true)
	if failed := refused(t, c, fake.URL, notice(t)); !failed.Retry {
		t.Errorf("a dead server gave %+v", failed)
	}
	if got := fake.Messages(); len(got) != 0 {
		t.Errorf("accepted %+v", got)
	}
}

func TestTheSameFailureReadsTheSame(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWebhook(t, key)
	c := open(t, "webhook", fake.Config())
	mail := channeltest.NewSMTP(t, channeltest.Plain)
	post := open(t, "email", mail.Config())
	for name, fail := range map[string]func() *channel.Error{
		"a lost answer":     func() *channel.Error { fake.LoseNext(1); return refused(t, c, fake.URL, notice(t)) },
		"a busy server":     func() *channel.Error { fake.FailNext(1, 503); return refused(t, c, fake.URL, notice(t)) },
		"a lost reply":      func() *channel.Error { mail.LoseNext(1); return refused(t, post, "budi@example.com", notice(t)) },
		"a reset":           func() *channel.Error { return refused(t, c, resetting(t), notice(t)) },
		"a mailbox is full": func() *channel.Error { mail.FailNext(1, 452); return refused(t, post, "budi@example.com", notice(t)) },
	} {
		if first, second := fail().Error(), fail().Error(); first != second {
			t.Errorf("%s: %q, then %q", name, first, second)
		}
	}
}

// resetting returns the address of a server that resets every connection once
// the request has begun.
func resetting(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
			t.Error(err)
		}
		conn.Close()
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestAWebhookWaitsAsLongAsItIsAskedTo(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "17")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	c := open(t, "webhook", json.RawMessage(`{"keys":["`+key+`"]}`))
	if failed := refused(t, c, server.URL, notice(t)); failed.After != 17*time.Second {
		t.Errorf("got %+v", failed)
	}
}

func TestAWebhookGoesOnlyToAllowedHTTPAddresses(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWebhook(t, key)
	c := open(t, "webhook", fake.Config())
	for _, to := range []string{"", "hook", "ftp://example.com/", "file:///etc/passwd", "https://user:pw@example.com/", "https:///x", "http://\x7f"} {
		if failed := refused(t, c, to, notice(t)); failed.Retry {
			t.Errorf("%q: %v", to, failed)
		}
	}
	guarded, err := channel.New("webhook", fake.Config(), channel.Deps{HTTP: channel.NewHTTPClient(channel.Allow{}, time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	failed := refused(t, guarded, fake.URL, notice(t))
	if _, ok := errors.AsType[*channel.ForbiddenError](failed); !ok || failed.Retry || fake.Calls() != 0 {
		t.Errorf("got %v, %d calls", failed, fake.Calls())
	}
}

func TestAWebhookAddressNeverShowsInAnError(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-path"
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away/"+secret {
			http.Redirect(w, r, "https://example.org/"+secret, http.StatusPermanentRedirect)
			return
		}
		http.Error(w, "no route for "+r.URL.RequestURI(), http.StatusNotFound)
	}))
	c := open(t, "webhook", json.RawMessage(`{"keys":["`+key+`"]}`))
	addresses := []string{echo.URL + "/" + secret, echo.URL + "/away/" + secret, "http://" + secret + ":secret@x/"}
	for _, to := range addresses {
		if failed := refused(t, c, to, notice(t)); strings.Contains(failed.Error(), secret) {
			t.Errorf("it shows in %q", failed.Error())
		}
	}
	echo.Close()
	if failed := refused(t, c, addresses[0], notice(t)); strings.Contains(failed.Error(), secret) {
		t.Errorf("it shows in %q", failed.Error())
	}
}
