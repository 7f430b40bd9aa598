package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

// GradeView is how a check did, as it stands or as Sigap guesses.
type GradeView struct {
	Check string           `json:"check"`
	Name  string           `json:"name"`
	Text  string           `json:"text" doc:"What the check said"`
	Mark  incident.Mark    `json:"mark" enum:"right,wrong,noMatter," doc:"Empty: only a person can tell"`
	By    *incident.Person `json:"by,omitempty" doc:"Who graded it; nobody: it is a guess"`
	Why   string           `json:"why,omitempty" doc:"Reason of a guess"`
}

// RecordView is how a check did in the incidents that were graded.
type RecordView struct {
	incident.CheckRecord
	Name    string  `json:"name"`
	Claimed int     `json:"claimed" doc:"Incidents in which it named something as the cause"`
	Low     float64 `json:"low" doc:"Within what its precision lies with a confidence of 95 %, from"`
	High    float64 `json:"high" doc:"…, to"`
	Poor    bool    `json:"poor" doc:"Its record proves that it is wrong more often than right"`
	Text    string  `json:"text"`
}

func (s *Server) registerGrades() {
	type grading struct {
		Check string        `json:"check" maxLength:"100"`
		Mark  incident.Mark `json:"mark" enum:"right,wrong,noMatter"`
	}
	work(s, incident.Responder, "grades", "Say whether a check pointed at the agreed cause", func(ctx context.Context, a incident.Actor, id string, in grading) (*incident.Incident, error) {
		return s.Learn.Grade(ctx, a, id, in.Check, in.Mark)
	})
	type insights struct {
		Checks []RecordView `json:"checks" doc:"How each check of the evidence did in the last year, the best proven first"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/insights", "What all incidents together tell", func(ctx context.Context, _ *struct{}) (*body[insights], error) {
		records, err := s.Store.CheckRecords(ctx)
		if err != nil {
			return nil, err
		}
		out, r := insights{[]RecordView{}}, viewerOf(ctx).reader()
		for _, c := range records {
			out.Checks = append(out.Checks, recordView(r, c))
		}
		slices.SortStableFunc(out.Checks, func(a, b RecordView) int { return cmp.Compare(b.Low, a.Low) })
		return &body[insights]{out}, nil
	})
}

func gradeViews(r text.Reader, i *incident.Incident) []GradeView {
	out := []GradeView{}
	if i.Review == nil {
		return out
	}
	for _, g := range i.GradesNow() {
		x := GradeView{Check: g.Check, Name: r.EvidenceName(g.Check), Text: r.Evidence(i.EvidenceOf(g.Check)), Mark: g.Mark, Why: r.GradeReason(g.Why)}
		if g.By.ID != "" {
			x.By = &g.By
		}
		out = append(out, x)
	}
	return out
}

func recordView(r text.Reader, c incident.CheckRecord) RecordView {
	low, high := c.Bounds()
	return RecordView{CheckRecord: c, Name: r.EvidenceName(c.Check), Claimed: c.Claimed(), Low: low, High: high, Poor: c.Poor(), Text: r.CheckRecord(c)}
}
