package identify

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Merge ends a candidate or an incident in favour of another one, in which it
// goes on: its alerts, what users reported and who was on it come along, so
// that nobody is paged for it a second time.
func (s *Service) Merge(ctx context.Context, actor incident.Actor, id, into string) (*incident.Incident, error) {
	r, err := s.rules(ctx)
	if err != nil {
		return nil, err
	}
	target, err := s.store.Incident(ctx, into)
	if err != nil {
		return nil, incident.FieldError("into", "There is no incident %q. Give its number, for example INC-142, or a candidate's, for example C-1a2b3c.", into)
	}
	var merged *incident.Incident
	err = s.store.InTx(ctx, func(tx Tx) (err error) {
		if err := lockInOrder(tx, actor, id, target.ID); err != nil {
			return err
		}
		merged, err = tx.Change(actor, id, func(e *incident.Edit) error {
			if err := mayMerge(e.Incident, target); err != nil {
				return err
			}
			e.Record(incident.MergedInto{Other: target.Named()})
			e.Enqueue(incident.FollowUp{Incident: id, Code: "merged", Args: map[string]string{"ref": target.Ref()}})
			return nil
		})
		if err != nil {
			return err
		}
		if err := tx.MoveAlerts(id, target.ID); err != nil {
			return err
		}
		if err := tx.Teach(pairsOf(merged.Classes(), target.Classes()), true); err != nil {
			return err
		}
		fires, err := tx.Fires(target.ID)
		if err != nil {
			return err
		}
		b := &batch{tx: tx, now: s.now(), rules: r, policy: r.policy, catalog: r.catalog}
		_, err = tx.Change(actor, target.ID, func(e *incident.Edit) error { return b.takeOver(e, merged, fires) })
		return err
	})
	return merged, err
}

// lockInOrder takes hold of two records in the same order, whichever of them is
// merged into the other: so two such operations do not wait for one another.
func lockInOrder(tx Tx, actor incident.Actor, a, b string) error {
	_, err := tx.Change(actor, min(a, b), func(*incident.Edit) error { return nil })
	if err != nil {
		return fmt.Errorf("hold %s and %s: %w", a, b, err)
	}
	return nil
}

// mayMerge names what speaks against it.
func mayMerge(i, into *incident.Incident) error {
	switch {
	case i.ID == into.ID:
		return incident.FieldError("into", "It cannot be merged into itself.")
	case !i.Status.Open():
		return incident.Errorf(incident.Conflict, "%s is %s already: only what people still work on can be merged.", i.Ref(), i.Status)
	case i.Drill != into.Drill:
		return incident.FieldError("into", "One of the two is a drill and the other is not.")
	case i.Status.Declared() && into.Status == incident.Triage:
		return incident.FieldError("into", "%s is declared and %s is not yet: merge the candidate into the incident, or declare it first.", i.Ref(), into.Ref())
	}
	return nil
}

// takeOver brings what a merged record leaves to the one that it goes on in. A
// candidate is judged anew; an incident becomes as grave as the graver of the
// two, and pages if only the other one did.
func (b *batch) takeOver(e *incident.Edit, merged *incident.Incident, fires bool) error {
	i := e.Incident
	if !i.Status.Open() {
		return incident.FieldError("into", "%s is %s: nobody works on it any more.", i.Ref(), i.Status)
	}
	asked, paged := pagedBefore(i), b.paged(i)
	e.Record(merged.Taken())
	if merged.Number > 0 && merged.Severity < i.Severity {
		setSeverity(e, merged.Severity, "")
	}
	e.Actor = incident.System()
	b.judge(&plan{incident: i}, e, fires, paged)
	switch {
	case asked || !pagedBefore(merged) || !i.Status.Pages():
	case i.Status != incident.Triage:
		e.Enqueue(incident.Page{Incident: i.ID})
	case i.Verdict != nil && !pages(i, i.Verdict, b.policy): // without a verdict all have ended
		page(e, b.policy)
	}
	return nil
}

// Split opens a candidate of their own for alerts that do not belong to their
// incident, and gives it. It gets a verdict of its own, and pages as any other.
func (s *Service) Split(ctx context.Context, actor incident.Actor, id string, ids []string) (*incident.Incident, error) {
	r, err := s.rules(ctx)
	if err != nil {
		return nil, err
	}
	var split *incident.Incident
	err = s.store.InTx(ctx, func(tx Tx) error {
		from, err := tx.Change(actor, id, func(e *incident.Edit) error { return maySplit(e.Incident, ids) })
		if err != nil {
			return err
		}
		alerts, err := tx.AlertsIn(id, ids)
		if err != nil {
			return err
		}
		if len(alerts) == 0 {
			return incident.FieldError("alerts", "None of these alerts is one of %s any more.", from.Ref())
		}
		b := &batch{tx: tx, now: s.now(), rules: r, policy: r.policy, catalog: r.catalog}
		split, err = b.split(actor, from, alerts, s.newID())
		return err
	})
	return split, err
}

// maySplit names what speaks against it.
func maySplit(i *incident.Incident, ids []string) error {
	stays := slices.ContainsFunc(i.Alerts, func(a incident.JoinedAlert) bool { return !slices.Contains(ids, a.ID) })
	switch {
	case len(ids) == 0:
		return incident.FieldError("alerts", "Choose the alerts that do not belong here.")
	case !i.Status.Open():
		return incident.Errorf(incident.Conflict, "%s is %s already: only what people still work on can be split.", i.Ref(), i.Status)
	case !stays && i.ReportCount == 0:
		return incident.FieldError("alerts", "These are all of its alerts: leave at least one, or dismiss it.")
	}
	return nil
}

// split moves the alerts to a new record and judges both anew.
func (b *batch) split(actor incident.Actor, from *incident.Incident, alerts []*incident.Alert, newID string) (*incident.Incident, error) {
	first := slices.MinFunc(alerts, func(x, y *incident.Alert) int {
		return cmp.Or(b.policy.Urgency(x.Signal.Severity)-b.policy.Urgency(y.Signal.Severity), x.First.Compare(y.First))
	})
	left := incident.SplitFrom{Other: from.Named()}
	off := incident.SplitOff{Other: (&incident.Incident{ID: newID, Title: first.Signal.Title}).Named()}
	fresh := &plan{fresh: true}
	for _, a := range alerts {
		a.Incident = newID
		left.Alerts = append(left.Alerts, a.Joined(incident.SplitByHand, left.Ref))
		off.Alerts = append(off.Alerts, a.ID)
		fresh.joins = append(fresh.joins, joining{alert: a})
	}
	if err := b.tx.PutAlerts(alerts); err != nil {
		return nil, err
	}
	fires, err := b.tx.Fires(from.ID)
	if err != nil {
		return nil, err
	}
	stayed, err := b.tx.Change(actor, from.ID, func(e *incident.Edit) error {
		paged := b.paged(e.Incident)
		e.Record(off)
		e.Actor = incident.System()
		b.judge(&plan{incident: e.Incident}, e, fires, paged)
		return nil
	})
	if err != nil {
		return nil, err
	}
	fires, err = b.tx.Fires(newID)
	if err != nil {
		return nil, err
	}
	if err := b.tx.Teach(pairsOf(classesOf(left.Alerts), stayed.Classes()), false); err != nil {
		return nil, err
	}
	return b.tx.Create(actor, newID, func(e *incident.Edit) error {
		e.RecordAt(first.First, incident.Opened{ID: newID, Title: first.Signal.Title, Service: first.Signal.Service, Environment: cmp.Or(first.Signal.Environment, from.Environment), Drill: from.Drill})
		e.Record(left)
		e.Actor = incident.System()
		b.judge(fresh, e, fires, false)
		return nil
	})
}

func classesOf(alerts []incident.JoinedAlert) []string {
	return (&incident.Incident{Alerts: alerts}).Classes()
}
