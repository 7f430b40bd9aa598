package api_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// keyNamed gives the key of a name, as the settings show it.
func (s *server) keyNamed(name string, as with) api.KeyView {
	s.t.Helper()
	var list struct{ Items []api.KeyView }
	s.must(&list, "GET", "/api/keys", nil, as)
	for _, k := range list.Items {
		if k.Name == name {
			return k
		}
	}
	s.t.Fatalf("there is no key %q", name)
	return api.KeyView{}
}

func TestARotatedKeyIsGoodAtOnceAndTheOldOneForAWhile(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		admin := bearer(s.token(incident.Admin))
		old := s.key("generic")
		id := s.keyNamed("generic-sender", admin).ID
		taken := func(secret string) bool {
			return s.do("POST", "/in/"+secret, `{"title":"Disk full","service":"db"}`).StatusCode/100 == 2
		}
		var made struct {
			Secret, URL string
			OldUntil    time.Time
		}
		s.must(&made, "POST", "/api/keys/"+id+"/rotate", `{"hours":1}`, admin)
		if !taken(made.Secret) || !taken(old) || !strings.HasSuffix(made.URL, made.Secret) {
			t.Errorf("new taken: %t, old taken: %t, address %s", taken(made.Secret), taken(old), made.URL)
		}
		if until := s.keyNamed("generic-sender", admin).OldUntil; until == nil || time.Until(*until) > time.Hour {
			t.Errorf("the settings show that the old one is good until %v", until)
		}
		second := made.Secret
		s.must(&made, "POST", "/api/keys/"+id+"/rotate", `{"hours":0}`, admin)
		if taken(second) || !taken(old) || !taken(made.Secret) {
			t.Errorf("without overlap: before %t, first %t, new %t", taken(second), taken(old), taken(made.Secret))
		}
		alerts, err := s.Store.RecentAlerts(t.Context(), 10)
		s.wait("all of them made one alert", func() bool {
			alerts, err = s.Store.RecentAlerts(t.Context(), 10)
			return err == nil && len(alerts) == 1
		})
		s.must(nil, "DELETE", "/api/keys/"+id, nil, admin)
		if taken(old) || taken(made.Secret) {
			t.Error("a revoked key is taken")
		}
	})
}

func TestAKeyThatDemandsASignatureTakesNothingWithout(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		admin := bearer(s.token(incident.Admin))
		var made struct{ Secret string }
		s.must(&made, "POST", "/api/keys", `{"name":"shop","source":"github","signing":"first-secret"}`, admin)
		push := `{"ref":"refs/heads/main","after":"b","before":"a","repository":{"full_name":"a/b","default_branch":"main"},"commits":[{"id":"b","message":"Deploy"}],"head_commit":{"id":"b","message":"Deploy","timestamp":"2026-11-24T00:00:00Z"}}`
		send := func(secret string) int {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(push))
			return s.do("POST", "/in/"+made.Secret, push, header("X-GitHub-Event", "push"), header("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))).StatusCode
		}
		if good, bad := send("first-secret"), send("another"); good/100 != 2 || bad != http.StatusUnauthorized {
			t.Errorf("signed: %d, signed with another secret: %d", good, bad)
		}
		if p := s.do("POST", "/in/"+made.Secret, push, header("X-GitHub-Event", "push")).problem(t); p.Status != http.StatusUnauthorized {
			t.Errorf("not signed: %+v", p)
		}
		key := s.keyNamed("shop", admin)
		s.must(nil, "PATCH", "/api/keys/"+key.ID, `{"signing":"second-secret"}`, admin)
		if was, is := send("first-secret"), send("second-secret"); was/100 != 2 || is/100 != 2 {
			t.Errorf("after the change the former secret gives %d, the new one %d: both are good for a day", was, is)
		}
		if key = s.keyNamed("shop", admin); !key.Signed || key.SigningOldUntil == nil {
			t.Errorf("the settings show %+v", key)
		}
		s.must(&made, "POST", "/api/keys", `{"name":"any","source":"generic","signing":"along"}`, admin)
		for what, as := range map[string]with{"bearer": bearer("along"), "header": header("X-Sigap-Secret", "along"), "basic": func(r *http.Request) { r.SetBasicAuth("sigap", "along") }} {
			if a := s.do("POST", "/in/"+made.Secret, `{"title":"x"}`, as); a.StatusCode/100 != 2 {
				t.Errorf("the secret as %s: %d %s", what, a.StatusCode, a.body)
			}
		}
		if strings.Contains(s.log.String(), "-secret") {
			t.Error("a signing secret is in the log")
		}
	})
}

func TestALimitHoldsBackOnlyWhatCanWait(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	admin := bearer(s.token(incident.Admin))
	path := "/in/" + s.key("generic")
	s.must(nil, "PATCH", "/api/keys/"+s.keyNamed("generic-sender", admin).ID, `{"perMinute":1,"maxBytes":1024}`, admin)
	if a := s.must(nil, "POST", path, `{"title":"First","severity":"info"}`); a.Header.Get("RateLimit-Limit") != "1" || a.Header.Get("RateLimit-Remaining") != "0" {
		t.Errorf("the headers are %v", a.Header)
	}
	mixed := `[{"title":"It burns","severity":"critical","service":"burning"},{"title":"Nothing much","severity":"info","service":"calm"}]`
	a := s.do("POST", path, mixed)
	if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" || a.Header.Get("RateLimit-Reset") == "" {
		t.Errorf("beyond the limit: %d %v %s", a.StatusCode, a.Header, a.body)
	}
	if a := s.do("POST", path, `{"title":"Another fire","severity":"critical","service":"second"}`); a.StatusCode/100 != 2 {
		t.Errorf("a new critical alert beyond the limit: %d %s", a.StatusCode, a.body)
	}
	s.wait("what is critical is there", func() bool {
		return len(s.incidents(incident.Filter{Service: "burning"})) == 1 && len(s.incidents(incident.Filter{Service: "second"})) == 1
	})
	if calm := s.incidents(incident.Filter{Service: "calm"}); len(calm) != 0 {
		t.Errorf("what could wait was taken: %v", calm)
	}
	if a := s.do("POST", path, `{"title":"`+strings.Repeat("x", 2000)+`"}`); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("beyond the key's size: %d", a.StatusCode)
	}
	if a := s.do("PATCH", "/api/keys/"+s.keyNamed("generic-sender", admin).ID, `{"maxBytes":5}`, admin); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a limit that nothing fits in: %d %s", a.StatusCode, a.body)
	}
}

func TestWhatIsSentAgainWithItsIdempotencyKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		admin := bearer(s.token(incident.Admin))
		again := header("Idempotency-Key", "8e03978e-40d5-43dd-bc93-6894a57f9324")
		declare := `{"title":"Checkout is down","service":"checkout","severity":2}`
		first := s.must(nil, "POST", "/api/incidents", declare, admin, again)
		second := s.must(nil, "POST", "/api/incidents", declare, admin, again)
		if string(first.body) != string(second.body) || second.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("the second answer differs: %.200s and %.200s", first.body, second.body)
		}
		if a := s.do("POST", "/api/incidents", `{"title":"Another","service":"x","severity":2}`, admin, again); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("another body with the same name: %d", a.StatusCode)
		}
		if list := s.incidents(incident.Filter{}); len(list) != 1 {
			t.Errorf("%d incidents were declared, want one", len(list))
		}
		key := s.key("report")
		for n := range 3 {
			s.must(nil, "POST", "/in/"+key+"/reports", `{"words":"I cannot pay"}`, header("Idempotency-Key", fmt.Sprint("r", n/2)))
		}
		if a := s.do("POST", "/api/incidents", `{"title":""}`, admin, header("Idempotency-Key", strings.Repeat("x", 300))); a.StatusCode != http.StatusBadRequest {
			t.Errorf("a name that is too long: %d", a.StatusCode)
		}
	})
}

// leaving is somebody who is gone with the first of their answer.
type leaving struct {
	http.ResponseWriter
	leave func()
}

func (l leaving) WriteHeader(status int) {
	l.ResponseWriter.WriteHeader(status)
	l.leave()
}

func TestAnAnswerIsKeptThoughWhoAskedIsGone(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		admin, again := bearer(s.token(incident.Admin)), header("Idempotency-Key", "4f1c7a52")
		declare := `{"title":"Checkout is down","service":"checkout","severity":2}`
		ctx, leave := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/incidents", strings.NewReader(declare))
		for _, set := range []with{admin, again, header("Content-Type", "application/json")} {
			set(r)
		}
		s.API.ServeHTTP(leaving{httptest.NewRecorder(), leave}, r)
		if a := s.do("POST", "/api/incidents", declare, admin, again); a.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("sent again: %d %.200s", a.StatusCode, a.body)
		}
	})
}

func TestTryingABodyShowsHowItIsReadAndDoesNothing(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		admin := bearer(s.token(incident.Admin))
		secret := s.key("generic")
		id := s.keyNamed("generic-sender", admin).ID
		own := `{"key":"` + secret + `","check":{"name":"Login","level":5},"hosts":[{"id":7}],"over":false}`
		if a := s.do("POST", "/in/"+secret, own); a.StatusCode != http.StatusBadRequest {
			t.Fatalf("a body without a title: %d %s", a.StatusCode, a.body)
		}
		var tried api.Tried
		s.must(&tried, "POST", "/api/keys/"+id+"/try", `{}`, admin)
		if tried.First == nil || tried.Last == nil || !strings.Contains(tried.Body, `"Login"`) || strings.Contains(tried.Body, secret) || len(tried.Rejected) != 1 {
			t.Errorf("what came is shown as %+v", tried)
		}
		mapping := `{"title":"entry.check.name + ' fails'","identity":"hosts[0].id","severity":"entry.check.level > 4 ? 'critical' : 'info'","service":"check.name","resolved":"over"}`
		s.must(&tried, "POST", "/api/keys/"+id+"/try", `{"mapping":`+mapping+`}`, admin)
		if len(tried.Signals) != 1 {
			t.Fatalf("read with the mapping: %+v", tried)
		}
		got := tried.Signals[0]
		if got.Signal.Title != "Login fails" || got.Signal.Identity != "7" || got.Signal.Severity != "critical" || got.Say == "" || !got.Pages || tried.Status != http.StatusAccepted {
			t.Errorf("read with the mapping: %+v", got)
		}
		if list := s.incidents(incident.Filter{}); len(list) != 0 {
			t.Errorf("trying made %d candidates", len(list))
		}
		if a := s.do("PATCH", "/api/keys/"+id, `{"mapping":{"title":"entry.("}}`, admin); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a mapping that cannot be read was kept: %d", a.StatusCode)
		}
		s.must(nil, "PATCH", "/api/keys/"+id, `{"mapping":`+mapping+`}`, admin)
		s.must(nil, "POST", "/in/"+secret, own)
		s.wait("the mapping reads what comes", func() bool { return len(s.incidents(incident.Filter{Service: "Login"})) == 1 })
	})
}
