package drill

import (
	"context"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// view is what a player sees of an incident: the part of the API's answer that
// the players go by.
type view struct {
	Ref      string             `json:"ref"`
	Incident *incident.Incident `json:"incident"`
	Verdict  *struct {
		Score int    `json:"score"`
		Say   string `json:"say"`
	} `json:"verdict"`
	Evidence []struct {
		Check    string                 `json:"check"`
		Source   string                 `json:"source"`
		State    incident.EvidenceState `json:"state"`
		Text     string                 `json:"text"`
		Patterns []incident.LogPattern  `json:"patterns"`
		Suspects []struct {
			incident.Suspect
			ReasonText string `json:"reasonText"`
		} `json:"suspects"`
		Changes []struct {
			Change  incident.Change `json:"change"`
			Score   float64         `json:"score"`
			Reasons []string        `json:"reasons"`
		} `json:"changes"`
		Suspicions []incident.Suspicion `json:"suspicions"`
	} `json:"evidence"`
	Missing   int `json:"missing"`
	Audiences []struct {
		ID   string     `json:"id"`
		Name string     `json:"name"`
		Due  *time.Time `json:"due"`
		Sent int        `json:"sent"`
	} `json:"audiences"`
}

// first is what Sigap says to look at first.
func (v *view) first() (incident.Suspicion, bool) {
	for _, e := range v.Evidence {
		if len(e.Suspicions) > 0 {
			return e.Suspicions[0], true
		}
	}
	return incident.Suspicion{}, false
}

// change is a change that the evidence tells of.
func (v *view) change(id string) (incident.Change, bool) {
	for _, e := range v.Evidence {
		for _, c := range e.Changes {
			if c.Change.ID == id {
				return c.Change, true
			}
		}
	}
	return incident.Change{}, false
}

// look is how the incident stands.
func (d *Drill) look(ctx context.Context) (*view, error) {
	v := &view{}
	return v, d.Admin.Call(ctx, "GET", "/api/incidents/"+d.ref, nil, v)
}

// do has a player do something to the incident.
func (d *Drill) do(ctx context.Context, p *player, what string, in any) error {
	if in == nil {
		in = map[string]any{}
	}
	if err := p.Call(ctx, "POST", "/api/incidents/"+d.ref+"/"+what, in, nil); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	return nil
}

const lookEvery = 250 * time.Millisecond

// until looks at the incident until done, or for as long as patience.
func (d *Drill) until(ctx context.Context, what string, patience time.Duration, done func(*view) bool) (*view, error) {
	end := time.Now().Add(patience)
	for {
		v, err := d.look(ctx)
		if err != nil {
			return nil, err
		}
		if done(v) {
			return v, nil
		}
		if time.Now().After(end) {
			return v, fmt.Errorf("after %s still not: %s", patience, what)
		}
		if err := sleep(ctx, lookEvery); err != nil {
			return nil, err
		}
	}
}
