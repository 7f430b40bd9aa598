package load

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

func TestUsersWhoAreLetDownTellSupportAndOthersDoNot(t *testing.T) {
	t.Parallel()
	heard := make(chan Complaint, 10)
	support := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var c Complaint
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
			t.Error(err)
		}
		heard <- c
	}))
	defer support.Close()
	user := visit{complains: true}
	user.purchase.Session = "c0ffee0123456789"
	for _, c := range []struct {
		name    string
		visit   visit
		result  Result
		silence time.Duration // since support heard another
		told    bool
	}{
		{"served", user, Result{Code: 200, Handler: "checkout", Took: time.Second}, time.Hour, false},
		{"declined", user, Result{Code: 402, Handler: "checkout"}, time.Hour, false},
		{"slow", user, Result{Code: 200, Handler: "checkout", Took: 3 * time.Second}, time.Hour, true},
		{"failed", user, Result{Code: 502, Handler: "checkout"}, time.Hour, true},
		{"not answered", user, Result{Handler: "home"}, time.Hour, true},
		{"failed, and patient", visit{purchase: user.purchase}, Result{Code: 502}, time.Hour, false},
		{"failed, and support is busy", user, Result{Code: 502}, time.Second, false},
	} {
		g := &Generator{client: support.Client(), reportsURL: support.URL, heard: time.Now().Add(-c.silence)}
		g.complain(t.Context(), c.visit, c.result)
		select {
		case got := <-heard:
			if !c.told || !slices.Contains(c.result.words(), got.Words) || got.Reporter != "pelanggan c0ffee" || got.Service != "front" {
				t.Errorf("%s: support was told %+v", c.name, got)
			}
		default:
			if c.told {
				t.Errorf("%s: support was told nothing", c.name)
			}
		}
	}
}
