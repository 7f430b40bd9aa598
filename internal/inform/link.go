package inform

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// linkLife is how long the link in a message works.
const linkLife = 48 * time.Hour

// Pass is what a link in a message is for: one person, one notice.
type Pass struct {
	Incident string    `json:"i,omitempty"`
	Notice   string    `json:"n,omitempty"`
	Person   string    `json:"p"`
	Method   string    `json:"m"`
	Expires  time.Time `json:"e"`
	// Summary is when the summary that carries the link was sent; it is for all
	// that was told by then over the lane, and names no incident.
	Summary time.Time `json:"s,omitzero"`
	Lane    string    `json:"l,omitempty"`
}

// Links makes the links in messages and reads them back. A link is signed,
// carries one person's pass and expires; fetching it does nothing, only a POST
// from its page acts.
type Links struct {
	base string
	key  []byte
}

// NewLinks makes links below the public address base, signed with key.
func NewLinks(base string, key []byte) Links {
	return Links{base: strings.TrimSuffix(base, "/"), key: key}
}

// Page is the link that opens the page of one person's message.
func (l Links) Page(p Pass) string { return l.base + "/a/" + l.Sign(p) }

// Callback is where a service reports what became of one person's message.
func (l Links) Callback(p Pass) string { return l.base + "/hook/" + l.Sign(p) }

// Incident is the link to an incident's page, for those who sign in.
func (l Links) Incident(ref string) string { return l.base + "/incidents/" + ref }

// OnCall is the link to who is on call, for those who sign in.
func (l Links) OnCall() string { return l.base + "/oncall" }

// Sign writes a pass as a token.
func (l Links) Sign(p Pass) string {
	body, _ := json.Marshal(p) // plain strings and a time: cannot fail
	b := base64.RawURLEncoding.EncodeToString(body)
	return b + "." + l.mac(b)
}

// Read checks a token and gives its pass. An expired one is given with
// expired set, so that its page can say what became of the incident.
func (l Links) Read(token string, now time.Time) (p Pass, expired bool, err error) {
	wrong := incident.Errorf(incident.NotFound, "This link is not valid. Open the newest message, or sign in.")
	b, mac, ok := strings.Cut(token, ".")
	if !ok || !hmac.Equal([]byte(mac), []byte(l.mac(b))) {
		return p, false, wrong
	}
	body, err := base64.RawURLEncoding.DecodeString(b)
	if err != nil || json.Unmarshal(body, &p) != nil {
		return p, false, wrong
	}
	return p, now.After(p.Expires), nil
}

func (l Links) mac(s string) string {
	m := hmac.New(sha256.New, l.key)
	m.Write([]byte(s))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// Answer is what a person does with a page.
type Answer string

const (
	Acknowledge Answer = "acknowledge"
	Decline     Answer = "decline" // it goes to the next person at once
	Look        Answer = "opened"  // they have seen it, no more
)

// AnswerLink takes a person's answer through the link of a message. The link of
// a summary answers for all that it told of, and gives no incident.
func (s *Service) AnswerLink(ctx context.Context, token string, a Answer) (*incident.Incident, error) {
	p, expired, err := s.links.Read(token, s.now())
	switch {
	case err != nil:
		return nil, err
	case expired:
		return nil, incident.Errorf(incident.Conflict, "This link has expired. Sign in to act on the incident.")
	case !p.Summary.IsZero():
		return nil, s.answerAll(ctx, p, a)
	}
	return s.answer(ctx, p.Incident, p.Person, p.Notice, a)
}

// Answer takes a signed-in person's answer on the incident's page.
func (s *Service) Answer(ctx context.Context, actor incident.Actor, id string, a Answer) (*incident.Incident, error) {
	return s.answer(ctx, id, actor.ID, "", a)
}

func (s *Service) answer(ctx context.Context, id, personID, notice string, a Answer) (*incident.Incident, error) {
	state, ok := map[Answer]incident.Reach{Acknowledge: incident.AckedBy, Decline: incident.DeclinedBy, Look: incident.OpenedBy}[a]
	if !ok {
		return nil, incident.FieldError("act", "One can acknowledge, decline or open a page.")
	}
	person, err := s.store.Person(ctx, personID)
	if err != nil {
		return nil, err
	}
	if person.Disabled {
		return nil, incident.Errorf(incident.Forbidden, "This account is closed.")
	}
	all, err := s.rosterFor(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.store.Change(ctx, person.Actor(), id, func(e *incident.Edit) error {
		r, ok := receiptOf(e.Incident, person.ID, notice)
		if !ok { // nobody asked them, they come by themselves
			to := incident.Recipient{Person: person.Ref(), Team: all.teamOf(person.ID).Name}
			r = incident.Receipt{Notice: "self", Purpose: incident.PurposeNotice, To: to, Channel: "page", Method: "page"}
		}
		answered := r.State == incident.AckedBy || r.State == incident.DeclinedBy
		if a == Look && (!ok || answered || r.State == state) || r.State == state && !r.At.Before(e.Incident.Reopened) {
			return nil
		}
		r.State, r.Detail = state, ""
		e.Record(r)
		if a == Decline && r.Purpose == incident.PurposePage {
			e.Enqueue(Escalate{Incident: id, Notice: r.Notice, Team: r.To.Team, To: r.To, Code: "declined"})
		}
		return nil
	})
}

// receiptOf finds the receipt that an answer belongs to: of the notice, or,
// without one, of the newest page to the person, else of the newest notice.
func receiptOf(i *incident.Incident, person, notice string) (incident.Receipt, bool) {
	if notice == "" {
		for _, purpose := range []incident.Purpose{incident.PurposePage, incident.PurposeNotice} {
			for _, n := range slices.Backward(i.Notices) {
				if n.Purpose == purpose && isTo(n, person) {
					return receiptOf(i, person, n.ID)
				}
			}
		}
		return incident.Receipt{}, false
	}
	for _, r := range slices.Backward(i.Receipts) {
		if r.To.ID == person && r.Notice == notice {
			return r, true
		}
	}
	for _, n := range i.Notices { // not sent yet, and known all the same
		for _, to := range n.To {
			if to.ID == person && n.ID == notice {
				return incident.Receipt{Notice: n.ID, Purpose: n.Purpose, To: to, Channel: "page", Method: "page"}, true
			}
		}
	}
	return incident.Receipt{}, false
}

func isTo(n incident.Notice, person string) bool {
	return slices.ContainsFunc(n.To, func(to incident.Recipient) bool { return to.ID == person })
}

// Code is a six-digit code bound to what, for somebody to read off a message
// and type in.
func (l Links) Code(what string) string {
	m := hmac.New(sha256.New, l.key)
	m.Write([]byte("code " + what))
	n := binary.BigEndian.Uint32(m.Sum(nil)) % 1_000_000
	return fmt.Sprintf("%06d", n)
}
