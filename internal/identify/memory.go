package identify

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// memory is what a replay applies signals to, instead of the store: the records
// that are open, and the alerts. It is used by one goroutine.
type memory struct {
	now     time.Time
	alerts  map[seenKey]*incident.Alert
	byID    map[string]*incident.Alert
	open    []*incident.Incident // the oldest first
	where   map[string]place     // of each alert, by id
	firing  map[string]int       // of each record, how many of its alerts
	numbers int
	asked   func(of *incident.Incident, jobs []incident.Job)
}

// place is the record that an alert counts for while it fires.
type place struct {
	record string
	fires  bool
}

func newMemory() *memory {
	return &memory{alerts: map[seenKey]*incident.Alert{}, byID: map[string]*incident.Alert{}, where: map[string]place{}, firing: map[string]int{}}
}

// Alerts gives the known alerts among a key's identities.
func (m *memory) Alerts(key string, identities []string) (map[string]*incident.Alert, error) {
	found := map[string]*incident.Alert{}
	for _, id := range identities {
		if a := m.alerts[seenKey{key, id}]; a != nil {
			found[id] = a
		}
	}
	return found, nil
}

// PutAlerts keeps alerts.
func (m *memory) PutAlerts(alerts []*incident.Alert) error {
	for _, a := range alerts {
		if was := m.where[a.ID]; was.fires {
			m.firing[was.record]--
		}
		m.where[a.ID] = place{a.Incident, a.State != incident.AlertResolved}
		if a.State != incident.AlertResolved {
			m.firing[a.Incident]++
		}
		m.know(a)
	}
	return nil
}

func (m *memory) know(a *incident.Alert) {
	m.alerts[seenKey{a.Key, a.Signal.Identity}], m.byID[a.ID] = a, a
}

// Open gives the open records, by id, by group, and the newest few.
func (m *memory) Open(ids, groups []string, newest int) ([]*incident.Brief, error) {
	var out []*incident.Brief
	for n, i := range slices.Backward(m.open) {
		in := func(group string) bool { return slices.Contains(groups, group) }
		if len(m.open)-n <= newest || slices.Contains(ids, i.ID) || slices.ContainsFunc(i.Groups(), in) {
			out = append(out, i.Brief())
		}
	}
	return out, nil
}

// Fires reports whether a record has an alert that has not ended.
func (m *memory) Fires(id string) (bool, error) { return m.firing[id] > 0, nil }

// Create opens a record.
func (m *memory) Create(by incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	i := &incident.Incident{ID: id}
	m.open = append(m.open, i)
	return i, m.edit(i, by, fn)
}

// Change changes a record; one that is over it leaves as it is.
func (m *memory) Change(by incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error) {
	n := slices.IndexFunc(m.open, func(i *incident.Incident) bool { return i.ID == id })
	if n < 0 {
		return &incident.Incident{ID: id, Status: incident.Ended}, nil
	}
	i := m.open[n]
	return i, m.edit(i, by, fn)
}

func (m *memory) edit(i *incident.Incident, by incident.Actor, fn func(*incident.Edit) error) error {
	e := incident.NewEdit(i, by, m.now)
	e.NextNumber = func() (int, error) { m.numbers++; return m.numbers, nil }
	if err := fn(e); err != nil {
		return err
	}
	m.asked(i, e.Jobs())
	if !i.Status.Open() {
		m.end(i.ID)
	}
	return nil
}

// end takes a record from those that are open.
func (m *memory) end(id string) {
	m.open = slices.DeleteFunc(m.open, func(i *incident.Incident) bool { return i.ID == id })
}

// newID numbers what the replay makes.
func (m *memory) newID() string {
	m.numbers++
	return "replay-" + strconv.Itoa(m.numbers)
}

// SeeService is of no account: the catalog is today's.
func (m *memory) SeeService(directory.Service) error { return nil }

var errNotReplayed = errors.New("a replay has signals alone, and no operations of people")

// Inbox is none of a replay's.
func (m *memory) Inbox(int) (ids, bodies []string, err error) { return nil, nil, errNotReplayed }

// MoveAlerts is what people do.
func (m *memory) MoveAlerts(string, string) error { return errNotReplayed }

// AlertsIn is what people ask for.
func (m *memory) AlertsIn(string, []string) ([]*incident.Alert, error) { return nil, errNotReplayed }

// Teach is what people do.
func (m *memory) Teach([][2]string, bool) error { return errNotReplayed }
