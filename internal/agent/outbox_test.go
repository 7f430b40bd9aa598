package agent

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/recorder"
)

// server plays Sigap: it answers what it is told to and keeps what it took.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(http.ResponseWriter) // nil: 200
	paths  []string
	taken  []string // bodies, uncompressed
}

func newServer(t *testing.T) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.answer != nil {
			s.answer(w)
			return
		}
		body, err := gzip.NewReader(r.Body)
		if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
			http.Error(w, "not gzip", http.StatusBadRequest)
			return
		}
		text, err := io.ReadAll(body)
		if err != nil {
			http.Error(w, "not gzip", http.StatusBadRequest)
			return
		}
		s.paths = append(s.paths, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type"))
		s.taken = append(s.taken, string(text))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) answers(answer func(http.ResponseWriter)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *server) status(code int) { s.answers(func(w http.ResponseWriter) { w.WriteHeader(code) }) }

func (s *server) bodies() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.taken, " ")
}

// sending is an outbox with its server and a clock that stands.
type sending struct {
	t      *testing.T
	server *server
	clock  *clock
	dir    string
	config Config
	out    *outbox
}

func newSending(t *testing.T) *sending {
	s := &sending{t: t, server: newServer(t), clock: &clock{noon()}, dir: t.TempDir()}
	s.config = Config{Server: s.server.URL, Key: "key", Buffer: BufferConfig{Dir: s.dir, MaxBytes: 1 << 20}}
	s.start()
	return s
}

func (s *sending) start() {
	s.t.Helper()
	p, err := openPositions(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	sp, err := openSpool(s.dir, s.config.Buffer.MaxBytes)
	if err != nil {
		s.t.Fatal(err)
	}
	s.out = newOutbox(s.config, sp, p, Deps{Now: s.clock.now, Logger: slog.New(slog.DiscardHandler), Client: s.server.Client()})
}

func (s *sending) batch(kind batchKind, text string) batch {
	s.t.Helper()
	body, err := newEncoder(Config{}).pack([]byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	return batch{kind: kind, body: body, count: 1, marks: map[string]position{"/a.log": {Offset: int64(len(text))}}}
}

func (s *sending) send(texts ...string) {
	for _, text := range texts {
		s.out.handle(s.t.Context(), s.batch(logBatch, text))
	}
}

func TestBatchesGoToTheirRoutes(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	for _, kind := range []batchKind{logBatch, metricBatch, changeBatch} {
		s.out.handle(t.Context(), s.batch(kind, string(kind)))
	}
	want := []string{
		"POST /in/key/v1/logs application/x-protobuf",
		"POST /in/key/v1/metrics application/x-protobuf",
		"POST /in/key/changes application/json",
	}
	if diff := cmp.Diff(want, s.server.paths); diff != "" {
		t.Error(diff)
	}
	if got := s.out.sent.Load(); got != 3 {
		t.Errorf("sent %d", got)
	}
}

func TestWhatCannotBeSentWaitsAndGoesOutInOrder(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.server.status(http.StatusServiceUnavailable)
	s.send("one", "two")
	s.out.drain(t.Context()) // too early
	s.server.status(http.StatusOK)
	s.server.answers(nil)
	s.send("three") // behind the others
	if got := s.server.bodies(); got != "" {
		t.Fatalf("too early: %q", got)
	}
	s.clock.advance(longestWait)
	s.out.drain(t.Context())
	s.send("four")
	if got := s.server.bodies(); got != "one two three four" {
		t.Errorf("got %q", got)
	}
	if at, _ := s.out.positions.of("/a.log"); at.Offset != 4 {
		t.Errorf("position %+v", at)
	}
}

func TestWaitsGrowAndEndWithSuccess(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.server.Close() // nobody listens
	s.send("one")
	var last time.Duration
	for i := range 10 {
		wait := s.out.notBefore.Sub(s.clock.now())
		if i > 0 && i < 5 && wait <= last*5/4 || wait > longestWait || wait <= 0 {
			t.Errorf("wait %d is %s after %s", i, wait, last)
		}
		last = wait
		s.clock.advance(wait)
		s.out.drain(t.Context())
	}
}

func TestTheServersRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute,
		noon().Add(3 * time.Minute).Format(http.TimeFormat): 3 * time.Minute,
		"86400": longestAsked,
	} {
		s := newSending(t)
		s.server.answers(func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		s.send("one")
		if got := s.out.notBefore.Sub(noon()); got != want {
			t.Errorf("Retry-After %s: waits %s, want %s", value, got, want)
		}
	}
}

func TestAnswersDecideWhatIsDropped(t *testing.T) {
	t.Parallel()
	for status, kept := range map[int]bool{
		http.StatusBadRequest: false, http.StatusRequestEntityTooLarge: false, http.StatusUnsupportedMediaType: false, http.StatusUnprocessableEntity: false,
		http.StatusUnauthorized: true, http.StatusForbidden: true, http.StatusNotFound: true, http.StatusRequestTimeout: true, http.StatusTooManyRequests: true,
		http.StatusInternalServerError: true, http.StatusBadGateway: true, http.StatusServiceUnavailable: true, http.StatusGatewayTimeout: true, http.StatusFound: true,
	} {
		s := newSending(t)
		s.server.status(status)
		s.send("one")
		if got := len(s.out.spool.entries) == 1; got != kept {
			t.Errorf("%d: kept %v", status, got)
		}
		if lost := s.out.lost.Load(); (lost == 1) == kept {
			t.Errorf("%d: lost %d", status, lost)
		}
	}
}

func TestAPartialSuccessIsCounted(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.server.answers(func(w http.ResponseWriter) {
		body, _ := recorder.EncodeLogsResponse("application/x-protobuf", recorder.Partial{Rejected: 7, Message: "why"})
		_, _ = w.Write(body)
	})
	s.send("one")
	if lost := s.out.lost.Load(); lost != 7 {
		t.Errorf("lost %d", lost)
	}
}

func TestTheBufferIsBoundedAndCountsWhatItDrops(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	one := int64(len(s.batch(logBatch, "1").body))
	s.out.spool.maxBytes = 3 * one
	s.server.status(http.StatusServiceUnavailable)
	s.send("1", "2", "3", "4", "5")
	if lost := s.out.lost.Load(); lost != 2 {
		t.Errorf("lost %d", lost)
	}
	s.server.answers(nil)
	s.clock.advance(longestWait)
	s.out.drain(t.Context())
	if got := s.server.bodies(); got != "3 4 5" {
		t.Errorf("got %q", got)
	}
	s.out.spool.maxBytes = 1
	s.server.status(http.StatusServiceUnavailable)
	s.send("too large by itself")
	if lost := s.out.lost.Load(); lost != 3 {
		t.Errorf("lost %d", lost)
	}
}

func TestTheBufferSurvivesARestart(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.server.status(http.StatusServiceUnavailable)
	s.send("one", "two")
	s.server.answers(nil)
	s.start()
	s.out.drain(t.Context())
	s.send("three")
	if got := s.server.bodies(); got != "one two three" {
		t.Errorf("got %q", got)
	}
	if len(s.out.spool.entries) != 0 || s.out.spool.bytes != 0 {
		t.Errorf("left behind: %+v", s.out.spool.entries)
	}
}

func TestTheKeyIsInNoErrorMessage(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.server.Close()
	err := s.out.send(t.Context(), s.batch(logBatch, "x"))
	if err == nil || strings.Contains(err.Error(), "/in/key") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsQueuedAtTheEndGoesToTheBuffer(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.out.queue <- s.batch(logBatch, "last words")
	close(s.out.queue)
	if err := s.out.run(ctx); err != nil {
		t.Fatal(err)
	}
	s.start()
	if at, ok := s.out.positions.of("/a.log"); !ok || at.Offset != 10 || len(s.out.spool.entries) != 1 {
		t.Errorf("position %+v, buffered %+v", at, s.out.spool.entries)
	}
}
