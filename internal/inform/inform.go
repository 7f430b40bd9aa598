// Package inform is stage 2: everyone who must know knows within a minute, and
// it can be proven.
//
// A page asks one person after the other until somebody takes it; the initial
// notice tells support and engineering at the declaration. Each message to
// each person over each channel is a durable job, and every step of it leaves
// a receipt in the record: what a service accepted is not delivered, what was
// delivered is not opened, and only a person's act acknowledges.
package inform

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
	"github.com/sigap-dev/sigap/internal/text"
)

// Store is what stage 2 needs of the store.
type Store interface {
	Incident(ctx context.Context, ref string) (*incident.Incident, error)
	Incidents(ctx context.Context, f incident.Filter) ([]*incident.Incident, error)
	Change(ctx context.Context, actor incident.Actor, id string, fn func(*incident.Edit) error) (*incident.Incident, error)
	People(ctx context.Context) ([]directory.Person, error)
	Person(ctx context.Context, idOrEmail string) (*directory.Person, error)
	Teams(ctx context.Context) ([]directory.Team, error)
	Audiences(ctx context.Context) ([]directory.Audience, error)
	Service(ctx context.Context, name string) (*directory.Service, error)
	Policy(ctx context.Context) (incident.Policy, error)
	Schedules(ctx context.Context) ([]oncall.Schedule, error)
	// Rules is another number after each change of what people set up.
	Rules(ctx context.Context) (int64, error)
	Ladder(ctx context.Context, id string) (*oncall.Ladder, error)
	// Swaps are the requests whose time was not over at a moment.
	Swaps(ctx context.Context, at time.Time) ([]oncall.Swap, error)
	Swap(ctx context.Context, id string) (*oncall.Swap, error)
	AddSwap(ctx context.Context, v *oncall.Swap, jobs ...incident.Job) error
	// ChangeSwap changes a request and its schedule together.
	ChangeSwap(ctx context.Context, id string, fn func(*oncall.Swap, *oncall.Schedule) ([]incident.Job, error)) (*oncall.Swap, error)
	// Turn gives 1, 2, 3, … for a name: whose turn it is where people are
	// asked in turn.
	Turn(ctx context.Context, name string) (int64, error)
	// HasWritten reports whether somebody wrote to us from an address since a
	// moment, of a kind of channel that minds it.
	HasWritten(ctx context.Context, kind, address string, since time.Time) (bool, error)
	// Pace decides whether a page goes out by itself, one page of a lane at a
	// time, and keeps it.
	Pace(ctx context.Context, p Paced, fn func(Lately) (gather bool, summary incident.Job)) (Paced, error)
	Paced(ctx context.Context, lane string) ([]Paced, error)
	Summed(ctx context.Context, r Round) error
	// Templates are the versions of what a team wrote, the newest first.
	Templates(ctx context.Context, kind text.TemplateKind, lang string, limit int) ([]Template, error)
	AddTemplate(ctx context.Context, t Template) error
	TemplateFailed(ctx context.Context, id, why string, at time.Time) error
}

// Channels sends over the channels that are set up.
type Channels interface {
	// Channel gives the one of a kind; an [incident.NotFound] error if it is
	// not set up.
	Channel(ctx context.Context, kind string) (channel.Channel, error)
}

// Service is stage 2.
type Service struct {
	store    Store
	channels Channels
	links    Links
	newID    func() string
	now      func() time.Time
	log      *slog.Logger
	rota     rota
	turns    turns
}

// New makes stage 2.
func New(store Store, channels Channels, links Links, newID func() string, now func() time.Time, log *slog.Logger) *Service {
	return &Service{store: store, channels: channels, links: links, newID: newID, now: now, log: log}
}

// The jobs that stage 2 asks of itself.
type (
	// Deliver sends one notice to one recipient over one channel.
	Deliver struct {
		Incident string             `json:"incident"`
		Notice   string             `json:"notice"`
		To       incident.Recipient `json:"to"`
		Does     directory.TeamKind `json:"does"`
		Methods  []string           `json:"methods"` // ids of contact methods: the first is used, the others are next
		Args     map[string]string  `json:"args,omitempty"`
		Pages    bool               `json:"pages,omitempty"` // it goes before what only informs
	}
	// Escalate passes a page on, unless it was answered.
	Escalate struct {
		Incident string             `json:"incident"`
		Notice   string             `json:"notice"`
		Team     string             `json:"team"`
		To       incident.Recipient `json:"to"`   // who declined or could not be reached
		Code     string             `json:"code"` // timeout, declined, failed
	}
	// AfterPages follows up when the pages that go out beside it are known.
	AfterPages struct {
		incident.FollowUp
	}
	// AfterQuiet sends what waited for somebody's quiet hours to end.
	AfterQuiet struct {
		Deliver
	}
	// Summary sends one message for all pages that were gathered for a contact.
	Summary struct {
		Lane    string             `json:"lane"`
		To      incident.Recipient `json:"to"`
		Contact string             `json:"contact"` // id of the contact method
		Drill   bool               `json:"drill,omitempty"`
		Due     time.Time          `json:"due"`
	}
	// Carried records what became of one page that was gathered.
	Carried struct {
		Deliver
		Receipt incident.Receipt `json:"receipt"`
	}
	// NextMethod tries the next way to reach somebody who has not answered.
	NextMethod struct {
		Deliver
	}
)

func (Deliver) Kind() string    { return "deliver" }
func (Escalate) Kind() string   { return "escalate" }
func (AfterPages) Kind() string { return "after_pages" }
func (AfterQuiet) Kind() string { return "after_quiet" }
func (NextMethod) Kind() string { return "next_method" }
func (Summary) Kind() string    { return "summary" }
func (Carried) Kind() string    { return "carried" }

// roster is the directory at one moment.
type roster struct {
	people    map[string]directory.Person
	teams     []directory.Team
	audiences []directory.Audience
}

// roster reads the directory, for a drill or for an incident.
func (s *Service) roster(ctx context.Context, drill bool) (r roster, err error) {
	people, err := s.store.People(ctx)
	if err != nil {
		return r, err
	}
	r.people = make(map[string]directory.Person, len(people))
	for _, p := range people {
		if !p.Disabled {
			r.people[p.ID] = p
		}
	}
	if r.teams, err = s.store.Teams(ctx); err != nil {
		return r, err
	}
	if r.audiences, err = s.store.Audiences(ctx); err != nil {
		return r, err
	}
	r.teams = directory.ForDrill(r.teams, drill, func(t directory.Team) bool { return t.Drill })
	r.audiences = directory.ForDrill(r.audiences, drill, func(a directory.Audience) bool { return a.Drill })
	return r, nil
}

// rosterFor is the roster for an incident that is not at hand.
func (s *Service) rosterFor(ctx context.Context, id string) (roster, error) {
	i, err := s.store.Incident(ctx, id)
	if err != nil {
		return roster{}, err
	}
	return s.roster(ctx, i.Drill)
}

// owner is the team that a service belongs to; without one, the team that is
// paged for it.
func (r *roster) owner(service *directory.Service) directory.Team {
	if service != nil {
		for _, t := range r.teams {
			if t.ID == service.Team {
				return t
			}
		}
	}
	return r.pager(service)
}

// pager is the team that is paged for a service: the one that owns it, else
// the first engineering team, else any team, else the administrators, so that
// somebody is asked on the first day too. Teams that nobody stands behind are
// passed over.
func (r *roster) pager(service *directory.Service) directory.Team {
	for _, t := range r.teams {
		if service != nil && t.ID == service.Team && askable(t) {
			return t
		}
	}
	for _, t := range r.teams {
		if t.Does == directory.EngineeringTeam && askable(t) {
			return t
		}
	}
	for _, t := range r.teams {
		if askable(t) {
			return t
		}
	}
	return r.admins()
}

// askable reports whether a team says whom to ask.
func askable(t directory.Team) bool {
	return len(t.Members) > 0 || t.Schedule != "" || t.Ladder != ""
}

func (r *roster) admins() directory.Team {
	admins := directory.Team{ID: "admins", Name: "Sigap", Does: directory.EngineeringTeam}
	for id, p := range r.people {
		if p.Right == incident.Admin {
			admins.Members = append(admins.Members, id)
		}
	}
	slices.Sort(admins.Members)
	return admins
}

func (r *roster) team(id string) (directory.Team, bool) {
	for _, t := range r.teams {
		if t.ID == id || t.Name == id {
			return t, true
		}
	}
	return directory.Team{}, false
}

// teamOf is the first team that somebody is a member of.
func (r *roster) teamOf(person string) directory.Team {
	for _, t := range r.teams {
		if slices.Contains(t.Members, person) {
			return t
		}
	}
	return directory.Team{}
}

// recipient is a team's member as somebody to tell, and the ways to reach them.
func (r *roster) recipient(team directory.Team, id string) (incident.Recipient, []directory.Contact, bool) {
	p, ok := r.people[id]
	if !ok {
		return incident.Recipient{}, nil, false
	}
	return incident.Recipient{Person: p.Ref(), Team: team.Name}, directory.Verified(p.Contacts), true
}

// methods are the ids of the ways that a message of a notice is tried over, in
// order: people choose which are for what is urgent.
func methods(ways []directory.Contact, urgent bool) []string {
	var ids []string
	for _, c := range directory.For(ways, urgent) {
		ids = append(ids, c.ID)
	}
	return ids
}

// patience is how long a page over the first of the methods waits for an answer
// before it tries the second.
func (r *roster) patience(job Deliver, limit time.Duration) time.Duration {
	if next, known := r.contact(job.To, job.Methods[1]); known && next.After != nil {
		return time.Duration(*next.After) * time.Minute
	}
	return limit
}

// room is a team's room as a recipient.
func room(team string, c directory.Contact) incident.Recipient {
	return incident.Recipient{Person: incident.Person{ID: c.ID, Name: c.Address}, Team: team, Room: true}
}

// contact finds a recipient's contact method, as it is set up now.
func (r *roster) contact(to incident.Recipient, method string) (directory.Contact, bool) {
	lists := [][]directory.Contact{r.people[to.ID].Contacts}
	if to.Room {
		for _, t := range r.teams {
			lists = append(lists, t.Rooms)
		}
		for _, a := range r.audiences {
			lists = append(lists, a.Rooms)
		}
	}
	for _, list := range lists {
		for _, c := range list {
			if c.ID == method {
				return c, true
			}
		}
	}
	return directory.Contact{}, false
}
