package shop

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// Services are the names that Main knows, in the order of a request's way.
func Services() []string {
	return []string{"front", "catalogue", "cart", "payment", "bank"}
}

// Main runs one service with its configuration file until ctx ends. SIGHUP
// makes it read the file again; a configuration that cannot be taken leaves
// the one before in force and is said on standard error.
func Main(ctx context.Context, service, configFile string) error {
	build, err := builder(service)
	if err != nil {
		return err
	}
	s := &server{file: configFile, build: build, metrics: newMetrics()}
	if err := s.load(ctx); err != nil {
		return fmt.Errorf("start %s: %w", service, err)
	}
	defer s.current.close()

	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.current.base.Listen)
	if err != nil {
		return fmt.Errorf("start %s: %w", service, err)
	}
	if s.current.certificate != nil {
		listener = tls.NewListener(listener, &tls.Config{GetCertificate: s.certificate})
	}
	web := &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	for {
		select {
		case <-hangups:
			if err := s.load(ctx); err != nil {
				fmt.Fprintf(os.Stderr, "%s: keep the configuration: %v\n", service, err)
			}
		case err := <-served:
			return fmt.Errorf("serve %s: %w", service, err)
		case <-ctx.Done():
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			if err := web.Shutdown(ending); errors.Is(err, context.DeadlineExceeded) {
				return web.Close()
			}
			return nil
		}
	}
}

// generation is one configuration of a service in force.
type generation struct {
	base        Base
	digest      string
	handler     http.Handler
	certificate *tls.Certificate // of a service that speaks TLS
	observe     func()           // brings the gauges up to date before a scrape
	release     func()           // gives back what the generation holds
	active      sync.WaitGroup   // requests under way
}

func (g *generation) close() {
	g.active.Wait()
	g.release()
}

// buildFunc makes a generation from the bytes of a configuration file.
type buildFunc func(ctx context.Context, file []byte, m *metrics) (*generation, error)

func builder(service string) (buildFunc, error) {
	switch service {
	case "front":
		return buildFront, nil
	case "catalogue":
		return buildCatalogue, nil
	case "cart":
		return buildCart, nil
	case "payment":
		return buildPayment, nil
	case "bank":
		return buildBank, nil
	}
	return nil, fmt.Errorf("the shop has no service %q", service)
}

// server serves whatever generation is current.
type server struct {
	file    string
	build   buildFunc
	metrics *metrics

	mu      sync.RWMutex
	current *generation
}

// load puts the configuration file in force. Requests under way end in the
// generation they began in.
func (s *server) load(ctx context.Context) error {
	file, err := os.ReadFile(s.file)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	next, err := s.build(ctx, file, s.metrics)
	if err != nil {
		return err
	}
	next.digest = Digest(file)
	s.metrics.base(next.base)
	s.mu.Lock()
	before := s.current
	s.current = next
	s.mu.Unlock()
	if before != nil {
		go before.close()
	}
	return nil
}

// take returns the current generation, counted as in use until the caller is done with it.
func (s *server) take() *generation {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.current.active.Add(1)
	return s.current
}

func (s *server) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.current.certificate, nil
}

// Health is what /healthz answers.
type Health struct {
	Status  string `json:"status"`
	Version string `json:"version"`
	Config  string `json:"config"` // Digest of the configuration file in force
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := s.take()
	defer g.active.Done()
	switch r.URL.Path {
	case "/healthz":
		answer(w, http.StatusOK, Health{Status: "ok", Version: g.base.Version, Config: g.digest})
	case "/metrics":
		g.observe()
		s.metrics.handler().ServeHTTP(w, r)
	default:
		g.handler.ServeHTTP(w, r)
	}
}

// answer writes v as JSON. A client that has gone is no concern of the handler.
func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

// problem is the body of an answer that is no success.
type problem struct {
	Error string `json:"error"`
}
