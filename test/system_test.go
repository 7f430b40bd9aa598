package test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/client"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// program is the built sigap, which TestMain makes and removes.
var program string

func TestMain(m *testing.M) { os.Exit(withProgram(m.Run)) }

func withProgram(run func() int) int {
	dir, err := os.MkdirTemp("", "sigap-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "sigap")
	// As the Makefile builds it, so that what is compiled is shared.
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", program, "./cmd/sigap")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	return run()
}

// soak reports whether the long forms of the tests are wanted.
func soak() bool { return os.Getenv("SIGAP_SOAK") != "" }

// seed is what the test draws from: SIGAP_SEED, or the day's. It is printed.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := uint64(time.Now().Unix() / 86_400)
	if s := os.Getenv("SIGAP_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SIGAP_SEED: %v", err)
		}
	}
	t.Logf("drawn from SIGAP_SEED=%d", n)
	return n
}

// system is an installation of Sigap: a store, and as many processes as a test
// starts on it.
type system struct {
	t      *testing.T
	config app.Config
	token  string // an admin's
	phone  *phone
	person *directory.Person // on call, reached at the phone
}

// install makes an installation on an empty store, with one person on call.
func install(t *testing.T, dsn string) *system {
	t.Helper()
	s := &system{t: t, phone: newPhone(t)}
	s.config.Data = t.TempDir()
	if folder, embedded := strings.CutPrefix(dsn, "sqlite:"); embedded {
		s.config.Data = folder
	} else {
		s.config.Database = dsn
	}
	s.person = &directory.Person{Name: "Rina", Email: "rina@example.com", Right: incident.Responder, Lang: "en",
		Contacts: []directory.Contact{{ID: "phone", Kind: "webhook", Address: s.phone.URL + "/rina", Verified: time.Now()}}}
	s.store(func(a app.Accounts) {
		ctx := t.Context()
		var err error
		if s.token, err = a.IssueToken(ctx, "test", incident.Admin); err != nil {
			t.Fatal(err)
		}
		if err := a.AddUser(ctx, s.person, "correct horse battery"); err != nil {
			t.Fatal(err)
		}
		team := directory.Team{ID: "engineering", Name: "Engineering", Does: directory.EngineeringTeam, Members: []string{s.person.ID}, Rooms: []directory.Contact{}}
		if err := a.PutTeam(ctx, &team); err != nil {
			t.Fatal(err)
		}
	})
	return s
}

// store opens the installation's store beside its processes.
func (s *system) store(fn func(app.Accounts)) {
	s.t.Helper()
	if err := app.WithAccounts(s.t.Context(), s.config, func(a app.Accounts) error { fn(a); return nil }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *system) key(source string) (secret string) {
	s.t.Helper()
	s.store(func(a app.Accounts) {
		var err error
		if secret, err = a.IssueKey(s.t.Context(), source, source, false); err != nil {
			s.t.Fatal(err)
		}
	})
	return secret
}

// process is a server that runs.
type process struct {
	*client.Client
	t    *testing.T
	url  string
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{}
}

// launch starts a server and waits until it answers.
func (s *system) launch(more ...string) *process {
	s.t.Helper()
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data", s.config.Data, "--allow-outgoing", "127.0.0.1"}, more...)
	if s.config.Database != "" {
		args = append(args, "--database", s.config.Database)
	}
	log, err := os.CreateTemp(s.t.TempDir(), "server-*.log")
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Stderr = log
	cmd.SysProcAttr = endsWithTest()
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	p := &process{t: s.t, cmd: cmd, log: log, done: make(chan struct{})}
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if at, ok := strings.CutPrefix(lines.Text(), "Sigap answers at "); ok {
				address <- at
			}
		}
		_ = cmd.Wait()
		close(p.done)
	}()
	s.t.Cleanup(p.kill)
	select {
	case p.url = <-address:
	case <-p.done:
		s.t.Fatalf("the server did not start: %s", p.said())
	}
	p.Client = client.New(p.url, s.token)
	return p
}

// kill ends the process as a power cut does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
	_ = p.log.Close()
}

// stop ends the process as systemd does, and expects it to end well.
func (p *process) stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		p.t.Fatal("the server does not stop")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("the server ended with %d: %s", code, p.said())
	}
}

// said is the end of what the process logged.
func (p *process) said() string {
	b, _ := os.ReadFile(p.log.Name())
	return string(b[max(0, len(b)-4096):])
}

// call makes an API call that succeeds.
func (p *process) call(method, path string, in, out any) {
	p.t.Helper()
	if err := p.Call(p.t.Context(), method, path, in, out); err != nil {
		p.t.Fatalf("%v\n%s", err, p.said())
	}
}

// send posts a body to a sender's way in, and reports whether it was taken.
func (p *process) send(ctx context.Context, path, body string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, strings.NewReader(body))
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode/100 == 2
}

// phone is where messages arrive.
type phone struct {
	*httptest.Server
	mu      sync.Mutex
	arrived []message
}

// message is one that arrived.
type message struct {
	ID, Incident, Title, To string
	At                      time.Time
}

func newPhone(t *testing.T) *phone {
	p := &phone{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m message
		body, err := io.ReadAll(r.Body)
		if err != nil || json.NewDecoder(bytes.NewReader(body)).Decode(&m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		m.To, m.At = strings.TrimPrefix(r.URL.Path, "/"), time.Now()
		p.mu.Lock()
		p.arrived = append(p.arrived, m)
		p.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(p.Close)
	return p
}

// about gives the messages about an incident, by its reference or words of its
// title, or all of them.
func (p *phone) about(what string) []message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []message
	for _, m := range p.arrived {
		if what == "" || m.Incident == what || !strings.HasPrefix(what, "INC-") && strings.Contains(m.Title, what) {
			out = append(out, m)
		}
	}
	return out
}

// eventually looks until it is so, within a bound.
func eventually(t *testing.T, within time.Duration, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(within)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}
