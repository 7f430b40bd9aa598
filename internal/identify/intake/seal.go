package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// seal gives a signal its final form: empty fields are read from the labels,
// and every field is brought within its limit. It is the one way into a batch,
// so that what the package guarantees holds for every sender.
func seal(s *incident.Signal, now time.Time) error {
	s.Service = line(firstOf(s.Service, service(s.Labels)), maxField)
	s.Environment = line(firstOf(s.Environment, field(s.Labels, environmentLabels[:])), maxField)
	s.Severity = line(firstOf(s.Severity, field(s.Labels, severityLabels[:])), maxField)
	s.Team = line(firstOf(s.Team, field(s.Labels, teamLabels[:])), maxField)
	s.Title = line(s.Title, maxTitle)
	if s.Title == "" {
		return errors.New("no title: say in one line what is wrong")
	}
	if s.Identity = tidyIdentity(s.Identity); s.Identity == "" {
		return errors.New("no identity: nothing tells this alert from others")
	}
	if s.Description != "" {
		s.Description = paragraph(s.Description, maxDescription)
	}
	s.Value = line(s.Value, maxField)
	s.URL = link(s.URL)
	s.Labels = tidyLabels(s.Labels)
	s.StartedAt, s.EndedAt, s.ExpiresAt = plausible(s.StartedAt), plausible(s.EndedAt), plausible(s.ExpiresAt)
	if s.StartedAt.After(now.Add(time.Hour)) {
		s.StartedAt = time.Time{} // a wrong clock; when it was received is nearer
	}
	switch {
	case s.State != incident.Resolved:
		s.EndedAt = time.Time{}
	case s.EndedAt.IsZero() || s.EndedAt.After(now):
		s.EndedAt = plausible(now)
	}
	return nil
}

// tidyIdentity keeps an identity as the sender wrote it, and hashes one that is
// too long or has characters that could not be stored.
func tidyIdentity(id string) string {
	clean := line(id, maxIdentity)
	if clean == id && len(id) <= maxIdentity || clean == "" {
		return clean
	}
	return hashOf(id)
}

// hashOf is the identity of alerts whose format has none: 128 bits of SHA-256
// over the parts, each ended by a zero byte.
func hashOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
