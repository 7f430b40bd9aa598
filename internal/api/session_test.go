package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

func credentials(email, password string) map[string]any {
	return map[string]any{"email": email, "password": password}
}

func TestAWrongPasswordAndAnUnknownAccountAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		p := s.user("disabled", incident.Responder)
		if _, err := s.Store.ChangePerson(t.Context(), p.ID, disable); err != nil {
			t.Fatal(err)
		}
		s.user("rina", incident.Responder)
		wrong := s.do("POST", "/api/session", credentials("rina@example.com", "not the password"))
		if wrong.StatusCode != http.StatusForbidden {
			t.Fatalf("a wrong password: %d %s", wrong.StatusCode, wrong.body)
		}
		for name, in := range map[string]map[string]any{
			"an unknown account":              credentials("nobody@example.com", password),
			"a disabled account":              credentials("disabled@example.com", password),
			"the right password and a letter": credentials("rina@example.com", password+"x"),
			"no password":                     credentials("rina@example.com", ""),
		} {
			if a := s.do("POST", "/api/session", in); a.StatusCode != wrong.StatusCode || string(a.body) != string(wrong.body) || len(a.Cookies()) > 0 {
				t.Errorf("%s: %d %s, want the same as a wrong password: %s", name, a.StatusCode, a.body, wrong.body)
			}
		}
	})
}

func TestGuessingPasswordsIsThrottledByAccount(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	s.user("rina", incident.Responder)
	refused := 0
	for range 15 {
		a := s.do("POST", "/api/session", credentials("Rina@example.com", "guess"))
		if a.StatusCode == http.StatusTooManyRequests {
			a.problem(t)
			refused++
		}
	}
	if refused < 4 {
		t.Errorf("%d of 15 guesses were refused, want those beyond the first ten", refused)
	}
	if a := s.do("POST", "/api/session", credentials("rina@example.com", password)); a.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the right password among the guesses: %d, want 429", a.StatusCode)
	}
}

func TestTheSessionsCookieIsOutOfReachOfScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, publicURL string
		secure          bool
	}{{"behind TLS", "https://sigap.example.com", true}, {"on loopback", "", false}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, storetest.SQLite(t), func(c *app.Config) { c.PublicURL = tt.publicURL })
			s.user("rina", incident.Viewer)
			a := s.must(nil, "POST", "/api/session", credentials("rina@example.com", password))
			c := a.Cookies()[0]
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure != tt.secure || c.Domain != "" {
				t.Errorf("the cookie is %s", a.Header.Get("Set-Cookie"))
			}
			if got := a.Header.Get("Strict-Transport-Security") != ""; got != tt.secure {
				t.Errorf("Strict-Transport-Security is sent: %t, want %t", got, tt.secure)
			}
			if a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("an answer that is about one person may be kept by caches: Cache-Control is %q", a.Header.Get("Cache-Control"))
			}
		})
	}
}

func TestARequestOfAnotherSiteWithTheCookieIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	s.user("rina", incident.Responder)
	in := cookie(s.signIn("rina"))
	note := map[string]any{"title": "Forged", "severity": 1}
	for name, forged := range map[string][]with{
		"by Sec-Fetch-Site":                      {header("Sec-Fetch-Site", "cross-site")},
		"from a sibling domain":                  {header("Sec-Fetch-Site", "same-site")},
		"by Origin":                              {header("Origin", "https://evil.example")},
		"by the origin that hides itself":        {header("Origin", "null")},
		"with a password that the browser knows": {header("Sec-Fetch-Site", "cross-site"), header("Authorization", "Basic cmluYTpwcm94eQ==")},
		"with an Authorization that is empty":    {header("Origin", "https://evil.example"), header("Authorization", "Bearer")},
	} {
		a := s.do("POST", "/api/incidents", note, append(forged, in)...)
		if a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d %s, want it refused", name, a.StatusCode, a.body)
		}
	}
	for name, own := range map[string][]with{
		"from our page":          {header("Sec-Fetch-Site", "same-origin"), in},
		"by a script's token":    {bearer(s.token(incident.Responder))},
		"by a program's session": {in},
	} {
		if a := s.do("POST", "/api/incidents", note, own...); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s, want it done", name, a.StatusCode, a.body)
		}
	}
}

func TestTheFirstRunLinkMakesOneAdminHoweverManyUseItAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		link, err := s.FirstRunLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		token := tokenOf(t, link)
		if a := s.do("POST", "/api/setup", map[string]any{"token": "made-up", "name": "Eve", "email": "eve@example.com", "password": password, "lang": "en"}); a.StatusCode/100 != 4 {
			t.Errorf("a made-up token: %d %s", a.StatusCode, a.body)
		}
		var wg sync.WaitGroup
		won := make(chan string, 4)
		for _, name := range []string{"a", "b", "c", "d"} {
			wg.Go(func() {
				a := s.do("POST", "/api/setup", map[string]any{"token": token, "name": name, "email": name + "@example.com", "password": password, "lang": "en"})
				if a.StatusCode == http.StatusOK {
					won <- a.session(t)
				} else if a.StatusCode/100 != 4 {
					t.Errorf("%s: %d %s", name, a.StatusCode, a.body)
				}
			})
		}
		wg.Wait()
		close(won)
		if len(won) != 1 {
			t.Errorf("%d admins were made with one link, want 1", len(won))
		}
		if people, err := s.Store.People(t.Context()); err != nil || len(people) != 1 {
			t.Errorf("there are %d accounts (%v), want the one admin", len(people), err)
		}
		if link, err := s.FirstRunLink(t.Context()); err != nil || link != "" {
			t.Errorf("with an admin there is still a link (%v)", err)
		}
		for c := range won {
			s.must(nil, "GET", "/api/tokens", nil, cookie(c))
		}
	})
}

func tokenOf(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Query().Get("token") == "" {
		t.Fatalf("%q carries no token (%v)", link, err)
	}
	return u.Query().Get("token")
}

func TestAnInvitationIsAcceptedOnceAndThenSignsIn(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		admin := bearer(s.token(incident.Admin))
		var invited struct{ Link string }
		s.must(&invited, "POST", "/api/people", map[string]any{"name": "Dewi", "email": "Dewi@Example.com", "right": "responder", "lang": "id"}, admin)
		token := tokenOf(t, invited.Link)
		if a := s.do("POST", "/api/session", credentials("dewi@example.com", "")); a.StatusCode != http.StatusForbidden {
			t.Errorf("before the invitation was accepted, no password signs in: %d", a.StatusCode)
		}
		if a := s.do("POST", "/api/invitations/accept", map[string]any{"token": token, "password": "short"}); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a short password: %d %s", a.StatusCode, a.body)
		}
		a := s.must(nil, "POST", "/api/invitations/accept", map[string]any{"token": token, "password": password})
		s.must(nil, "GET", "/api/home", nil, cookie(a.session(t)))
		if a := s.do("POST", "/api/invitations/accept", map[string]any{"token": token, "password": password}); a.StatusCode/100 != 4 {
			t.Errorf("the invitation was accepted twice: %d %s", a.StatusCode, a.body)
		}
		s.must(nil, "POST", "/api/session", credentials(" DEWI@example.com ", password))
		if a := s.do("POST", "/api/people", map[string]any{"name": "Again", "email": "dewi@example.com", "right": "viewer"}, admin); a.StatusCode/100 != 4 {
			t.Errorf("one address got two accounts: %d %s", a.StatusCode, a.body)
		}
	})
}

func TestAChangedOrResetPasswordEndsEverySessionAndWorksOnce(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		s.user("rina", incident.Responder)
		here, there := s.signIn("rina"), s.signIn("rina")
		if a := s.do("POST", "/api/me/password", map[string]any{"old": "wrong", "new": "another good one"}, cookie(here)); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("with a wrong old password: %d %s", a.StatusCode, a.body)
		}
		s.must(nil, "POST", "/api/me/password", map[string]any{"old": password, "new": "another good one"}, cookie(here))
		if a := s.do("GET", "/api/home", nil, cookie(there)); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("the other session lives on: %d", a.StatusCode)
		}
		_, token, err := s.Accounts.ResetToken(t.Context(), "rina@example.com")
		if err != nil {
			t.Fatal(err)
		}
		a := s.must(nil, "POST", "/api/session", credentials("rina@example.com", "another good one"))
		s.must(nil, "POST", "/api/password/reset", map[string]any{"token": token, "password": "a third good one"})
		if got := s.do("GET", "/api/home", nil, cookie(a.session(t))); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("a session outlived the reset: %d", got.StatusCode)
		}
		if a := s.do("POST", "/api/password/reset", map[string]any{"token": token, "password": "a fourth good one"}); a.StatusCode/100 != 4 {
			t.Errorf("the link worked twice: %d %s", a.StatusCode, a.body)
		}
		s.must(nil, "POST", "/api/session", credentials("rina@example.com", "a third good one"))
	})
}

func TestAskingForAResetDoesNotTellWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	s.user("rina", incident.Responder)
	known := s.do("POST", "/api/password/forgot", map[string]any{"email": "rina@example.com"})
	unknown := s.do("POST", "/api/password/forgot", map[string]any{"email": "nobody@example.com"})
	if known.StatusCode/100 != 2 || known.StatusCode != unknown.StatusCode || string(known.body) != string(unknown.body) {
		t.Errorf("with an account %d %s, without %d %s", known.StatusCode, known.body, unknown.StatusCode, unknown.body)
	}
}

func TestADisabledAccountIsOutAtOnceAndCannotDisableItself(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		rina, admin := s.user("rina", incident.Responder), s.user("admin", incident.Admin)
		his, hers := cookie(s.signIn("admin")), cookie(s.signIn("rina"))
		s.must(nil, "GET", "/api/home", nil, hers)
		s.must(nil, "PATCH", "/api/people/"+rina.ID, `{"disabled":true}`, his)
		if a := s.do("GET", "/api/home", nil, hers); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("a disabled account goes on: %d", a.StatusCode)
		}
		for _, body := range []string{`{"disabled":true}`, `{"right":"viewer"}`} {
			if a := s.do("PATCH", "/api/people/"+admin.ID, body, his); a.StatusCode != http.StatusConflict {
				t.Errorf("the admin did %s to themselves: %d", body, a.StatusCode)
			}
		}
	})
}

func TestSigningOutEndsTheSessionOnTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	s.user("rina", incident.Viewer)
	secret := s.signIn("rina")
	out := s.must(nil, "DELETE", "/api/session", nil, cookie(secret))
	if c := out.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("the cookie is not taken back: %v", out.Header["Set-Cookie"])
	}
	if a := s.do("GET", "/api/home", nil, cookie(secret)); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("the session lives on: %d", a.StatusCode)
	}
}

func TestARevokedTokenOrKeyOpensNothing(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	admin := bearer(s.token(incident.Admin))
	for _, kind := range []struct {
		path, made string
		use        func(secret string) int
	}{
		{"/api/tokens", `{"name":"n","scope":"viewer"}`, func(secret string) int { return s.do("GET", "/api/home", nil, bearer(secret)).StatusCode }},
		{"/api/keys", `{"name":"n","source":"generic"}`, func(secret string) int { return s.do("POST", "/in/"+secret, `{"title":"x"}`).StatusCode }},
	} {
		var made struct{ Secret string }
		s.must(&made, "POST", kind.path, kind.made, admin)
		if got := kind.use(made.Secret); got/100 != 2 {
			t.Errorf("%s: a fresh one is answered %d", kind.path, got)
		}
		var list struct{ Items []struct{ ID, Name string } }
		listed := s.must(&list, "GET", kind.path, nil, admin)
		if strings.Contains(string(listed.body), made.Secret) {
			t.Errorf("GET %s shows secrets", kind.path)
		}
		for _, item := range list.Items {
			if item.Name == "n" {
				s.must(nil, "DELETE", kind.path+"/"+item.ID, nil, admin)
			}
		}
		if got := kind.use(made.Secret); got != http.StatusUnauthorized {
			t.Errorf("%s: a revoked one is answered %d, want 401", kind.path, got)
		}
	}
}

func TestWhoOnlyLooksIsNotToldHowPeopleAreReached(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	p := s.user("rina", incident.Responder)
	s.must(nil, "POST", "/api/people/"+p.ID+"/contacts", map[string]any{"kind": "webhook", "address": "https://hooks.example.com/secret"}, bearer(s.token(incident.Admin)))
	var people struct{ Items []json.RawMessage }
	a := s.must(&people, "GET", "/api/people", nil, bearer(s.token(incident.Viewer)))
	if len(people.Items) != 1 || strings.Contains(string(a.body), "example.com") {
		t.Errorf("a viewer sees %s", a.body)
	}
}

func TestQuietHoursAreSetChangedAndTakenAwayByOneself(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	s.user("rina", incident.Viewer)
	here := cookie(s.signIn("rina"))
	var me struct {
		Person struct{ Quiet directory.Quiet }
	}
	for _, quiet := range []directory.Quiet{{From: "22:00", To: "06:00"}, {From: "13:00", To: "14:30"}, {}} {
		s.must(&me, "PATCH", "/api/me", map[string]any{"quiet": quiet}, here)
		s.must(&me, "PATCH", "/api/me", map[string]any{"theme": "dark"}, here)
		if me.Person.Quiet != quiet {
			t.Errorf("set to %+v they are %+v", quiet, me.Person.Quiet)
		}
	}
	if a := s.do("PATCH", "/api/me", map[string]any{"quiet": directory.Quiet{From: "22:00"}}, here); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without an end they are answered %d", a.StatusCode)
	}
}

func TestAPersonSaysWhatTheirContactsAreForAndAdminsMayToo(t *testing.T) {
	t.Parallel()
	s := start(t, storetest.SQLite(t))
	rina, other := s.user("rina", incident.Viewer), s.user("budi", incident.Manager)
	admin, here := bearer(s.token(incident.Admin)), cookie(s.signIn("rina"))
	var p directory.Person
	s.must(&p, "POST", "/api/people/"+rina.ID+"/contacts", map[string]any{"kind": "webhook", "address": "https://example.com/a"}, here)
	path := "/api/people/" + rina.ID + "/contacts/" + p.Contacts[0].ID
	for _, as := range []with{here, admin} {
		p = directory.Person{}
		s.must(&p, "PUT", path, map[string]any{"use": "urgent", "after": 0}, as)
		if c := p.Contacts[0]; c.Use != directory.UseUrgent || c.After == nil || *c.After != 0 {
			t.Errorf("it is used as %+v", c)
		}
		p = directory.Person{}
		s.must(&p, "PUT", path, map[string]any{"use": "all"}, as)
		if c := p.Contacts[0]; c.Use != directory.UseAll || c.After != nil {
			t.Errorf("after it was taken back it is used as %+v", c)
		}
	}
	for want, a := range map[int]answer{
		http.StatusForbidden:           s.do("PUT", path, map[string]any{"use": "urgent"}, cookie(s.signIn(other.Name))),
		http.StatusUnprocessableEntity: s.do("PUT", path, map[string]any{"use": "urgent", "after": 61}, here),
		http.StatusNotFound:            s.do("PUT", path+"x", map[string]any{"use": "urgent"}, here),
	} {
		if a.StatusCode != want {
			t.Errorf("it is answered %d, want %d: %s", a.StatusCode, want, a.body)
		}
	}
}
