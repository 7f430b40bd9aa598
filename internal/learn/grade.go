package learn

import (
	"context"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Grade says how one check did: whether what it called interesting was the
// cause. It counts once the post-mortem is published, and may be corrected
// after that, since it is no part of what was published.
func (s *Service) Grade(ctx context.Context, actor incident.Actor, id, check string, mark incident.Mark) (*incident.Incident, error) {
	if !slices.Contains([]incident.Mark{incident.MarkRight, incident.MarkWrong, incident.MarkAside}, mark) {
		return nil, incident.FieldError("mark", "A check is right, wrong, or it does not matter (noMatter).")
	}
	return s.store.Change(ctx, actor, id, func(e *incident.Edit) error {
		switch i := e.Incident; {
		case i.Review == nil:
			return incident.Errorf(incident.Conflict, "The draft is made when the incident resolves.")
		case !slices.Contains(i.Spoke(), check):
			return incident.Errorf(incident.NotFound, "No check %q called anything interesting here.", check)
		}
		e.Record(incident.Graded{Grades: []incident.Grade{{Check: check, Mark: mark}}})
		return nil
	})
}

// guessed are the grades that Sigap gives to the checks that nobody graded,
// where the record tells how they did.
func guessed(i *incident.Incident) []incident.Grade {
	var out []incident.Grade
	for _, g := range i.GradesNow() {
		if g.By.ID == "" && g.Mark != "" {
			out = append(out, g)
		}
	}
	return out
}
