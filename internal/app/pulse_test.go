package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
)

// watchman is what raises the alarm when no pulse comes any more.
type watchman struct {
	*httptest.Server
	pulses chan string
	status atomic.Int64
}

func newWatchman(t *testing.T) *watchman {
	t.Helper()
	m := &watchman{pulses: make(chan string, 100)}
	m.status.Store(http.StatusOK)
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.pulses <- r.Method + " " + r.URL.Path
		w.WriteHeader(int(m.status.Load()))
	}))
	t.Cleanup(m.Close)
	return m
}

func TestThePulseStopsWhenPeopleWaitInVain(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, dsn string) {
		watch := newWatchman(t)
		c := Config{Listen: "127.0.0.1:0", Data: t.TempDir(), HeartbeatURL: watch.URL + "/s3cret"}
		if folder, embedded := strings.CutPrefix(dsn, "sqlite:"); embedded {
			c.Data = folder
		} else {
			c.Database = dsn
		}
		c.Recorder.MaxBytes, c.Recorder.MaxAge = 64<<20, time.Hour
		a, err := New(t.Context(), c, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		serveUntilDone(t, a)
		select { // the first, by the queue
		case got := <-watch.pulses:
			if got != "POST /s3cret" {
				t.Errorf("the pulse is %q", got)
			}
		case <-time.After(pagedWithin):
			t.Fatal("there is no pulse")
		}
		sent := func(at time.Time) bool {
			if err := a.pulse(t.Context(), Pulse{at}); err != nil {
				t.Fatal(err)
			}
			return len(watch.pulses) > 0 && <-watch.pulses != ""
		}
		if !sent(time.Now()) {
			t.Error("all is well, and there is no pulse")
		}
		if sent(time.Now().Add(-pulseStale - time.Second)) {
			t.Error("a pulse of long ago was sent: it says nothing about now")
		}
		watch.status.Store(http.StatusServiceUnavailable)
		if err := a.pulse(t.Context(), Pulse{time.Now()}); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("a pulse that was not taken gave %v", err)
		}
		<-watch.pulses
		watch.status.Store(http.StatusOK)

		if _, err := a.identify.DeclareNew(t.Context(), incident.System(), identify.Declaration{Title: "Checkout fails", Severity: 1}); err != nil {
			t.Fatal(err)
		}
		untilNobody(t, a)
		if sent(time.Now()) {
			t.Error("nobody is reached, and the pulse says that all is well")
		}
	})
}

// untilNobody waits until a notice has reached nobody: nobody is set up who could
// be reached.
func untilNobody(t *testing.T, a *App) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(pagedWithin)
	for {
		_, nobody, err := a.Store.OpenCounts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if nobody > 0 {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("the notice reached somebody")
		}
	}
}
