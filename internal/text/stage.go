package text

import (
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Stage is the stage's name, short enough for the rail.
func (r Reader) Stage(s incident.Stage) string { return r.say("stage." + string(s)) }

// StageText says in about four words where a stage stands.
func (r Reader) StageText(st incident.StageState) string {
	key := "rail." + string(st.Stage) + "." + st.Code
	if !r.has(key) {
		return r.say("rail." + string(st.Progress))
	}
	var args []string
	for name, value := range st.Args {
		switch name {
		case "at":
			if t, err := time.Parse(time.RFC3339, value); err == nil {
				value = r.Clock(t)
			}
		case "span":
			if ms, err := strconv.ParseInt(value, 10, 64); err == nil {
				if ms < 500 && st.Code == "verified" { // by what is stored, or by a person
					return r.say("rail.identify.atOnce")
				}
				value = r.Duration(time.Duration(ms) * time.Millisecond)
			}
		}
		args = append(args, name, value)
	}
	return r.say(key, args...)
}

// Status is how a page calls a status.
func (r Reader) Status(s incident.Status) string { return r.say("status." + string(s)) }

// Move is the label of the button for the next move.
func (r Reader) Move(m incident.Move) string {
	if m == incident.MoveNothing {
		return ""
	}
	return r.say("move." + string(m))
}

// Role is the name of a role.
func (r Reader) Role(x incident.Role) string { return r.say("role." + string(x)) }

// Reach says how far a message got.
func (r Reader) Reach(x incident.Reach) string { return r.say("reach." + string(x)) }
