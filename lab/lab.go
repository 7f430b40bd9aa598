package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/sigap-dev/sigap/lab/shop"
)

// Environment is the label under which the shop's metrics and changes go.
const Environment = "production"

// Options say how to start the lab.
type Options struct {
	Dir        string // everything that the lab writes goes here; made if missing
	Executable string // each service runs as: Executable lab SERVICE --config FILE

	// Prometheus and NodeExporter are the paths of these programs, as found by
	// FindMonitoring. Empty ones are not started.
	Prometheus   string
	NodeExporter string
	// AlertsURL is where Prometheus sends its alerts, as far as before
	// /api/v2/alerts: http://127.0.0.1:8080/in/KEY. Empty: nowhere.
	AlertsURL string
}

// Lab is a shop that runs.
type Lab struct {
	dir       string
	services  []Service
	processes map[string]*process
	authority *authority
	watching  string // Prometheus' address; empty: none
	client    *http.Client
	log       *os.File
	cancel    context.CancelFunc
}

// Service describes one process of the shop to whoever watches it.
type Service struct {
	Name      string
	Team      string
	Tier      int      // 1: users notice at once
	DependsOn []string // names of services
	Outside   bool     // another company's: its logs and metrics are not for us
	Address   string   // host:port
	URL       string
	Config    string // file of its configuration; empty for one outside
	Metrics   string // URL of its metrics; empty for one outside
	Logs      []Log  // none for one outside
}

// Log is a file that a service appends to.
type Log struct {
	Path   string
	Format string // combined, plain, logfmt, json
}

// Start writes the shop's files and runs its processes. It returns when every
// service answers. The lab ends with Stop, or when ctx does.
func Start(ctx context.Context, options Options) (*Lab, error) {
	ports, err := freePorts(ctx, len(shop.Services())+2)
	if err != nil {
		return nil, fmt.Errorf("start the lab: %w", err)
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("start the lab: %w", err)
	}
	executable, err := filepath.Abs(options.Executable)
	if err != nil {
		return nil, fmt.Errorf("start the lab: %w", err)
	}
	l := &Lab{dir: dir, processes: make(map[string]*process), services: services(dir, ports), client: healthClient()}
	if err := l.write(); err != nil {
		return nil, fmt.Errorf("write the lab's files: %w", err)
	}
	if l.log, err = os.OpenFile(l.PlatformLog(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return nil, fmt.Errorf("start the lab: %w", err)
	}
	running, cancel := context.WithCancel(ctx)
	l.cancel = cancel
	for _, service := range l.services {
		l.run(running, &process{
			name: service.Name, path: executable, args: []string{"lab", service.Name, "--config", configFile(l.dir, service.Name)},
			limit: memoryLimit,
		})
	}
	if err := l.monitor(running, options, ports[len(ports)-2:]); err != nil {
		l.Stop()
		return nil, fmt.Errorf("start the lab's monitoring: %w", err)
	}
	for _, service := range l.services {
		if err := l.await(ctx, service.Name); err != nil {
			l.Stop()
			return nil, fmt.Errorf("start the lab: %w (see %s)", err, filepath.Join(dir, outputs, service.Name+".log"))
		}
	}
	return l, nil
}

// Stop ends every process of the lab and returns when all have ended. The
// folder stays, for whoever wants to look. Stopping twice does nothing more.
func (l *Lab) Stop() {
	l.cancel()
	for _, p := range l.processes {
		<-p.ended
	}
	l.client.CloseIdleConnections()
	l.log.Close()
}

// Services are the shop's processes, in the order of a request's way.
func (l *Lab) Services() []Service { return l.services }

// URL is where browsers, and the load generator, find the shop.
func (l *Lab) URL() string { return l.services[0].URL }

// Prometheus is the address of the Prometheus that watches the shop; empty if none does.
func (l *Lab) Prometheus() string { return l.watching }

// PlatformLog is the file in which the platform writes of processes that end,
// are killed, and are started again.
func (l *Lab) PlatformLog() string { return filepath.Join(l.dir, "platform.log") }

// DataDir is a service's folder for data.
func (l *Lab) DataDir(service string) string { return filepath.Join(l.dir, service, "data") }

// PID is the process id of a service, 0 while it is down.
func (l *Lab) PID(service string) int { return l.processes[service].pid() }

// PIDs are the ids of all processes that are up, Prometheus included.
func (l *Lab) PIDs() []int {
	var all []int
	for _, p := range l.processes {
		if pid := p.pid(); pid != 0 {
			all = append(all, pid)
		}
	}
	return all
}

// Restarts counts how often a service was started again.
func (l *Lab) Restarts(service string) int { return l.processes[service].restartCount() }

// run keeps p running until ctx ends.
func (l *Lab) run(ctx context.Context, p *process) {
	p.dir, p.output = l.dir, filepath.Join(l.dir, outputs, p.name+".log")
	p.log = slog.New(slog.NewTextHandler(l.log, nil))
	p.again, p.ended = make(chan struct{}, 1), make(chan struct{})
	l.processes[p.name] = p
	go p.run(ctx)
}

// healthClient asks services of the lab alone, so that it need not check
// whose certificate the bank shows, nor until when it lasts.
func healthClient() *http.Client {
	return &http.Client{
		Timeout:   time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}
}

// errNotInForce says that a service runs with another configuration than the one written.
var errNotInForce = errors.New("the configuration is not in force")
