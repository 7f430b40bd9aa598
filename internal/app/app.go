// Package app builds everything from the configuration, starts and stops it.
// It alone knows all the other packages.
package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/sigap-dev/sigap/internal/act"
	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/chat"
	"github.com/sigap-dev/sigap/internal/evidence"
	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/investigate"
	"github.com/sigap-dev/sigap/internal/learn"
	"github.com/sigap-dev/sigap/internal/live"
	"github.com/sigap-dev/sigap/internal/recorder"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/update"
	"github.com/sigap-dev/sigap/internal/version"
	"github.com/sigap-dev/sigap/web"
)

// App is a running Sigap.
type App struct {
	config Config
	log    *slog.Logger
	now    func() time.Time

	Store    *store.Store
	Accounts Accounts
	API      *api.Server

	recorder    *recorder.Recorder
	live        *live.Broker
	identify    *identify.Service
	probes      *identify.Probes
	inform      *inform.Service
	investigate *investigate.Service
	act         *act.Service
	update      *update.Service
	learn       *learn.Service
	chat        *chat.Service
	drill       *drills
	channels    *Channels
	listener    net.Listener
	outgoing    *http.Client
	looks       looks        // at evidence
	altered     atomic.Int64 // timelines that are not what was written
}

const (
	httpTimeout  = 15 * time.Second
	probeLongest = 30 * time.Second // each probe has its own limit
)

// New opens the store and the recorder and builds all parts. The listener is
// open when it returns, so that the address is known; nothing is served yet.
func New(ctx context.Context, c Config, now func() time.Time, log *slog.Logger) (*App, error) {
	a := &App{config: c, log: log, now: now, live: &live.Broker{}}
	var err error
	if a.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Listen); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	if a.config.PublicURL == "" {
		a.config.PublicURL = "http://" + a.listener.Addr().String()
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) (err error) {
	c := a.config
	if a.Store, err = store.Open(ctx, c.DSN(), store.Options{Now: a.now, Logger: a.log, Place: place, OnCommit: a.live.Changed}); err != nil {
		return err
	}
	if a.recorder, err = recorder.Open(filepath.Join(c.Data, "recorder"), recorder.Options{MaxBytes: c.Recorder.MaxBytes, MaxAge: c.Recorder.MaxAge, Now: a.now, Logger: a.log}); err != nil {
		return fmt.Errorf("open the recorder: %w", err)
	}
	key, err := secretKey(c.Data)
	if err != nil {
		return err
	}
	seal, err := newSealer(key)
	if err != nil {
		return err
	}
	a.Accounts = Accounts{a.Store, func() (sealer, error) { return seal, nil }}
	allow, err := channel.ParseAllow(c.AllowOutgoing)
	if err != nil {
		return fmt.Errorf("allow-outgoing: %w", err)
	}
	push, err := channel.PushKeyOf(key, c.PublicURL)
	if err != nil {
		return err
	}
	a.drill = newDrills(a)
	a.channels = newChannels(a.Store, seal, channel.Deps{HTTP: a.drill.reachable(channel.NewHTTPClient(allow, httpTimeout)), Dial: channel.NewDialer(allow), Now: a.now, Push: push})
	links := inform.NewLinks(c.PublicURL, key)
	proxies, err := api.ParseProxies(c.TrustedProxies)
	if err != nil {
		return fmt.Errorf("trusted-proxies: %w", err)
	}

	inside, err := channel.ParseAllow(insideNetworks)
	if err != nil {
		return err
	}
	a.outgoing = channel.NewHTTPClient(inside, httpTimeout)
	prober := &probe.Prober{HTTP: channel.NewHTTPClient(inside, probeLongest), Dial: channel.NewDialer(inside), Now: a.now, Refused: forbidden}
	collector := evidence.New(a.Store, a.evidenceSources(a.outgoing), prober, a.now, a.log)
	a.identify = identify.New(intakeStore{a.Store}, collector, store.NewID, a.now, a.log)
	a.probes = identify.NewProbes(a.identify, a.Store, prober.Look)
	a.inform = inform.New(a.Store, a.channels, links, store.NewID, a.now, a.log)
	a.investigate = investigate.New(a.Store, store.NewID)
	a.act = act.New(a.Store, collector, store.NewID)
	a.update = update.New(a.Store, store.NewID, a.now)
	a.learn = learn.New(a.Store, store.NewID, a.now)
	a.chat = chat.New(chat.Parts{Store: a.Store, Channels: a.channels, Identify: a.identify, Inform: a.inform, Investigate: a.investigate, Links: links, Now: a.now, Logger: a.log})
	if err := a.seed(ctx); err != nil {
		return err
	}
	a.API = api.New(api.Parts{
		Store: apiStore{a.Accounts}, Identify: a.identify, Probes: a.probes, Inform: a.inform, Investigate: a.investigate, Act: a.act, Update: a.update, Learn: a.learn, Chat: a.chat,
		Live: a.live, Recorder: a.recorder, Channels: a.channels, PushKey: push.Public, Links: links, Drill: a.drill, Fetch: fetcher(channel.NewHTTPClient(allow, httpTimeout)), Web: web.Handler(), Metrics: a.metrics(),
		PublicURL: c.PublicURL, Version: version.Get().Version, Now: a.now, Logger: a.log,
		Proxies: proxies,
	})
	return nil
}

// secretKey signs links and encrypts secrets at rest. It lies beside the
// database, not in it: who gets the one has not got the other. Processes that
// share a PostgreSQL get it from SIGAP_SECRET_KEY.
func secretKey(folder string) ([]byte, error) {
	if v := os.Getenv("SIGAP_SECRET_KEY"); v != "" {
		key, err := base64.StdEncoding.DecodeString(v)
		if err != nil || len(key) != 32 {
			return nil, errors.New("SIGAP_SECRET_KEY: it is 32 random bytes in base64; make one with: head -c 32 /dev/urandom | base64")
		}
		return key, nil
	}
	path := filepath.Join(folder, "secret.key")
	if b, err := os.ReadFile(path); err == nil {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
		if err != nil || len(key) != 32 {
			return nil, fmt.Errorf("%s is damaged: it is 32 bytes in base64; bring it back from a backup", path)
		}
		return key, nil
	}
	key := newSecretKey()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) { // another process was first
		return secretKey(folder)
	}
	if err != nil {
		return nil, fmt.Errorf("write the secret key: %w", err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	return key, errors.Join(err, f.Sync(), f.Close())
}

// URL is where people reach it.
func (a *App) URL() string { return a.config.PublicURL }

// Serve answers and works until ctx ends, then ends what is under way. ready
// is called when it answers.
func (a *App) Serve(ctx context.Context, ready func()) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	client, err := a.Store.Work(work, &river.Config{Workers: a.workers(), Queues: queues(a.Store.Shared()), RetryPolicy: backoff{a.now}, JobTimeout: time.Minute})
	if err != nil {
		return err
	}
	applied := make(chan struct{})
	go func() { defer close(applied); a.identify.Run(work) }()
	go a.listen(work)
	go a.trim(work)
	go a.watchLogs(work)
	go a.probes.Run(work)
	go a.chat.ListenTelegram(work)
	if a.config.HeartbeatURL != "" {
		go a.pulses(work)
	}
	go a.identify.LearnPasts(work, func(j incident.Job) error { return a.Store.Enqueue(work, j) })
	go a.fill(work)
	go a.checkTimelines(work)
	server := &http.Server{Handler: a.API, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug), BaseContext: func(net.Listener) context.Context { return work }}
	served := make(chan error, 1)
	go func() { served <- server.Serve(a.listener) }()
	ready()
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	a.drill.stop()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	go func() { time.Sleep(time.Second); stop() }() // streams do not end by themselves
	if serr := server.Shutdown(ending); serr != nil {
		_ = server.Close()
	}
	err = errors.Join(ignoreClosed(err), client.StopAndCancel(ending))
	stop()
	<-applied
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// listen hears of what other processes change, and connects again when the
// connection breaks.
func (a *App) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := a.Store.Listen(ctx, a.live.Changed); err != nil && ctx.Err() == nil {
			a.log.Warn("news of other processes are not heard", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

// fill brings records of an older version up to date, so that lists and the
// search know them.
func (a *App) fill(ctx context.Context) {
	if err := a.Store.Fill(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("older incidents are not found by the search; the next start tries again", "err", err)
	}
}

// trim keeps the recorder within its bounds.
func (a *App) trim(ctx context.Context) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := a.recorder.Trim(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("the recorder was not trimmed", "err", err)
			}
		}
	}
}

// The timelines are checked by themselves, not in the first moments after the
// start: there is more urgent work then.
const (
	checkFirst = 2 * time.Minute
	checkEvery = time.Hour
)

// checkTimelines looks by itself whether a timeline was altered, and says so
// in the log and in /metrics.
func (a *App) checkTimelines(ctx context.Context) {
	t := time.NewTimer(checkFirst)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		altered := 0
		_, err := a.Store.Verify(ctx, nil, func(i *incident.Incident, fault error) {
			altered++
			a.log.Error("a timeline is not what was written", "incident", i.ID, "ref", i.Ref(), "fault", fault)
		})
		if err == nil || altered > 0 {
			a.altered.Store(int64(altered))
		}
		t.Reset(checkEvery)
	}
}

// Close ends what New opened.
func (a *App) Close() error {
	var errs []error
	for _, c := range []io.Closer{a.listener, closer(a.recorder), closer(a.Store)} {
		if c != nil {
			if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// closer keeps a nil pointer from being a closer that is not nil.
func closer[T any, P interface {
	*T
	io.Closer
}](p P) io.Closer {
	if p == nil {
		return nil
	}
	return p
}

// StartDrill starts a drill; an empty fault is drawn at random.
func (a *App) StartDrill(ctx context.Context, fault string) error { return a.drill.Start(ctx, fault) }

// FirstRunLink is the one-time link that makes the first admin; empty if there
// is one.
func (a *App) FirstRunLink(ctx context.Context) (string, error) {
	if has, err := a.Store.HasAdmin(ctx); err != nil || has {
		return "", err
	}
	token, err := a.Store.Issue(ctx, &store.Credential{Kind: store.FirstRun, Expires: a.Store.Now().Add(24 * time.Hour)})
	return a.URL() + "/setup?token=" + url.QueryEscape(token), err
}

// WithAccounts opens the store beside a running server, or without one, for
// the time of fn.
func WithAccounts(ctx context.Context, c Config, fn func(Accounts) error) error {
	st, err := store.Open(ctx, c.DSN(), store.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	sealing := sync.OnceValues(func() (sealer, error) { // asked for by the few that seal: it makes a file
		key, err := secretKey(c.Data)
		if err != nil {
			return sealer{}, err
		}
		return newSealer(key)
	})
	return errors.Join(fn(Accounts{st, sealing}), st.Close())
}
