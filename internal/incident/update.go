package incident

import "time"

// Clock is when an audience hears next.
type Clock struct {
	Audience string        `json:"audience"` // id
	Name     string        `json:"name"`
	Every    time.Duration `json:"every"`
	Due      time.Time     `json:"due,omitzero"` // zero: no more updates are owed
	People   int           `json:"people"`
}

// ClockSet starts, moves or stops an audience's clock.
type ClockSet struct {
	Clock Clock `json:"clock"`
}

func (ClockSet) Kind() Kind { return "clock" }
func (f ClockSet) apply(i *Incident, _ *Entry) {
	i.Clocks = put(i.Clocks, f.Clock, func(c Clock) bool { return c.Audience == f.Clock.Audience })
}

// Clock gives the one of an audience.
func (i *Incident) Clock(audience string) (*Clock, error) {
	return find(i.Clocks, "audience", audience, func(c *Clock) string { return c.Audience })
}

// NextUpdate is the clock that runs out first; nil if none runs.
func (i *Incident) NextUpdate() *Clock {
	var next *Clock
	for n := range i.Clocks {
		if c := &i.Clocks[n]; !c.Due.IsZero() && (next == nil || c.Due.Before(next.Due)) {
			next = c
		}
	}
	return next
}

// UpdateDue reminds of an update.
type UpdateDue struct {
	Audience string    `json:"audience"`
	Name     string    `json:"name"`
	Due      time.Time `json:"due"`
	Late     bool      `json:"late,omitempty"`
}

func (UpdateDue) Kind() Kind              { return "updateDue" }
func (UpdateDue) apply(*Incident, *Entry) {}

// UpdateText is an update's parts; each is Markdown.
type UpdateText struct {
	Status string `json:"status"`
	Impact string `json:"impact"`
	Done   string `json:"done"`
	Next   string `json:"next"`
}

// UpdateSent is one update to one audience.
type UpdateSent struct {
	ID       string     `json:"id"`
	Number   int        `json:"number"` // 1 for the audience's first
	Audience string     `json:"audience"`
	Name     string     `json:"name"`
	Text     UpdateText `json:"text"`
	NextDue  time.Time  `json:"nextDue,omitzero"` // promised in the update; zero on the last one
	WasDue   time.Time  `json:"wasDue,omitzero"`
	Final    bool       `json:"final,omitempty"` // says "resolved"
	By       Person     `json:"by,omitzero"`
	At       time.Time  `json:"at,omitzero"`
	Entry    int        `json:"entry,omitempty"`
}

func (UpdateSent) Kind() Kind { return "update" }
func (f UpdateSent) apply(i *Incident, e *Entry) {
	f.By, f.At, f.Entry = e.Actor.person(), e.At, e.Seq
	i.Updates = append(i.Updates, f)
	if c, err := i.Clock(f.Audience); err == nil {
		c.Due = f.NextDue
	}
}

// OnTime reports whether the update went out before it was due, with a
// minute's grace.
func (u *UpdateSent) OnTime() bool {
	return u.WasDue.IsZero() || !u.At.After(u.WasDue.Add(time.Minute))
}

// LastUpdate is the newest to an audience; nil before the first.
func (i *Incident) LastUpdate(audience string) *UpdateSent {
	for n := len(i.Updates) - 1; n >= 0; n-- {
		if i.Updates[n].Audience == audience {
			return &i.Updates[n]
		}
	}
	return nil
}
