package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/lab"
)

// Options say where changes are announced.
type Options struct {
	ChangesURL string // of the public intake, key included; empty: nothing is announced
	Seed       uint64 // of the order in which harmless changes come
}

// Switcher switches faults of one lab on and off.
type Switcher struct {
	lab        *lab.Lab
	changesURL string
	client     *http.Client

	mu      sync.Mutex
	applied map[string]undo
	decoys  []decoy // not yet made
}

// New makes a switcher. It shares nothing with Sigap but the intake's address.
func New(l *lab.Lab, options Options) *Switcher {
	random := rand.New(rand.NewPCG(options.Seed, 1))
	all := decoys()
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return &Switcher{
		lab: l, changesURL: options.ChangesURL,
		client:  &http.Client{Timeout: 10 * time.Second},
		applied: make(map[string]undo), decoys: all,
	}
}

// Inject breaks the shop and announces the change that did it, if anybody
// would have announced it.
func (s *Switcher) Inject(ctx context.Context, name string) error {
	f, err := Find(name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.applied[name] != nil {
		return fmt.Errorf("inject %s: it is in force already", name)
	}
	done, err := f.apply(ctx, s.lab)
	if done.undo != nil {
		s.applied[name] = done.undo // also of one that came half way
	}
	if err != nil {
		return fmt.Errorf("inject %s: %w", name, err)
	}
	return s.announce(ctx, done.changes)
}

// Recover takes a fault back as a responder would, and announces that.
func (s *Switcher) Recover(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	take := s.applied[name]
	if take == nil {
		return fmt.Errorf("recover from %s: it is not in force", name)
	}
	changes, err := take(ctx)
	if err != nil {
		return fmt.Errorf("recover from %s: %w", name, err)
	}
	delete(s.applied, name)
	return s.announce(ctx, changes)
}

// ErrNoDecoy says that every harmless change was made already.
var ErrNoDecoy = errors.New("no harmless change is left")

// Decoy makes and announces a harmless change of a service other than the one
// named, each change once.
func (s *Switcher) Decoy(ctx context.Context, other string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, d := range s.decoys {
		if d.service == other {
			continue
		}
		s.decoys = append(s.decoys[:i:i], s.decoys[i+1:]...)
		done, err := d.apply(ctx, s.lab)
		if err != nil {
			return fmt.Errorf("make a harmless change of %s: %w", d.service, err)
		}
		return s.announce(ctx, done.changes)
	}
	return ErrNoDecoy
}

func (s *Switcher) announce(ctx context.Context, changes []Change) error {
	if s.changesURL == "" {
		return nil
	}
	return announce(ctx, s.client, s.changesURL, changes)
}
