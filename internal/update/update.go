// Package update is stage 5: nobody has to ask. Each audience has a cadence by
// severity and a clock; a draft is ready at any moment, a person edits and
// sends it once, and it goes to all of the audience's channels.
package update

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

// Store is what stage 5 needs of the store.
type Store interface {
	Incident(ctx context.Context, ref string) (*incident.Incident, error)
	AllEntries(ctx context.Context, id string) ([]incident.Entry, error)
	Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	Audiences(ctx context.Context) ([]directory.Audience, error)
	Teams(ctx context.Context) ([]directory.Team, error)
}

// Service is stage 5.
type Service struct {
	store Store
	newID func() string
	now   func() time.Time
}

// New makes stage 5.
func New(store Store, newID func() string, now func() time.Time) *Service {
	return &Service{store: store, newID: newID, now: now}
}

// Due is the job that reminds of an update: before it is due, and when it is.
type Due struct {
	Incident string    `json:"incident"`
	Audience string    `json:"audience"`
	Due      time.Time `json:"due"`
	Late     bool      `json:"late,omitempty"`
}

// Kind names the job.
func (Due) Kind() string { return "update_due" }

// StartClocks starts each audience's clock by the incident's severity, moves
// those that run when the severity changed, and makes them due at once when it
// resolved: the last update says so.
func (s *Service) StartClocks(ctx context.Context, job incident.StartClocks) error {
	audiences, err := s.store.Audiences(ctx)
	if err != nil {
		return err
	}
	teams, err := s.store.Teams(ctx)
	if err != nil {
		return err
	}
	_, err = s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		if !i.Status.Declared() || i.Status == incident.Closed || i.Status == incident.Reviewing {
			return nil
		}
		theirs := directory.ForDrill(audiences, i.Drill, func(a directory.Audience) bool { return a.Drill })
		for n := range theirs {
			s.startClock(e, &theirs[n], teams)
		}
		return nil
	})
	return err
}

func (s *Service) startClock(e *incident.Edit, a *directory.Audience, teams []directory.Team) {
	i := e.Incident
	every := a.Every(i.Severity)
	have, err := i.Clock(a.ID)
	if err != nil && every == 0 {
		return
	}
	c := incident.Clock{Audience: a.ID, Name: a.Title(a.Lang), Every: every, People: people(a, teams)}
	last := i.LastUpdate(a.ID)
	switch {
	case i.Status != incident.StatusResolved && err == nil && have.Every == every && !have.Due.IsZero():
		return // it runs: what was promised stays
	case i.Status == incident.StatusResolved:
		if last != nil && last.Final || err == nil && have.Due.IsZero() && last == nil {
			return
		}
		c.Due = e.Now.Add(min(5*time.Minute, max(every, time.Minute)))
	case every == 0: // the severity fell: no more are owed
	case last != nil:
		c.Due = last.At.Add(every)
		if c.Due.Before(e.Now) {
			c.Due = e.Now.Add(every / 5)
		}
	default:
		c.Due = e.Now.Add(first(every))
	}
	if err == nil && have.Every == c.Every && have.Due.Equal(c.Due) {
		return
	}
	e.Record(incident.ClockSet{Clock: c})
	remind(e, c)
}

// first is when the first update is due: the notice is out, people wait for
// more than the usual time only when little is at stake.
func first(every time.Duration) time.Duration { return min(every, 10*time.Minute) }

func people(a *directory.Audience, teams []directory.Team) int {
	ids := map[string]bool{}
	for _, id := range a.People {
		ids[id] = true
	}
	for _, t := range teams {
		if slices.Contains(a.Teams, t.ID) {
			for _, id := range t.Members {
				ids[id] = true
			}
		}
	}
	return len(ids)
}

// remind asks for the reminder at four fifths of the time, and for the one
// that says that it is late.
func remind(e *incident.Edit, c incident.Clock) {
	if c.Due.IsZero() {
		return
	}
	d := Due{Incident: e.Incident.ID, Audience: c.Audience, Due: c.Due}
	if early := c.Due.Add(-c.Every / 5); early.After(e.Now) {
		e.EnqueueAt(early, d)
	}
	d.Late = true
	e.EnqueueAt(c.Due, d)
}

// Remind says on the timeline, and to the one who keeps the updates, that one
// is due, unless it went out or was moved meanwhile.
func (s *Service) Remind(ctx context.Context, job Due) error {
	_, err := s.store.Change(ctx, incident.System(), job.Incident, func(e *incident.Edit) error {
		i := e.Incident
		c, err := i.Clock(job.Audience)
		if err != nil || !c.Due.Equal(job.Due) || !i.Status.Declared() {
			return nil //nolint:nilerr // an audience that is gone waits for nothing
		}
		e.Record(incident.UpdateDue{Audience: job.Audience, Name: c.Name, Due: job.Due, Late: job.Late})
		if keeper := keeper(i); keeper != "" {
			code := "updateDue"
			if job.Late {
				code = "updateLate"
			}
			e.Enqueue(incident.FollowUp{Incident: i.ID, Code: code, Only: keeper, Args: map[string]string{"name": c.Name}})
		}
		return nil
	})
	return err
}

// keeper is who sees to the updates: the communications lead, else the
// commander.
func keeper(i *incident.Incident) string {
	for _, r := range []incident.Role{incident.Communications, incident.Commander} {
		if p := i.Roles[r]; p.ID != "" {
			return p.ID
		}
	}
	return ""
}

// Draft is an update as Sigap would word it now.
type Draft struct {
	Audience string              `json:"audience"`
	Name     string              `json:"name"`
	Number   int                 `json:"number"`
	Lang     string              `json:"lang"`
	Text     incident.UpdateText `json:"text"`
	NextDue  time.Time           `json:"nextDue,omitzero"`
	Since    time.Time           `json:"since"` // what happened since then is in it
	Facts    int                 `json:"facts"` // how many entries that is
	Final    bool                `json:"final"`
}

// Draft composes an update from what happened since the last one, in a
// language (empty: the audience's) and with the times of a zone.
func (s *Service) Draft(ctx context.Context, id, audience, lang string, loc *time.Location) (Draft, error) {
	i, err := s.store.Incident(ctx, id)
	if err != nil {
		return Draft{}, err
	}
	a, err := s.audience(ctx, audience)
	if err != nil {
		return Draft{}, err
	}
	entries, err := s.store.AllEntries(ctx, i.ID)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Audience: a.ID, Lang: lang, Number: 1, Since: i.Milestones[incident.Detected], Final: !i.Status.Open()}
	if d.Lang == "" {
		d.Lang = a.Lang
	}
	d.Name = a.Title(d.Lang)
	for _, u := range i.Updates {
		if u.Audience == a.ID {
			d.Number, d.Since = u.Number+1, u.At
		}
	}
	if every := a.Every(i.Severity); every > 0 && !d.Final {
		d.NextDue = s.now().Add(every).UTC().Truncate(time.Minute)
	}
	var since []incident.Entry
	for _, e := range entries {
		if e.Recorded.After(d.Since) || d.Number == 1 {
			since = append(since, e)
		}
	}
	d.Facts = len(since)
	d.Text = text.Reader{Lang: d.Lang, Location: loc}.UpdateDraft(i, since, s.now())
	return d, nil
}

func (s *Service) audience(ctx context.Context, id string) (*directory.Audience, error) {
	audiences, err := s.store.Audiences(ctx)
	if err != nil {
		return nil, err
	}
	for n := range audiences {
		if audiences[n].ID == id {
			return &audiences[n], nil
		}
	}
	return nil, incident.FieldError("audience", "There is no audience %q.", id)
}

// Send sends an update once to all of its audience's channels. Its promise of
// the next one sets the clock.
func (s *Service) Send(ctx context.Context, actor incident.Actor, id string, u incident.UpdateSent) (*incident.Incident, error) {
	u.Text = incident.UpdateText{Status: strings.TrimSpace(u.Text.Status), Impact: strings.TrimSpace(u.Text.Impact),
		Done: strings.TrimSpace(u.Text.Done), Next: strings.TrimSpace(u.Text.Next)}
	if u.Text.Status == "" || len(u.Text.Status+u.Text.Impact+u.Text.Done+u.Text.Next) > 16<<10 {
		return nil, incident.FieldError("text", "An update says at least the status, in at most 16 KiB.")
	}
	a, err := s.audience(ctx, u.Audience)
	if err != nil {
		return nil, err
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		i := e.Incident
		if !i.Status.Declared() {
			return incident.Errorf(incident.Conflict, "Updates begin with the declaration.")
		}
		last := i.LastUpdate(a.ID)
		if last != nil && last.Text == u.Text {
			return incident.FieldError("text", "This is word for word the last update. Say what changed; if nothing did, what was ruled out.")
		}
		u.ID, u.Number, u.Name = s.newID(), 1, a.Title(a.Lang)
		if last != nil {
			u.Number = last.Number + 1
		}
		u.WasDue = time.Time{}
		if c, err := i.Clock(a.ID); err == nil {
			u.WasDue = c.Due
		}
		if u.Final && i.Status.Open() {
			return incident.Errorf(incident.Conflict, "The last update says that it is resolved. Resolve the incident first.")
		}
		u.Final = !i.Status.Open()
		switch every := a.Every(i.Severity); {
		case u.Final:
			u.NextDue = time.Time{}
		case u.NextDue.IsZero() && every > 0:
			u.NextDue = e.Now.Add(every)
		case !u.NextDue.IsZero() && u.NextDue.Before(e.Now):
			return incident.FieldError("nextDue", "The next update cannot be promised for the past.")
		}
		if _, err := i.Clock(a.ID); err != nil && !u.NextDue.IsZero() { // promised though none is owed
			e.Record(incident.ClockSet{Clock: incident.Clock{Audience: a.ID, Name: u.Name, Every: u.NextDue.Sub(e.Now), Due: u.NextDue}})
		}
		e.Record(u)
		if c, err := i.Clock(a.ID); err == nil {
			remind(e, *c)
		}
		e.Enqueue(incident.SendUpdate{Incident: id, Update: u.ID})
		return nil
	})
}
