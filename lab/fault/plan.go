package fault

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// Plan says what happens to the shop in a drill, and when, counted from its
// beginning.
type Plan struct {
	Fault  string // empty: none, only harmless changes
	At     time.Duration
	Decoys []time.Duration // moments of harmless changes, in order
}

// Draw makes a plan at random: any fault, at a moment between earliest and
// latest, with two harmless changes before it (one close to it) and one after.
func Draw(random *rand.Rand, earliest, latest time.Duration) Plan {
	between := func(low, high time.Duration) time.Duration {
		return low + time.Duration(random.Int64N(int64(high-low)+1))
	}
	table := Table()
	plan := Plan{Fault: table[random.IntN(len(table))].Name, At: between(earliest, latest)}
	plan.Decoys = []time.Duration{
		between(0, plan.At/2),
		between(plan.At*3/4, plan.At),
		plan.At + between(2*time.Second, 8*time.Second),
	}
	return plan
}

// Run carries out a plan and returns after its last step, or when ctx ends.
func (s *Switcher) Run(ctx context.Context, plan Plan) error {
	spared := "" // where a harmless change would only blur the truth
	if plan.Fault != "" {
		f, err := Find(plan.Fault)
		if err != nil {
			return err
		}
		spared = f.Cause.Service
	}
	began := time.Now()
	for _, step := range plan.steps() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(began.Add(step.at))):
		}
		var err error
		if step.fault {
			err = s.Inject(ctx, plan.Fault)
		} else {
			err = s.Decoy(ctx, spared)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// step is the fault or a harmless change, at its moment.
type step struct {
	at    time.Duration
	fault bool
}

func (p Plan) steps() []step {
	var all []step
	for _, at := range p.Decoys {
		all = append(all, step{at: at})
	}
	if p.Fault != "" {
		all = append(all, step{at: p.At, fault: true})
	}
	slices.SortStableFunc(all, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	return all
}
