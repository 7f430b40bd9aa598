package identify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

// announcing are the words by which people announce work on infrastructure in
// tools that know no kind for it.
var announcing = regexp.MustCompile(`(?i)\b(maintenance|planned|scheduled|pemeliharaan|terencana|terjadwal)\b`)

// maxAnnounced is how long a change may hold alerts: who sends changes is a
// program, and a day later a person should have looked.
const maxAnnounced = 24 * time.Hour

// announced is the maintenance window that a change speaks of. It must name a
// service and an end that is yet to come: what is only reported afterwards, and
// every deploy, may be what broke production and holds nothing.
func announced(c *incident.Change, now time.Time) (window.Window, bool) {
	said := c.Kind == incident.Planned || c.Kind == incident.Infrastructure && announcing.MatchString(c.Summary)
	if !said || c.Service == "" || !c.EndedAt.After(now) || !c.StartedAt.Before(c.EndedAt) {
		return window.Window{}, false
	}
	w := window.Window{ID: windowOf(c.ID), Kind: incident.Maintenance, Matchers: []string{window.Is("service", c.Service)}, From: c.StartedAt, Until: c.EndedAt,
		Reason: clip(c.Summary, window.MaxReason/4), By: incident.Person{Name: c.Author}, MadeAt: now, Change: c.ID}
	if c.Environment != "" { // an alert that names none counts as production, and may be this one
		w.Matchers = append(w.Matchers, "environment=~"+strings.Join(alike(c.Environment), "|")+"|")
	}
	if w.Until.Sub(w.From) > maxAnnounced {
		w.Until = w.From.Add(maxAnnounced)
	}
	w.Normalize(now)
	return w, w.Validate() == nil && w.Until.After(now)
}

// alike are the words for an environment that mean the same, as patterns.
func alike(environment string) []string {
	for _, same := range [][]string{{"production", "prod", "prd", "live"}, {"staging", "stage", "stg"}, {"development", "dev"}, {"testing", "test"}} {
		for _, word := range same {
			if strings.EqualFold(word, environment) {
				return same
			}
		}
	}
	return []string{regexp.QuoteMeta(environment)}
}

func windowOf(change string) string {
	sum := sha256.Sum256([]byte(change))
	return "change-" + hex.EncodeToString(sum[:12])
}

// announce makes, moves or ends the window that a change announces. A window
// that a person ended stays ended.
func (s *Service) announce(ctx context.Context, c *incident.Change) error {
	now := s.now()
	r, err := s.rules(ctx)
	if err != nil {
		return err
	}
	w, holds := announced(c, now)
	if !holds && !r.windows.Has(windowOf(c.ID)) {
		return nil
	}
	_, err = s.store.ChangeWindow(ctx, windowOf(c.ID), func(have *window.Window) error {
		switch {
		case have.EndedBy != nil:
		case holds:
			w.MadeAt = have.MadeAt
			*have = w
		case !c.EndedAt.IsZero() && c.EndedAt.Before(have.Until): // the work is done
			have.Until = c.EndedAt
		}
		return nil
	})
	if incident.Is(err, incident.NotFound) {
		return s.store.PutWindow(ctx, w)
	}
	return err
}
