package identify

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Overlooked looks, when the silence limit of the policy in shadow is over,
// whether it would have declared since nobody had answered.
type Overlooked struct {
	Incident string `json:"incident"`
}

func (Overlooked) Kind() string { return "overlooked" }

// inShadow notes what the policy in shadow makes of a candidate by the evidence
// that there is, once its live checks had their time. It goes on when the
// candidate was declared meanwhile: what it would have done is asked of it, not
// what is left to do.
func (r *rules) inShadow(e *incident.Edit, alerts []*incident.Alert, now time.Time, live bool) {
	i := e.Incident
	if r.shadow == nil || !i.Status.Open() || i.Verdict == nil || i.Milestones[incident.Detected].Before(r.shadow.Since) {
		return
	}
	was := r.shadowOf(i)
	if was != nil && was.Declares {
		return
	}
	f := r.shadowed(i, alerts, now, live)
	f.Pages = f.Pages || was != nil && was.Pages
	if was != nil && f.Why == was.Why && f.Pages == was.Pages {
		return
	}
	e.Record(f)
	if f.Pages && (was == nil || !was.Pages) {
		e.EnqueueAt(i.Milestones[incident.Detected].Add(r.shadow.Policy.SilenceLimit), Overlooked{Incident: i.ID})
	}
}

// shadowOf is what the policy that is in shadow now made of a candidate; nil if
// it said nothing yet.
func (r *rules) shadowOf(i *incident.Incident) *incident.InShadow {
	if r.shadow == nil || i.Shadow == nil || i.Shadow.Shadow != r.shadow.ID {
		return nil
	}
	return i.Shadow
}

// shadowed is the decision of the policy in shadow. It would page by the first
// verdict or by the live one, as the policy in force does.
func (r *rules) shadowed(i *incident.Incident, alerts []*incident.Alert, now time.Time, live bool) incident.Shadowed {
	p := r.shadow.Policy
	first, v := judge(r.view(i, alerts, now, false), p), judge(r.view(i, alerts, now, live), p)
	f := incident.Shadowed{Shadow: r.shadow.ID, Pages: pages(i, &first, p) || pages(i, &v, p), Score: v.Score, Limit: p.DeclareAt, Severity: severityOf(i, &v)}
	switch {
	case reaches(i, &v, p.DeclareAt):
		f.Declares, f.Why = true, incident.ShadowScore
	case !v.Production:
		f.Why = incident.ShadowElsewhere
	case !f.Severity.Major():
		f.Why = incident.ShadowMild
	case quiet(i):
		f.Why = incident.ShadowQuiet
	default:
		f.Why = incident.ShadowBelow
	}
	return f
}

// Overlooked notes that the policy in shadow would have declared a candidate
// since nobody had answered within its limit.
func (s *Service) Overlooked(ctx context.Context, id string) error {
	r, err := s.rules(ctx)
	if err != nil || r.shadow == nil {
		return err
	}
	return s.store.InTx(ctx, func(tx Tx) error {
		fires, err := tx.Fires(id)
		if err != nil {
			return err
		}
		_, err = tx.Change(incident.System(), id, func(e *incident.Edit) error {
			i, was := e.Incident, r.shadowOf(e.Incident)
			switch {
			case was == nil || was.Declares || !was.Pages || !i.Status.Open() || len(i.People) > 0:
			case !fires && len(i.Alerts) > 0 && alone(i):
				if i.Status == incident.Triage { // it is about to end by itself
					e.EnqueueAt(e.Now.Add(settleAfter), Overlooked{Incident: id})
				}
			default:
				f := was.Shadowed
				f.Declares, f.Why = true, incident.ShadowSilence
				e.Record(f)
			}
			return nil
		})
		return err
	})
}
