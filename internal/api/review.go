package api

import (
	"context"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/text"
)

// ReviewView is the post-mortem: its written parts, and what is computed from
// the record.
type ReviewView struct {
	Ref        string             `json:"ref"`
	Incident   *incident.Incident `json:"incident"`
	StatusText string             `json:"statusText"`
	Draft      bool               `json:"draft" doc:"The incident has not resolved: this is how the draft stands now"`
	Published  bool               `json:"published"`
	Review     incident.Review    `json:"review"`
	Parts      map[string]string  `json:"parts" doc:"Each written part as safe HTML"`
	Facts      []text.Fact        `json:"facts"`
	From       time.Time          `json:"from"`
	To         time.Time          `json:"to"`
	Scorecard  []text.Score       `json:"scorecard"`
	Plot       *incident.Plot     `json:"plot,omitempty"`
	PlotText   string             `json:"plotText,omitempty"`
	Moments    []MomentView       `json:"moments"`
	Happenings []text.Happening   `json:"happenings"`
	Cause      string             `json:"cause"`
	Decisions  []incident.Decided `json:"decisions"`
	Actions    []incident.Action  `json:"actions"`
	Verdict    *VerdictView       `json:"verdict,omitempty"`
	Evidence   []EvidenceView     `json:"evidence"`
	Grades     []GradeView        `json:"grades" doc:"How each check that called something interesting did"`
	People     []incident.Person  `json:"people"`
	You        You                `json:"you"`
	Head       string             `json:"head" doc:"Hash of the timeline's newest entry"`
}

type inLanguage struct {
	Ref  string `path:"ref"`
	Lang string `query:"lang" enum:"en,id,"`
}

func (s *Server) registerReview() {
	route(s, incident.Viewer, http.MethodGet, "/api/incidents/{ref}/review", "The post-mortem", func(ctx context.Context, in *inLanguage) (*body[ReviewView], error) {
		v, err := s.review(ctx, in)
		return &body[ReviewView]{v}, err
	})
	type edit struct {
		Ref  string `path:"ref"`
		Body struct {
			Parts map[string]string `json:"parts"`
		}
	}
	reviewed := func(ctx context.Context, ref string, do func(id string) error) (*body[ReviewView], error) {
		i, err := s.Store.Incident(ctx, ref)
		if err != nil {
			return nil, err
		}
		if err := do(i.ID); err != nil {
			return nil, err
		}
		v, err := s.review(ctx, &inLanguage{Ref: i.ID})
		return &body[ReviewView]{v}, err
	}
	route(s, incident.Responder, http.MethodPatch, "/api/incidents/{ref}/review", "Edit parts of the post-mortem", func(ctx context.Context, in *edit) (*body[ReviewView], error) {
		return reviewed(ctx, in.Ref, func(id string) error {
			_, err := s.Learn.Edit(ctx, viewerOf(ctx).actor, id, in.Body.Parts)
			return err
		})
	})
	route(s, incident.Responder, http.MethodPost, "/api/incidents/{ref}/review/publish", "Publish the post-mortem", func(ctx context.Context, in *at) (*body[ReviewView], error) {
		return reviewed(ctx, in.Ref, func(id string) error {
			_, err := s.Learn.Publish(ctx, viewerOf(ctx).actor, id)
			return err
		})
	})
	type meeting struct {
		Ref  string `path:"ref"`
		Body struct {
			At        time.Time `json:"at"`
			Minutes   int       `json:"minutes,omitempty" minimum:"0" maximum:"480"`
			Where     string    `json:"where,omitempty" maxLength:"500"`
			Attendees []string  `json:"attendees,omitempty"`
		}
	}
	route(s, incident.Responder, http.MethodPost, "/api/incidents/{ref}/review/meeting", "Plan the review meeting", func(ctx context.Context, in *meeting) (*body[ReviewView], error) {
		return reviewed(ctx, in.Ref, func(id string) error {
			m := incident.MeetingSet{At: in.Body.At, Minutes: in.Body.Minutes, Where: in.Body.Where}
			for _, who := range in.Body.Attendees {
				p, err := s.Store.Person(ctx, who)
				if err != nil {
					return err
				}
				m.Attendees = append(m.Attendees, p.Ref())
			}
			_, err := s.Learn.Meet(ctx, viewerOf(ctx).actor, id, m)
			return err
		})
	})
	s.registerActions()
	s.registerGrades()
	s.own(incident.Viewer, "GET /api/incidents/{ref}/review.md", s.reviewMarkdown)
	s.own(incident.Viewer, "GET /api/incidents/{ref}/review.html", s.reviewHTML)
	s.own(incident.Viewer, "GET /api/incidents/{ref}/review/meeting.ics", s.meetingICS)
}

func (s *Server) registerActions() {
	type promise struct {
		What  incident.ActionKind `json:"what" enum:"code,monitoring,sop"`
		Title string              `json:"title" maxLength:"255"`
		Owner string              `json:"owner"`
		Due   time.Time           `json:"due"`
	}
	work(s, incident.Responder, "actions", "Promise an action", func(ctx context.Context, a incident.Actor, id string, in promise) (*incident.Incident, error) {
		return s.Learn.Promise(ctx, a, id, incident.Action{What: in.What, Title: in.Title, Owner: incident.Person{ID: in.Owner}, Due: in.Due})
	})
	type settle struct {
		Done  bool   `json:"done"`
		Proof string `json:"proof,omitempty" maxLength:"2000"`
	}
	workItem(s, incident.Responder, "actions/{item}", "End an action with its proof, or open it again", func(ctx context.Context, a incident.Actor, id, item string, in settle) (*incident.Incident, error) {
		return s.Learn.Settle(ctx, a, id, item, in.Done, in.Proof)
	})
	work(s, incident.Responder, "close", "Close the incident; its actions go on", func(ctx context.Context, a incident.Actor, id string, _ empty) (*incident.Incident, error) {
		return s.Learn.Close(ctx, a, id)
	})
	type filter struct {
		Open bool `query:"open"`
	}
	type actions struct {
		Items []incident.ActionOf `json:"items"`
	}
	route(s, incident.Viewer, http.MethodGet, "/api/actions", "Actions of all incidents", func(ctx context.Context, in *filter) (*body[actions], error) {
		list, err := s.Store.Actions(ctx, in.Open, 500)
		return &body[actions]{actions{orEmpty(list)}}, err
	})
}

func (s *Server) review(ctx context.Context, in *inLanguage) (ReviewView, error) {
	i, err := s.Store.Incident(ctx, in.Ref)
	if err != nil {
		return ReviewView{}, err
	}
	v := viewerOf(ctx)
	view, err := s.view(ctx, v, i)
	if err != nil {
		return ReviewView{}, err
	}
	out := ReviewView{Ref: i.Ref(), Incident: i, StatusText: view.StatusText, Draft: i.Review == nil, Parts: map[string]string{}, Plot: mainPlot(v.reader(), i), Moments: view.Moments,
		Verdict: view.Verdict, Evidence: view.Evidence, People: view.People, You: view.You, Head: i.Head, Decisions: orEmpty(i.Decisions), Actions: orEmpty(i.Actions)}
	entries, err := s.Store.AllEntries(ctx, i.ID)
	if err != nil {
		return out, err
	}
	if i.Review != nil {
		out.Review, out.Published = *i.Review, i.Review.State == incident.ReviewPublished
	} else if out.Review, err = s.Learn.Compose(ctx, i, v.reader()); err != nil {
		return out, err
	}
	r := v.reader() // what is computed is worded for the reader, what was written stays
	out.Facts, out.Scorecard, out.Happenings = orEmpty(r.Facts(i)), orEmpty(r.Scorecard(i, s.Now())), orEmpty(r.KeyMoments(i, entries))
	out.From, out.To = span(i, s.Now())
	for name, md := range map[string]string{"summary": out.Review.Summary, "impact": out.Review.Impact, "cause": out.Review.Cause,
		"well": out.Review.Well, "improve": out.Review.Improve, "lucky": out.Review.Lucky} {
		out.Parts[name] = text.Render(md)
	}
	if i.Cause != nil {
		out.Cause = i.Cause.Text
	}
	out.Grades = gradeViews(r, i)
	return out, nil
}

// span is the incident's own time axis: from a little before the impact until
// it ended, or now.
func span(i *incident.Incident, now time.Time) (from, to time.Time) {
	from, to = impactFrom(i), now
	if t := i.Milestones[incident.ResolvedAt]; !t.IsZero() {
		to = t
	}
	margin := max(30*time.Second, to.Sub(from)/20)
	return from.Add(-margin), to.Add(margin)
}

func (s *Server) document(r *http.Request) (text.Reader, text.Document, error) {
	v := viewerOf(r.Context())
	i, err := s.Store.Incident(r.Context(), r.PathValue("ref"))
	if err != nil {
		return text.Reader{}, text.Document{}, err
	}
	if i.Review != nil { // a document speaks one language: the one that people wrote it in
		v.lang = i.Review.Lang
	}
	if v.person == nil { // a program reads with its commander's clock
		if p, err := s.Store.Person(r.Context(), i.Roles[incident.Commander].ID); err == nil {
			v.loc = p.Location()
		}
	}
	if lang := r.URL.Query().Get("lang"); lang == "en" || lang == "id" {
		v.lang = lang
	}
	d := text.Document{Incident: i, Now: s.Now(), Link: s.Links.Incident(i.Ref()) + "/review"}
	if d.Entries, err = s.Store.AllEntries(r.Context(), i.ID); err != nil {
		return text.Reader{}, d, err
	}
	if i.Review != nil {
		d.Review = *i.Review
	} else if d.Review, err = s.Learn.Compose(r.Context(), i, v.reader()); err != nil {
		return text.Reader{}, d, err
	}
	return v.reader(), d, nil
}

func (s *Server) reviewMarkdown(w http.ResponseWriter, r *http.Request) {
	reader, d, err := s.document(r)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	attachment(w, "text/markdown; charset=utf-8", d.Incident.Ref()+".md")
	_, _ = w.Write([]byte(reader.Markdown(d)))
}

func (s *Server) reviewHTML(w http.ResponseWriter, r *http.Request) {
	reader, d, err := s.document(r)
	var page []byte
	if err == nil {
		page, err = reader.HTML(d)
	}
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	attachment(w, "text/html; charset=utf-8", d.Incident.Ref()+".html")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
	_, _ = w.Write(page)
}

func (s *Server) meetingICS(w http.ResponseWriter, r *http.Request) {
	i, err := s.Store.Incident(r.Context(), r.PathValue("ref"))
	var ics string
	if err == nil {
		ics, err = s.Learn.Invitation(r.Context(), i, s.Links.Incident(i.Ref())+"/review")
	}
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	attachment(w, "text/calendar; charset=utf-8", i.Ref()+".ics")
	_, _ = w.Write([]byte(ics))
}

func attachment(w http.ResponseWriter, contentType, name string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", `inline; filename="`+name+`"`)
}
