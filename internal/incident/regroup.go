package incident

import (
	"slices"
	"time"
)

// Other names the record on the other side of a merge or a split, so that an
// entry can say which.
type Other struct {
	ID    string `json:"id"`
	Ref   string `json:"ref,omitempty"`
	Title string `json:"title,omitempty"`
}

// Named is the record as another one's entries name it.
func (i *Incident) Named() Other { return Other{ID: i.ID, Ref: i.Ref(), Title: i.Title} }

// MergedInto ends a record in favour of another one.
type MergedInto struct{ Other }

func (MergedInto) Kind() Kind { return "merged" }
func (f MergedInto) apply(i *Incident, e *Entry) {
	i.Status, i.MergedInto = Merged, f.ID
	i.over(e)
}

// TookOver says that another record goes on in this one: its alerts, what users
// reported, and those who were on it came along.
type TookOver struct {
	Other
	Services    []string      `json:"services,omitempty"` // that hurt there
	Alerts      []JoinedAlert `json:"alerts,omitempty"`
	LastFire    time.Time     `json:"lastFire,omitzero"`
	Reports     []Report      `json:"reports,omitempty"`
	ReportCount int           `json:"reportCount,omitempty"`
	People      []Person      `json:"people,omitempty"`
	Impact      time.Time     `json:"impact,omitzero"`
	Groups      []string      `json:"groups,omitempty"` // what others joined it by, as rules said
}

// Taken is what a record leaves to the one that it goes on in.
func (i *Incident) Taken() TookOver {
	f := TookOver{Other: i.Named(), Alerts: slices.Clone(i.Alerts), LastFire: i.LastFire, Reports: i.Reports, ReportCount: i.ReportCount,
		People: i.People, Impact: i.Milestones[ImpactStarted], Groups: i.RuleGroups}
	if i.Service != "" {
		f.Services = append(f.Services, i.Service)
	}
	f.Services = append(f.Services, i.Affected...)
	for n := range f.Alerts {
		f.Alerts[n].Why, f.Alerts[n].With = ByHand, f.Ref
	}
	return f
}

func (TookOver) Kind() Kind { return "tookOver" }
func (f TookOver) apply(i *Incident, _ *Entry) {
	i.takeIn(f.Alerts)
	for _, s := range f.Services {
		i.affects(s)
	}
	i.joinedBy(f.Groups)
	i.addReports(f.ReportCount, f.Reports...)
	for _, p := range f.People {
		i.People = put(i.People, p, func(q Person) bool { return q.ID == p.ID })
	}
	if f.LastFire.After(i.LastFire) {
		i.LastFire = f.LastFire
	}
	if began := i.Milestones[ImpactStarted]; !f.Impact.IsZero() && (began.IsZero() || f.Impact.Before(began)) {
		i.reach(ImpactStarted, f.Impact)
		i.Milestones[ImpactStarted] = f.Impact
	}
}

// SplitOff says that alerts which did not belong here go on in a record of
// their own.
type SplitOff struct {
	Other
	Alerts []string `json:"alerts"` // ids
}

func (SplitOff) Kind() Kind { return "splitOff" }
func (f SplitOff) apply(i *Incident, _ *Entry) {
	var stay []JoinedAlert
	gone := map[string]bool{}
	for _, a := range i.Alerts {
		if slices.Contains(f.Alerts, a.ID) {
			gone[a.Service] = true
		} else {
			stay = append(stay, a)
		}
	}
	for _, a := range stay {
		delete(gone, a.Service)
	}
	i.Alerts = stay
	i.Affected = slices.DeleteFunc(slices.Clone(i.Affected), func(s string) bool { return gone[s] })
}

// SplitFrom says of a record that was just opened which one its alerts were in.
type SplitFrom struct {
	Other
	Alerts []JoinedAlert `json:"alerts"`
}

func (SplitFrom) Kind() Kind { return "splitFrom" }
func (f SplitFrom) apply(i *Incident, e *Entry) {
	i.takeIn(f.Alerts)
	for _, a := range f.Alerts {
		i.affects(a.Service)
	}
	i.LastFire = e.At
}

// takeIn adds alerts, or brings those that are known up to date.
func (i *Incident) takeIn(alerts []JoinedAlert) {
	for _, a := range alerts {
		if len(i.Alerts) < keptAlerts || i.alert(a.ID) != nil {
			i.Alerts = put(i.Alerts, a, func(b JoinedAlert) bool { return b.ID == a.ID })
		} else if n := slices.IndexFunc(i.Alerts, func(b JoinedAlert) bool { return b.mild() }); n >= 0 && !a.mild() {
			i.Alerts = slices.Clone(i.Alerts)
			i.Alerts[n] = a
		}
		if a.State == AlertFiring {
			i.withdraw("alerts-ended")
		}
	}
}

// affects notes that a service hurts besides the record's own.
func (i *Incident) affects(service string) {
	if service != "" && service != i.Service && !slices.Contains(i.Affected, service) {
		i.Affected = append(i.Affected, service)
	}
}
