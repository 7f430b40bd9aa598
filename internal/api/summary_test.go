package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/storetest"
)

func TestTheLinkOfASummaryListsWhatWaitsAndTakesAllOfIt(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		s := start(t, dsn)
		p := newPhone(t, http.StatusNoContent)
		s.onCall("rina", p.URL)
		rina, err := s.Store.Person(t.Context(), s.id("rina"))
		if err != nil {
			t.Fatal(err)
		}
		contact, admin := rina.Contacts[0].ID, bearer(s.token(incident.Admin))
		refs := []string{s.declared(admin), s.declared(admin)}
		var pages []inform.Paced
		s.wait("both are paged", func() bool {
			pages, err = s.Store.Paced(t.Context(), contact)
			return err != nil || len(pages) == 2
		})
		now := time.Now()
		if err := s.Store.Summed(t.Context(), inform.Round{Lane: contact, Told: pages, At: now}); err != nil {
			t.Fatal(err)
		}
		path := "/api/pages/" + s.API.Links.Sign(inform.Pass{Person: rina.ID, Method: contact, Lane: contact, Summary: now.Add(time.Second), Expires: now.Add(time.Hour)})
		var page struct {
			State, Title string
			Waiting      []struct{ Ref, Link string }
		}
		s.must(&page, "GET", path, nil)
		if page.State != "open" || page.Title != "2 incidents wait for you" || len(page.Waiting) != 2 || page.Waiting[0].Ref != refs[0] {
			t.Fatalf("the page is %+v", page)
		}
		_, own, _ := strings.Cut(page.Waiting[0].Link, "/a/")
		s.must(nil, "GET", "/api/pages/"+own, nil)
		s.must(&page, "POST", path, `{"act":"acknowledge"}`)
		for _, ref := range refs {
			i, err := s.Store.Incident(t.Context(), ref)
			if err != nil || !i.Acknowledged(rina.ID) {
				t.Errorf("%s is not taken: %v", ref, err)
			}
		}
		if page.State != "over" {
			t.Errorf("after it was answered the page is %+v", page)
		}
	})
}
