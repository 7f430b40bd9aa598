package text

import (
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Fault says what a probe found wrong.
func (r Reader) Fault(f incident.Reason) string {
	key := "fault." + f.Code
	if !r.has(key) {
		return f.Code
	}
	args := make([]string, 0, 2*len(f.Args))
	for name, value := range f.Args {
		args = append(args, name, oneLine(value))
	}
	return r.say(key, args...)
}

// faultOf reads what a probe found wrong from the arguments of its evidence.
func faultOf(args map[string]string) incident.Reason {
	f := incident.Reason{Code: args["fault"], Args: map[string]string{}}
	for name, value := range args {
		if name, ok := strings.CutPrefix(name, "fault."); ok {
			f.Args[name] = value
		}
	}
	return f
}
