// Package fault breaks the lab's shop in ways that happen in production, and
// mends it again as a responder would.
//
// A fault is nothing but a change of a file, a limit, a certificate, a
// dependency or a version, made with the means of an operator. Where a
// pipeline or a person would have announced such a change, the switcher
// announces it to the public intake, among harmless changes of other services;
// what really broke the shop is told to nobody but the caller.
package fault

import (
	"context"
	"fmt"

	"github.com/sigap-dev/sigap/lab"
)

// Fault is one way to break the shop.
type Fault struct {
	Name  string
	Cause Cause
	apply func(ctx context.Context, l *lab.Lab) (effect, error)
}

// Cause is the truth about a fault, against which a diagnosis is graded. No
// part of it is sent anywhere.
type Cause struct {
	Service   string // where the cause lies
	Kind      string // deploy, config, dependency, disk, certificate
	Announced bool   // whether a change event tells of it
	Words     string
	Sign      string // what the change says of itself, or a measure or an error line that shows it; a regular expression
}

// effect is what was done to the shop.
type effect struct {
	changes []Change // as a pipeline announces them
	undo    undo
}

// undo takes an effect back and returns what a pipeline announces of that.
type undo func(ctx context.Context) ([]Change, error)

// Find returns the fault of that name.
func Find(name string) (Fault, error) {
	for _, f := range Table() {
		if f.Name == name {
			return f, nil
		}
	}
	return Fault{}, fmt.Errorf("there is no fault %q", name)
}
