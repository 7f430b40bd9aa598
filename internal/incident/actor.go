package incident

// Right is what an account may do everywhere. Each includes the ones before.
type Right string

const (
	Viewer    Right = "viewer"    // reads
	Responder Right = "responder" // works on incidents
	Manager   Right = "manager"   // assigns tasks, decides, sets up teams
	Admin     Right = "admin"     // accounts, channels, keys, settings
)

var rightOrder = map[Right]int{Viewer: 1, Responder: 2, Manager: 3, Admin: 4}

// Valid reports whether r is one of the rights.
func (r Right) Valid() bool { return rightOrder[r] > 0 }

// Includes reports whether r allows what other allows.
func (r Right) Includes(other Right) bool { return rightOrder[r] >= rightOrder[other] }

// ActorKind says who or what acts.
type ActorKind string

const (
	PersonActor ActorKind = "person"
	SystemActor ActorKind = "system" // Sigap itself
	SenderActor ActorKind = "sender" // a source, by its integration key
)

// Actor is who does something to an incident.
type Actor struct {
	Kind  ActorKind `json:"kind"`
	ID    string    `json:"id,omitempty"` // of the person, or of the key
	Name  string    `json:"name"`
	Right Right     `json:"-"`
}

func (a Actor) person() Person { return Person{a.ID, a.Name} }

// System is Sigap acting by itself.
func System() Actor { return Actor{Kind: SystemActor, Name: "Sigap", Right: Admin} }

// Role is a part that a person plays in one incident.
type Role string

const (
	Commander      Role = "commander"
	Engineering    Role = "engineering"
	Support        Role = "support"
	Communications Role = "communications"
	Scribe         Role = "scribe"
)

// Roles are all roles, in the order in which a page names them.
func Roles() []Role { return []Role{Commander, Engineering, Support, Communications, Scribe} }

// MayAssign reports, as an [Error] if not, whether a may give tasks to people
// and decide: managers may, and so may the incident's commander and leads.
func (i *Incident) MayAssign(a Actor) error {
	if a.Kind == SystemActor || a.Right.Includes(Manager) {
		return nil
	}
	for _, role := range []Role{Commander, Engineering, Support} {
		if a.ID != "" && i.Roles[role].ID == a.ID {
			return nil
		}
	}
	return Errorf(Forbidden, "Only a manager, the commander or a lead of this incident may do this. Ask one of them, or take a role first.")
}
