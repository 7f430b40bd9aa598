// Package directory knows who and what there is: people with their contact
// methods and rights, teams, services with their dependencies, audiences. It
// does no I/O.
package directory

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Person is somebody with an account.
type Person struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Email    string         `json:"email"`
	Right    incident.Right `json:"right"`
	Lang     string         `json:"lang"`     // en or id
	Timezone string         `json:"timezone"` // IANA name
	Theme    string         `json:"theme"`    // light, dark or system
	Quiet    Quiet          `json:"quiet,omitzero"`
	Contacts []Contact      `json:"contacts"` // in the order in which they are tried
	Invited  bool           `json:"invited"`  // has no password yet
	Disabled bool           `json:"disabled"`
	Created  time.Time      `json:"created"`
}

var languages = []string{"en", "id"}

// Languages are the languages of pages, messages and documents.
func Languages() []string { return slices.Clone(languages) }

// Normalize fills what has a default and tidies what people type.
func (p *Person) Normalize() {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	p.Email = strings.ToLower(strings.TrimSpace(p.Email))
	if p.Lang == "" {
		p.Lang = "en"
	}
	if p.Timezone == "" {
		p.Timezone = "Asia/Jakarta"
	}
	if p.Theme == "" {
		p.Theme = "system"
	}
	if p.Contacts == nil {
		p.Contacts = []Contact{}
	}
}

// Validate names the first field that cannot be, as an [incident.Error].
func (p *Person) Validate() error {
	switch {
	case p.Name == "" || len(p.Name) > 100:
		return incident.FieldError("name", "A name of 1 to 100 characters is needed.")
	case !ValidEmail(p.Email):
		return incident.FieldError("email", "%q is no e-mail address.", p.Email)
	case !p.Right.Valid():
		return incident.FieldError("right", "A right is one of viewer, responder, manager, admin.")
	case !slices.Contains(languages, p.Lang):
		return incident.FieldError("lang", "A language is en or id.")
	case !slices.Contains([]string{"light", "dark", "system"}, p.Theme):
		return incident.FieldError("theme", "A theme is light, dark or system.")
	}
	if _, err := time.LoadLocation(p.Timezone); err != nil {
		return incident.FieldError("timezone", "%q is no time zone; use a name such as Asia/Jakarta.", p.Timezone)
	}
	for _, c := range p.Contacts {
		if err := c.validate(); err != nil {
			return err
		}
	}
	return p.Quiet.validate()
}

// Location is the person's time zone, UTC if it is not known here.
func (p *Person) Location() *time.Location {
	if loc, err := time.LoadLocation(p.Timezone); err == nil {
		return loc
	}
	return time.UTC
}

// Ref is the person as the record knows them.
func (p *Person) Ref() incident.Person { return incident.Person{ID: p.ID, Name: p.Name} }

// Actor is the person acting.
func (p *Person) Actor() incident.Actor {
	return incident.Actor{Kind: incident.PersonActor, ID: p.ID, Name: p.Name, Right: p.Right}
}

// ValidEmail reports whether s is one bare address.
func ValidEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254
}

// TeamKind says what a team does in an incident.
type TeamKind string

const (
	EngineeringTeam TeamKind = "engineering"
	SupportTeam     TeamKind = "support"
	ManagementTeam  TeamKind = "management"
	OtherTeam       TeamKind = "other"
)

// Team is a group of people who are asked in order.
type Team struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Does     TeamKind  `json:"kind"`
	Members  []string  `json:"members"`            // ids of people, the first is paged first
	Schedule string    `json:"schedule,omitempty"` // id: who is on call there is paged before the members
	Ladder   string    `json:"ladder,omitempty"`   // id: whom a page asks, in place of both
	Rooms    []Contact `json:"rooms"`              // rooms that the team reads
	Drill    bool      `json:"drill,omitempty"`    // plays in drills only
}

// Validate names the first field that cannot be.
func (t *Team) Validate() error {
	switch {
	case strings.TrimSpace(t.Name) == "" || len(t.Name) > 100:
		return incident.FieldError("name", "A team needs a name of 1 to 100 characters.")
	case !slices.Contains([]TeamKind{EngineeringTeam, SupportTeam, ManagementTeam, OtherTeam}, t.Does):
		return incident.FieldError("kind", "A team's kind is engineering, support, management or other.")
	}
	return nil
}

// Service is something that runs and can break.
type Service struct {
	Name        string   `json:"name"`
	Title       string   `json:"title,omitempty"` // for people who do not know the name
	Environment string   `json:"environment"`
	Team        string   `json:"team,omitempty"` // id of the owner
	Tier        int      `json:"tier"`           // 1: everything stops without it; 4: nobody notices; 0: not said
	DependsOn   []string `json:"dependsOn"`
	Probe       string   `json:"probe,omitempty"` // URL that answers 2xx while it is well
	Seen        bool     `json:"seen"`            // made from a signal: nobody has said more of it yet
}

// isServiceName looks by hand: to build the regular expression that says the
// same takes 40 ms, at each start of the program.
func isServiceName(name string) bool {
	length := 0
	for _, r := range name {
		letter := unicode.IsLetter(r) || unicode.IsNumber(r)
		if !letter && (length == 0 || !strings.ContainsRune(" ._/:@-", r)) {
			return false
		}
		length++
	}
	return length >= 1 && length <= 100
}

// Validate names the first field that cannot be.
func (s *Service) Validate() error {
	switch {
	case !isServiceName(s.Name):
		return incident.FieldError("name", "A service's name is 1 to 100 letters, digits and ._/:@- and begins with a letter or digit.")
	case s.Tier < 0 || s.Tier > 4:
		return incident.FieldError("tier", "A tier is 1 to 4, or 0 if nobody has said.")
	case slices.Contains(s.DependsOn, s.Name):
		return incident.FieldError("dependsOn", "A service cannot depend on itself.")
	}
	return nil
}

// Audience is a group that gets regular updates.
type Audience struct {
	ID      string            `json:"id"`
	Name    map[string]string `json:"name"`    // by language
	Cadence map[string]int    `json:"cadence"` // minutes between updates by severity (SEV1…); 0 or missing: none owed
	People  []string          `json:"people"`
	Teams   []string          `json:"teams"` // whose members and rooms are part of it
	Rooms   []Contact         `json:"rooms"`
	Lang    string            `json:"lang"`
	Drill   bool              `json:"drill,omitempty"` // plays in drills only
}

// Every is the time between two updates at a severity; 0: none is owed.
func (a *Audience) Every(s incident.Severity) time.Duration {
	return time.Duration(a.Cadence[s.String()]) * time.Minute
}

// Title is the audience's name in a language, or in English, or any.
func (a *Audience) Title(lang string) string {
	for _, l := range []string{lang, "en", "id"} {
		if n := a.Name[l]; n != "" {
			return n
		}
	}
	return a.ID
}

// Graph is which services each service calls.
type Graph map[string][]string

// Neighbours reports whether one of a and b calls the other.
func (g Graph) Neighbours(a, b string) bool {
	return slices.Contains(g[a], b) || slices.Contains(g[b], a)
}

// Callers are the services that call name.
func (g Graph) Callers(name string) []string {
	var out []string
	for caller, calls := range g {
		if slices.Contains(calls, name) {
			out = append(out, caller)
		}
	}
	slices.Sort(out)
	return out
}

// ForDrill chooses from a list what plays in a drill, or what does not. A team
// that has nobody for drills alone practises itself.
func ForDrill[T any](list []T, drill bool, plays func(T) bool) []T {
	var out []T
	for _, v := range list {
		if plays(v) == drill {
			out = append(out, v)
		}
	}
	if drill && len(out) == 0 {
		return list
	}
	return out
}
