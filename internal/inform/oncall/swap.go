package oncall

import (
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Swap asks colleagues to take somebody's shifts over: for nothing, or for
// shifts of the one who is asked. Accepted it becomes overrides.
type Swap struct {
	ID       string    `json:"id"`
	Schedule string    `json:"schedule"` // id
	By       string    `json:"by"`       // whose shifts they are
	To       []string  `json:"to"`       // who is asked: one, or all who may
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Back     *Stretch  `json:"back,omitempty"` // what By takes over in return; then one is asked
	Reason   string    `json:"reason,omitempty"`
	State    SwapState `json:"state"`
	Declined []string  `json:"declined,omitempty"` // of those asked
	Agreed   string    `json:"agreed,omitempty"`   // who accepted
	Made     time.Time `json:"made"`
}

// Stretch is a stretch of time.
type Stretch struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// SwapState is what became of a request.
type SwapState string

// The states of a request; one that nobody answered before its time ran out
// stays open and counts for nothing.
const (
	SwapOpen      SwapState = "open"
	SwapAccepted  SwapState = "accepted"
	SwapDeclined  SwapState = "declined" // by all who were asked
	SwapWithdrawn SwapState = "withdrawn"
)

const (
	maxSwapSpan   = 62 * 24 * time.Hour
	maxSwapReason = 500
)

// Pending reports whether a request still waits for an answer at a moment.
func (s *Swap) Pending(now time.Time) bool {
	return s.State == SwapOpen && now.Before(s.Until) && (s.Back == nil || now.Before(s.Back.Until))
}

// Waits reports whether a request waits for the answer of one person.
func (s *Swap) Waits(person string, now time.Time) bool {
	return s.Pending(now) && slices.Contains(s.To, person) && !slices.Contains(s.Declined, person)
}

// Check says as an [incident.Error] why a request cannot be: it lies in the
// past, the shifts are not theirs, or the two halves of a swap overlap.
func (s *Swap) Check(p *Plan, now time.Time) error {
	switch {
	case len(s.To) == 0 || slices.Contains(s.To, s.By):
		return incident.FieldError("to", "Ask somebody else of the rotation.")
	case len(s.Reason) > maxSwapReason:
		return incident.FieldError("reason", "A reason has at most %d characters.", maxSwapReason)
	case !s.From.Before(s.Until) || s.Until.Sub(s.From) > maxSwapSpan:
		return incident.FieldError("until", "The end comes after the beginning, and at most 62 days after.")
	case !now.Before(s.Until):
		return incident.FieldError("from", "This time is over.")
	case len(p.held(s.By, s.From, s.Until, now)) == 0:
		return incident.FieldError("from", "The one who asks is not on call at this time.")
	case s.Back == nil:
		return nil
	}
	switch b := s.Back; {
	case len(s.To) != 1:
		return incident.FieldError("to", "Shifts are exchanged with one person.")
	case !b.From.Before(b.Until) || b.Until.Sub(b.From) > maxSwapSpan:
		return incident.FieldError("back", "The end comes after the beginning, and at most 62 days after.")
	case !now.Before(b.Until):
		return incident.FieldError("back", "The shift in return is over.")
	case b.From.Before(s.Until) && s.From.Before(b.Until):
		return incident.FieldError("back", "The two shifts overlap.")
	case len(p.held(s.To[0], b.From, b.Until, now)) == 0:
		return incident.FieldError("back", "The one who is asked is not on call at the time in return.")
	}
	return nil
}

// held are somebody's shifts within a time, without what has passed.
func (p *Plan) held(person string, from, until, now time.Time) []Shift {
	if from.Before(now) {
		from = now
	}
	var out []Shift
	for _, sh := range p.Shifts(from, until) {
		if sh.Person == person {
			out = append(out, sh)
		}
	}
	return out
}

// Accept is the agreement of one of those asked. It gives the overrides that
// follow, for each shift as it stands now, so that nothing else changes hands.
func (s *Swap) Accept(p *Plan, who string, now time.Time) ([]Override, error) {
	if err := s.answered(who, now); err != nil {
		return nil, err
	}
	if err := s.Check(p, now); err != nil {
		return nil, err
	}
	s.State, s.Agreed = SwapAccepted, who
	take := func(to string, shifts []Shift) (out []Override) {
		for _, sh := range shifts {
			out = append(out, Override{Person: to, From: sh.From, Until: sh.Until, Reason: s.Reason, Swap: s.ID, Agreed: who})
		}
		return out
	}
	out := take(who, p.held(s.By, s.From, s.Until, now))
	if s.Back != nil {
		out = append(out, take(s.By, p.held(who, s.Back.From, s.Back.Until, now))...)
	}
	return out, nil
}

// Decline is the refusal of one of those asked; with the last of them the
// request is declined.
func (s *Swap) Decline(who string, now time.Time) error {
	if err := s.answered(who, now); err != nil {
		return err
	}
	if s.Declined = append(s.Declined, who); len(s.Declined) == len(s.To) {
		s.State = SwapDeclined
	}
	return nil
}

// Withdraw takes a request back that nobody accepted.
func (s *Swap) Withdraw(now time.Time) error {
	if !s.Pending(now) {
		return incident.Errorf(incident.Conflict, "This request is not open any more.")
	}
	s.State = SwapWithdrawn
	return nil
}

func (s *Swap) answered(who string, now time.Time) error {
	switch {
	case !s.Pending(now):
		return incident.Errorf(incident.Conflict, "This request is not open any more.")
	case !slices.Contains(s.To, who):
		return incident.Errorf(incident.Forbidden, "This request is to somebody else.")
	case slices.Contains(s.Declined, who):
		return incident.Errorf(incident.Conflict, "You have declined this request.")
	}
	return nil
}
