package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/client"
)

// server is a Sigap that runs.
type server struct {
	url    string
	data   string
	binary string
	cmd    *exec.Cmd
	took   time.Duration // from exec until it answered
}

// startServer starts a server and waits until it is ready.
func startServer(ctx context.Context, o options, data string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address, data: data, binary: o.binary}
	s.cmd = exec.CommandContext(ctx, o.binary, "serve", "--listen", address, "--data", data, "--allow-outgoing", "127.0.0.1")
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(os.Interrupt) }
	s.cmd.WaitDelay = 20 * time.Second
	var said bytes.Buffer
	s.cmd.Stderr = &said
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < time.Minute {
		res, err := http.Get(s.url + "/readyz") //nolint:noctx // bounded by the loop
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.took = time.Since(began)
				return s, nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("the server was not ready within a minute: %s", said.String())
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// cli runs one of the server's commands on its store and gives what it printed.
func (s *server) cli(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.binary, append(args, "--data", s.data)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// admin is a client that may do everything.
func (s *server) admin(ctx context.Context) (*client.Client, error) {
	token, err := s.cli(ctx, "token", "create", "--scope", "admin", "bench")
	return client.New(s.url, token), err
}

// clockTick is the unit of processor times in /proc: 100 a second on Linux.
const clockTick = 10 * time.Millisecond

// processor is the time that the server has had of the processors.
func (s *server) processor() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest) // from the third on: state is the first
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick, err
}

// resident is the server's memory, in bytes.
func (s *server) resident() (int, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if v, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(v)[0])
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS in %s", f.Name())
}

// metric reads one of the server's own figures.
func (s *server) metric(name string) (float64, error) {
	res, err := http.Get(s.url + "/metrics") //nolint:noctx // a loopback request
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(v), 64)
		}
	}
	return 0, fmt.Errorf("the server has no metric %s", name)
}

// told waits until every page and notice that is due was sent.
func (s *server) told(ctx context.Context) error {
	for {
		waiting, err := s.metric(`sigap_jobs_waiting{queue="paging"}`)
		if err != nil || waiting == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// drained waits until all that was accepted is applied.
func (s *server) drained() error {
	for {
		waiting, err := s.metric("sigap_inbox_waiting")
		if err != nil || waiting == 0 {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}
