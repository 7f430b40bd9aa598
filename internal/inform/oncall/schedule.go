// Package oncall knows who is on call at a moment, and when that changes. It
// is arithmetic over schedules and does no I/O.
//
// A schedule is layers of rotations, each covering those before it where it has
// somebody, and overrides over all of them. Turns and hours are told by the
// clock on the wall of a time zone: a shift that begins at nine begins at nine
// in summer and in winter. A wall time that a clock change leaves out begins
// when the clocks jump; one that comes twice counts the first time. So there is
// exactly one answer for every moment, and a change of clocks leaves no gap.
//
// It does not know who of the people still has an account, or how to reach them.
package oncall

import (
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Schedule says who is on call when.
type Schedule struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Timezone  string     `json:"timezone"`  // IANA name
	Layers    []Layer    `json:"layers"`    // a later one covers those before it where it has somebody
	Overrides []Override `json:"overrides"` // in the order in which they were made: of two at one time the later counts
	Holidays  []Holiday  `json:"holidays,omitempty"`
	Shadows   []Shadow   `json:"shadows,omitempty"`
}

// Layer is one rotation: people who take turns.
type Layer struct {
	Name     string   `json:"name"`
	People   []string `json:"people"`             // ids, in the order of their turns
	Start    string   `json:"start"`              // wall time of the first turn: 2027-03-01T09:00
	End      string   `json:"end,omitempty"`      // wall time at which the rotation ends; empty: never
	Turn     int      `json:"turn"`               // length of a turn in units
	Unit     Unit     `json:"unit"`               // hour, day or week
	Hours    []Times  `json:"hours,omitempty"`    // on call only then; empty: always
	Timezone string   `json:"timezone,omitempty"` // in place of the schedule's, to follow the sun
}

// Unit is what a turn's length is counted in.
type Unit string

// The units of a turn.
const (
	Hour Unit = "hour"
	Day  Unit = "day"
	Week Unit = "week"
)

// hours are the hours of a unit by the clock on the wall.
func (u Unit) hours() int { return map[Unit]int{Hour: 1, Day: 24, Week: 7 * 24}[u] }

// Times are the same hours on some days of the week.
type Times struct {
	Days []time.Weekday `json:"days,omitempty"` // 0 is Sunday, and a holiday; empty: every day
	From string         `json:"from"`           // 09:00
	To   string         `json:"to"`             // 17:00; 24:00 for midnight; not after From: on the next day
}

// Override puts somebody on call for a time, whatever the layers say.
type Override struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	For    string    `json:"for,omitempty"` // only where this person would be on call: a cover; empty: whoever it is
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason,omitempty"`
	Swap   string    `json:"swap,omitempty"`   // id of the request that it follows from
	Agreed string    `json:"agreed,omitempty"` // id of who accepted that
}

// Shadow is somebody who learns: told of pages along with who is on call, and
// never asked to answer.
type Shadow struct {
	Person string    `json:"person"`
	Of     string    `json:"of,omitempty"` // whom they shadow; empty: whoever is on call
	Until  time.Time `json:"until"`
}

// Bounds of what a schedule may hold, so that none takes long to compute.
const (
	maxLayers    = 20
	maxPeople    = 200
	maxWindows   = 20
	maxOverrides = 2000
	maxTurn      = 1000
	maxShadows   = 100
)

// Validate names the first field that cannot be, as an [incident.Error].
func (s *Schedule) Validate() error {
	switch {
	case strings.TrimSpace(s.Name) == "" || len(s.Name) > 100:
		return incident.FieldError("name", "A schedule needs a name of 1 to 100 characters.")
	case len(s.Layers) > maxLayers || len(s.Overrides) > maxOverrides:
		return incident.FieldError("layers", "A schedule has at most %d layers and %d overrides.", maxLayers, maxOverrides)
	}
	_, err := NewPlan(*s)
	return err
}

// Normalize fills what has a default.
func (s *Schedule) Normalize() {
	s.Name = strings.Join(strings.Fields(s.Name), " ")
	if s.Timezone == "" {
		s.Timezone = "Asia/Jakarta"
	}
	if s.Layers == nil {
		s.Layers = []Layer{}
	}
	if s.Overrides == nil {
		s.Overrides = []Override{}
	}
}

// Rotation are those who take turns in the layers, each once.
func (s *Schedule) Rotation() []string {
	var all []string
	for _, l := range s.Layers {
		all = append(all, l.People...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// People are all that a schedule names, each once.
func (s *Schedule) People() []string {
	all := s.Rotation()
	for _, o := range s.Overrides {
		all = append(all, o.Person)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
