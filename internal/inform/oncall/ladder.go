package oncall

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Ladder says whom a page asks, one rung after the other, and from the
// beginning again when nobody of them answers: by itself a page never just
// stops.
type Ladder struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Rungs []Rung `json:"rungs"`
	// Rounds is how often it is climbed before nobody is asked any more; 0:
	// until somebody answers. A round in which no message reached anybody is
	// followed by another in any case.
	Rounds int `json:"rounds,omitempty"`
	// Teams are paged beside, each by its own ladder, until somebody of each
	// has answered.
	Teams []string `json:"teams"`
}

// Rung is who is asked together, and when this rung is left out.
type Rung struct {
	People     []string `json:"people,omitempty"`     // ids
	Schedules  []string `json:"schedules,omitempty"`  // ids: who is on call there at that moment
	Teams      []string `json:"teams,omitempty"`      // ids: all of their members
	Robin      bool     `json:"robin,omitempty"`      // one of them, in turn
	Minutes    int      `json:"minutes,omitempty"`    // to the next rung; 0: the policy's limit
	Severities []int    `json:"severities,omitempty"` // only for these, 1 to 4; empty: for all
	Hours      []Times  `json:"hours,omitempty"`      // only then; empty: always
	Timezone   string   `json:"timezone,omitempty"`   // of the hours
}

const (
	maxRungs   = 30
	maxRounds  = 100
	maxMinutes = 24 * 60
)

// Normalize fills what has a default.
func (l *Ladder) Normalize() {
	l.Name = strings.Join(strings.Fields(l.Name), " ")
	if l.Rungs == nil {
		l.Rungs = []Rung{}
	}
	if l.Teams == nil {
		l.Teams = []string{}
	}
}

// Validate names the first field that cannot be, as an [incident.Error].
func (l *Ladder) Validate() error {
	switch {
	case l.Name == "" || len(l.Name) > 100:
		return incident.FieldError("name", "A ladder needs a name of 1 to 100 characters.")
	case len(l.Rungs) == 0 || len(l.Rungs) > maxRungs:
		return incident.FieldError("rungs", "A ladder has 1 to %d rungs.", maxRungs)
	case l.Rounds < 0 || l.Rounds > maxRounds:
		return incident.FieldError("rounds", "A ladder is climbed 1 to %d times, or 0: until somebody answers.", maxRounds)
	}
	always := false
	for n := range l.Rungs {
		r := &l.Rungs[n]
		field := fmt.Sprintf("rungs.%d", n)
		switch {
		case len(r.People)+len(r.Schedules)+len(r.Teams) == 0:
			return incident.FieldError(field, "A rung asks somebody: people, schedules or teams.")
		case r.Minutes < 0 || r.Minutes > maxMinutes:
			return incident.FieldError(field+".minutes", "The time to the next rung is 1 minute to a day.")
		case slices.ContainsFunc(r.Severities, func(s int) bool { return !incident.Severity(s).Valid() }):
			return incident.FieldError(field+".severities", "A severity is 1 to 4.")
		}
		if _, err := r.hours(field); err != nil {
			return err
		}
		always = always || len(r.Severities) == 0 && len(r.Hours) == 0
	}
	if !always {
		return incident.FieldError("rungs", "At least one rung has no condition, so that somebody is asked at every hour and for every severity.")
	}
	return nil
}

// hours are the rung's hours as a rotation has them.
func (r *Rung) hours(field string) (l layer, err error) {
	if len(r.Hours) == 0 {
		return l, nil
	}
	if l.loc, err = time.LoadLocation(r.Timezone); err != nil || r.Timezone == "" {
		return l, incident.FieldError(field+".timezone", "%q is no time zone; use a name such as Asia/Jakarta.", r.Timezone)
	}
	for n, w := range r.Hours {
		ready, err := newWindow(fmt.Sprintf("%s.hours.%d", field, n), w)
		if err != nil {
			return l, err
		}
		l.hours = append(l.hours, ready)
	}
	return l, nil
}

// Applies reports whether a rung is asked for a severity at a moment. Hours
// that cannot be read hide nobody: they count as always.
func (r *Rung) Applies(s incident.Severity, at time.Time) bool {
	if len(r.Severities) > 0 && !slices.Contains(r.Severities, int(s)) {
		return false
	}
	l, err := r.hours("")
	return err != nil || l.open(at)
}
