package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// phone is a webhook that a person's messages arrive at.
type phone struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	links  []string
}

func newPhone(t *testing.T, status int) *phone {
	p := &phone{status: status}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Actions []struct{ URL string } }
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &in)
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, a := range in.Actions {
			if strings.Contains(a.URL, "/a/") {
				p.links = append(p.links, a.URL)
			}
		}
		w.WriteHeader(p.status)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *phone) pass() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.links) == 0 {
		return ""
	}
	_, token, _ := strings.Cut(p.links[0], "/a/")
	return token
}

// onCall makes somebody who is paged at an address.
func (s *server) onCall(name, address string) *directory.Person {
	s.t.Helper()
	p := s.user(name, incident.Responder)
	admin := bearer(s.token(incident.Admin))
	s.must(nil, "POST", "/api/people/"+p.ID+"/contacts", map[string]any{"kind": "webhook", "address": address}, admin)
	s.must(nil, "PUT", "/api/teams", directory.Team{ID: "engineering", Name: "Engineering", Does: directory.EngineeringTeam, Members: []string{p.ID}, Rooms: []directory.Contact{}}, admin)
	return p
}

func TestALinkActsOnlyByPostAndForOnePerson(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		p := newPhone(t, http.StatusNoContent)
		s.onCall("rina", p.URL+"/hook/s3cretpath")
		ref := s.declared(bearer(s.token(incident.Admin)))
		s.wait("the message with the link arrives", func() bool { return p.pass() != "" })
		path := "/api/pages/" + p.pass()
		var page struct {
			State  string
			Person struct{ Name string }
		}
		for range 3 { // previews and mail scanners fetch
			s.must(&page, "GET", path, nil)
			s.must(nil, "GET", "/a/"+p.pass(), nil)
		}
		if page.State != "open" || page.Person.Name != "rina" {
			t.Errorf("after it was fetched, the page is %+v", page)
		}
		for name, bad := range map[string]string{"cut": path[:len(path)-2], "of nobody": "/api/pages/e30.AAAA", "altered": strings.Replace(path, "ey", "eY", 1), "empty": "/api/pages/."} {
			if a := s.do("POST", bad, `{"act":"acknowledge"}`); a.StatusCode != http.StatusNotFound {
				t.Errorf("a link that is %s: %d %s", name, a.StatusCode, a.body)
			}
		}
		if a := s.do("POST", path, `{"act":"acknowledge"}`, header("Sec-Fetch-Site", "cross-site")); a.StatusCode != http.StatusForbidden {
			t.Errorf("another site acknowledged: %d", a.StatusCode)
		}
		s.must(&page, "POST", path, `{"act":"acknowledge"}`)
		s.must(&page, "POST", path, `{"act":"acknowledge"}`)
		if page.State != "acknowledged" {
			t.Errorf("after the acknowledgement the page is %q", page.State)
		}
		i, err := s.Store.Incident(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		acks := 0
		for _, r := range i.Receipts {
			if r.State == incident.AckedBy {
				acks++
			}
		}
		if acks == 0 {
			t.Errorf("nobody acknowledged: %+v", i.Receipts)
		}
	})
}

func TestNoSecretIsEverLogged(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		works, broken := newPhone(t, http.StatusNoContent), newPhone(t, http.StatusInternalServerError)
		secrets := map[string]string{"a password": password, "a contact's path": "s3cretpath"}
		rina := s.onCall("rina", works.URL+"/hook/s3cretpath")
		admin := s.token(incident.Admin)
		secrets["an API token"] = admin
		s.must(nil, "POST", "/api/people/"+rina.ID+"/contacts", map[string]any{"kind": "webhook", "address": broken.URL + "/hook/s3cretpath"}, bearer(admin))
		s.do("PUT", "/api/channels/slack", `{"token":"xoxb-s3cret-slack"}`, bearer(admin))
		secrets["a channel's token"] = "xoxb-s3cret-slack"
		secrets["a session"] = s.signIn("rina")
		secrets["a key"] = s.key("generic")
		secrets["a report form's key"] = s.key("report")

		for _, key := range []string{secrets["a key"], secrets["a report form's key"]} {
			for _, path := range []string{"/in/" + key, "/in/" + key + "/v1/logs", "/in/" + key + "/api/v2/alerts?filter=%7B", "/api/report/" + key} {
				for _, body := range []string{`{`, `{"title":"x","service":"y","severity":"critical"}`, strings.Repeat(" ", 3<<20)} {
					s.do("POST", path, body)
				}
				s.do("GET", path, nil)
			}
		}
		s.do("POST", "/v2/enqueue", `{"routing_key":"`+secrets["a key"]+`"}`)
		s.do("POST", "/api/session", credentials("rina@example.com", "wr0ng-s3cret"))
		secrets["a wrong password"] = "wr0ng-s3cret"
		s.do("POST", "/api/session", `{"email":"rina@example.com","password":"`+password)
		s.must(nil, "POST", "/api/password/forgot", `{"email":"rina@example.com"}`)
		var invited struct{ Link string }
		s.must(&invited, "POST", "/api/people", map[string]any{"name": "Dewi", "email": "dewi@example.com", "right": "viewer", "lang": "id"}, bearer(admin))
		secrets["an invitation"] = tokenOf(t, invited.Link)
		s.do("POST", "/api/invitations/accept", map[string]any{"token": secrets["an invitation"], "password": "x"})

		s.declared(bearer(admin))
		s.wait("a message arrived", func() bool { return works.pass() != "" })
		secrets["a message's link"] = works.pass()
		s.do("GET", "/api/pages/"+works.pass(), nil)
		s.do("POST", "/api/pages/"+works.pass(), `{"act":"nonsense"}`)
		s.do("GET", "/a/"+works.pass(), nil)
		s.must(nil, "POST", "/api/people/"+rina.ID+"/contacts/"+s.contacts(rina.ID)[1]+"/test", nil, bearer(admin))

		if u, err := url.Parse(dsn); err == nil && u.User != nil {
			secrets["the database's password"], _ = u.User.Password()
		}
		logged := s.log.String()
		for what, secret := range secrets {
			if secret == "" || strings.Contains(logged, secret) {
				at := strings.Index(logged, secret)
				t.Errorf("%s is in the log: …%.300s", what, logged[max(0, at-200):])
			}
		}
	})
}

func (s *server) contacts(person string) []string {
	s.t.Helper()
	p, err := s.Store.Person(s.t.Context(), person)
	if err != nil {
		s.t.Fatal(err)
	}
	var ids []string
	for _, c := range p.Contacts {
		ids = append(ids, c.ID)
	}
	return ids
}
