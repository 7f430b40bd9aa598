package inform

import (
	"context"
	"slices"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// Unanswered is a team that is paged and of which nobody has answered yet.
type Unanswered struct {
	Team  string            `json:"team"`
	Asked []incident.Person `json:"asked" doc:"Who was asked last"`
}

// Unanswered says of which teams an answer is still missing: each team that is
// paged must answer by itself. It is empty when nothing is asked of anybody.
func (s *Service) Unanswered(ctx context.Context, i *incident.Incident) ([]Unanswered, error) {
	out := []Unanswered{}
	if !i.Asks() {
		return out, nil
	}
	teams, err := s.store.Teams(ctx)
	if err != nil {
		return nil, err
	}
	r, seen := roster{teams: teams}, map[string]bool{}
	for _, n := range slices.Backward(i.Notices) {
		if n.Purpose != incident.PurposePage || n.Code == byName || len(n.To) == 0 || n.At.Before(i.Reopened) || seen[n.To[0].Team] {
			continue
		}
		w := Unanswered{Team: n.To[0].Team, Asked: []incident.Person{}}
		seen[w.Team] = true
		team, ok := r.team(w.Team)
		if !ok { // the administrators, who are nobody's team
			team = directory.Team{Name: w.Team}
		}
		if teamKnows(i, team) {
			continue
		}
		for _, to := range n.To {
			w.Asked = append(w.Asked, to.Person)
		}
		out = append(out, w)
	}
	slices.Reverse(out) // as they were paged first
	return out, nil
}
