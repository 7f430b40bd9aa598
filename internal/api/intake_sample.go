package api

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/intake"
)

const (
	maxSample   = 64 << 10    // bytes; of a longer body nothing is kept, since a part cannot be read
	sampleEvery = time.Minute // how often the last body of a key is written; between, it is in memory
)

// samples are the last deliveries by key, as they came: to keep one costs the
// intake a look into a map.
type samples struct {
	mu   sync.Mutex
	keys map[string]*delivery
}

// delivery is a request that came by a key.
type delivery struct {
	req     intake.Request
	secret  string
	refused error     // why it was not taken
	written time.Time // when one of this key was last written
}

// saying are the headers in which senders say what a body is; others hold
// secrets and are not shown.
var saying = []string{"X-Github-Event", "X-Gitlab-Event", "X-Event-Key", "Sentry-Hook-Resource"}

// sample is a delivery as it is kept, with the key blotted out.
func (d *delivery) sample() intake.Sample {
	sample := intake.Sample{At: d.req.Now, ContentType: d.req.ContentType, Path: d.req.Path,
		Body: strings.ReplaceAll(strings.ToValidUTF8(string(d.req.Body), "\uFFFD"), d.secret, "KEY")}
	for _, name := range saying {
		if v := d.req.Header.Get(name); v != "" {
			if sample.Headers == nil {
				sample.Headers = map[string]string{}
			}
			sample.Headers[name] = v
		}
	}
	if d.refused != nil {
		sample.Error = d.refused.Error()
	}
	return sample
}

// keepSample keeps a delivery for who sets its key up.
func (s *Server) keepSample(ctx context.Context, key SenderKey, secret string, req intake.Request, refused error) {
	if len(req.Body) > maxSample || secret == "" {
		return
	}
	d := &delivery{req: req, secret: secret, refused: refused, written: req.Now}
	s.samples.mu.Lock()
	if s.samples.keys == nil {
		s.samples.keys = map[string]*delivery{}
	}
	before := s.samples.keys[key.ID]
	s.samples.keys[key.ID] = d
	due := before == nil || req.Now.Sub(before.written) >= sampleEvery || (before.refused == nil) != (refused == nil)
	if !due {
		d.written = before.written
	}
	s.samples.mu.Unlock()
	if !due {
		return
	}
	if err := s.Store.KeepSample(ctx, key.ID, d.sample()); err != nil {
		s.Logger.WarnContext(ctx, "the last body of a key was not kept", "key", key.ID, "err", err)
	}
}

// samplesOf gives the first and the last body of a key.
func (s *Server) samplesOf(ctx context.Context, keyID string) (first, last *intake.Sample, err error) {
	first, last, err = s.Store.Samples(ctx, keyID)
	s.samples.mu.Lock()
	defer s.samples.mu.Unlock()
	if d := s.samples.keys[keyID]; d != nil && (last == nil || d.req.Now.After(last.At)) {
		sample := d.sample()
		last = &sample
	}
	return first, last, err
}

// readers are the mappings that were compiled, by key: to compile one costs
// more than to read a body with it.
type readers struct {
	mu   sync.Mutex
	keys map[string]compiled
}

type compiled struct {
	mapping intake.Mapping
	reader  *intake.Reader
}

// reader gives what reads a key's bodies; nil if it has no mapping.
func (r *readers) reader(keyID string, m *intake.Mapping) (*intake.Reader, error) {
	if m == nil || *m == (intake.Mapping{}) {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.keys[keyID]; ok && c.mapping == *m {
		return c.reader, nil
	}
	reader, err := m.Compile()
	if err != nil {
		return nil, err
	}
	if r.keys == nil {
		r.keys = map[string]compiled{}
	}
	r.keys[keyID] = compiled{*m, reader}
	return reader, nil
}
