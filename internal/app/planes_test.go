package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// pagedWithin is how long a page may take on a machine that is busy with other
// tests. It is a hundred times what it takes, and a tenth of what the broken
// parts below would cost who waits for them. The bound of the product, 250 ms,
// is measured by the benchmarks.
const pagedWithin = 10 * time.Second

// collect is a collector of evidence made of a function.
type collect func(ctx context.Context, i *incident.Incident, found func(incident.Evidence))

func (c collect) Collect(ctx context.Context, i *incident.Incident, found func(incident.Evidence)) {
	c(ctx, i, found)
}

// brokenParts are the ways in which the clever parts can fail.
func brokenParts(t *testing.T) map[string]func(*App) {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-forever }))
	t.Cleanup(hangs.CloseClientConnections)
	garbage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":null,"values":[["x",{}]]}]}}`+strings.Repeat("[", 1000))
	}))
	t.Cleanup(garbage.Close)
	collector := func(c collect) func(*App) {
		return func(a *App) {
			a.identify = identify.New(intakeStore{a.Store}, c, store.NewID, a.now, a.log)
			a.API.Identify = a.identify
		}
	}
	sources := func(s api.Sources) func(*App) {
		return func(a *App) {
			if err := a.Store.PutSetting(t.Context(), "sources", s); err != nil {
				t.Error(err)
			}
		}
	}
	return map[string]func(*App){
		"evidence that stalls and is deaf to its deadline": collector(func(context.Context, *incident.Incident, func(incident.Evidence)) { <-forever }),
		"evidence that panics":                             collector(func(context.Context, *incident.Incident, func(incident.Evidence)) { panic("a clever part broke") }),
		"evidence that is garbage": collector(func(_ context.Context, _ *incident.Incident, found func(incident.Evidence)) {
			for range 50 {
				found(incident.Evidence{Check: "\x00", Source: strings.Repeat("x", 100_000), State: "?"})
			}
		}),
		"a recorder that is dead":           func(a *App) { _ = a.recorder.Close() },
		"a Prometheus and a Loki that hang": sources(api.Sources{Prometheus: hangs.URL, Loki: hangs.URL}),
		"a Prometheus that answers garbage": sources(api.Sources{Prometheus: garbage.URL, Loki: garbage.URL}),
		"a probe that hangs": func(a *App) {
			if err := a.Store.PutService(t.Context(), &directory.Service{Name: "payment", Environment: "production", Tier: 1, Team: "engineering", Probe: hangs.URL, DependsOn: []string{}}); err != nil {
				t.Error(err)
			}
		},
	}
}

func TestPagesGoOutWhicheverCleverPartIsBroken(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, _ string) {
		engine := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
		for name, breakIt := range brokenParts(t) {
			t.Run(name, func(t *testing.T) {
				dsn := ""
				if engine == "postgres" {
					dsn = storetest.Postgres(t)
				}
				pageWith(t, dsn, breakIt)
			})
		}
	})
}

// pageWith sends a critical alert to a server with a broken part, and expects
// the person on call to be paged, twice: what broke may not have stayed behind.
func pageWith(t *testing.T, database string, breakIt func(*App)) {
	t.Helper()
	paged := make(chan string, 100)
	phone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		select {
		case paged <- string(body):
		default:
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(phone.Close)
	c := Config{Listen: "127.0.0.1:0", Data: t.TempDir(), Database: database, AllowOutgoing: []string{"127.0.0.1"}}
	c.Recorder.MaxBytes, c.Recorder.MaxAge = 64<<20, time.Hour
	a, err := New(t.Context(), c, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	breakIt(a)
	person := &directory.Person{Name: "Rina", Email: "rina@example.com", Right: incident.Responder, Lang: "en",
		Contacts: []directory.Contact{{ID: "phone", Kind: "webhook", Address: phone.URL, Verified: time.Now()}}}
	if err := a.Accounts.AddUser(t.Context(), person, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	if err := a.Store.PutTeam(t.Context(), &directory.Team{ID: "engineering", Name: "Engineering", Does: directory.EngineeringTeam, Members: []string{person.ID}, Rooms: []directory.Contact{}}); err != nil {
		t.Fatal(err)
	}
	serveUntilDone(t, a)
	key, err := a.Accounts.IssueKey(t.Context(), "monitoring", "generic", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"payment", "cart"} {
		r, err := http.Post(a.URL()+"/in/"+key, "application/json", strings.NewReader(`{"title":"All requests fail","service":"`+service+`","environment":"production","severity":"critical"}`))
		if err != nil || r.StatusCode/100 != 2 {
			t.Fatalf("the alert was not taken: %v %v", r, err)
		}
		_ = r.Body.Close()
		late := time.After(pagedWithin)
		for about := ""; !strings.Contains(about, service); {
			select {
			case about = <-paged:
			case <-late:
				t.Fatalf("nobody was paged about %s within %s", service, pagedWithin)
			}
		}
	}
}

// serveUntilDone serves until the test ends, and closes what was opened.
func serveUntilDone(t *testing.T, a *App) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.Serve(ctx, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		stop()
		<-done // a part that is deaf to its deadline may keep a worker from ending
		_ = a.Close()
	})
}
