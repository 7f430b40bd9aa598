package app

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sigap-dev/sigap/internal/drill"
	"github.com/sigap-dev/sigap/internal/incident"
)

// drills starts drills as a process of their own, which speaks to this server
// as any other client does.
type drills struct {
	app *App
	mu  sync.Mutex
	cmd *exec.Cmd

	receiver atomic.Value // string: where the players' messages arrive, while a drill runs
}

func newDrills(a *App) *drills { return &drills{app: a} }

// Running reports whether a drill is under way.
func (d *drills) Running() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cmd != nil
}

// Start starts a drill with a fault, or one drawn at random if it is empty.
func (d *drills) Start(ctx context.Context, fault string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cmd != nil {
		return incident.Errorf(incident.Conflict, "A drill is under way already.")
	}
	if fault != "" && !drill.Knows(fault) {
		return incident.FieldError("fault", "There is no fault %q.", fault)
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	token, err := d.app.Accounts.IssueToken(ctx, "drill", incident.Admin)
	if err != nil {
		return err
	}
	receiver, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	args := []string{"drill", "--server", "http://" + d.app.listener.Addr().String(), "--receiver", receiver}
	if fault != "" {
		args = append(args, "--fault", fault)
	}
	cmd := exec.Command(exe, args...) //nolint:gosec,noctx // our own binary, with a fault's name that it checks; it outlives the request
	cmd.Env = append(os.Environ(), "SIGAP_TOKEN="+token)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.WaitDelay = 5 * time.Second
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	d.cmd = cmd
	d.receiver.Store(receiver)
	go func() {
		if err := cmd.Wait(); err != nil {
			d.app.log.Info("the drill ended", "err", err)
		}
		d.receiver.Store("")
		d.mu.Lock()
		d.cmd = nil
		d.mu.Unlock()
	}()
	return nil
}

// stop ends the drill with the server.
func (d *drills) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cmd != nil {
		_ = d.cmd.Process.Signal(os.Interrupt)
	}
}

// reachable lets channels reach, beside what the guard allows, the one address
// where the players of the drill under way receive their messages.
func (d *drills) reachable(c *http.Client) *http.Client {
	t, ok := c.Transport.(*http.Transport)
	if !ok {
		return c
	}
	guarded := t.DialContext
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != "" && d.receiver.Load() == address {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		return guarded(ctx, network, address)
	}
	return c
}

// freeAddress is a free port of this machine.
func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}
