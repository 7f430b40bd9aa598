package inform

import (
	"context"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/text"
	"github.com/sigap-dev/sigap/internal/text/plot"
)

// message words a notice for one recipient: in their language and time zone,
// with what their team needs, the plot of what hurts, and the links to act.
func (s *Service) message(ctx context.Context, i *incident.Incident, n incident.Notice, job Deliver, r *roster) channel.Message {
	reader, link := s.reader(i, n, job, r)
	words := reader.Letter(text.Letter{
		Incident: i, Purpose: n.Purpose, Notice: n, Audience: string(job.Does), Code: n.Code, Args: job.Args,
		Link: link, Room: job.To.Room, Now: s.now(), Held: wasHeld(i, n.ID, job.To.ID), Before: before(i, n.ID, job.To.ID),
		Template: s.template(ctx, n.Purpose, string(job.Does), reader.Lang),
	})
	m := Message(words, reader.Lang)
	if _, person := r.people[job.To.ID]; person {
		m.Callback = s.links.Callback(s.pass(n, job))
		if n.Purpose == incident.PurposePage {
			m.Prompt = reader.CallPrompt()
		}
	}
	m.Answer = answerTo(i, n, job, reader)
	m.Incident, m.Severity = i.Ref(), i.Severity.String()
	if n.Purpose != incident.PurposeFollow {
		m.Plot = s.plot(i, reader)
	}
	return m
}

// answerTo is the button that answers a message where it is shown: it takes a
// page, or the notice to an engineer; in a room it says that one takes part.
func answerTo(i *incident.Incident, n incident.Notice, job Deliver, r text.Reader) *channel.Answer {
	take := &channel.Answer{Label: r.Take(), Says: "/ack " + i.Ref(), Open: r.Open()}
	switch {
	case n.Purpose == incident.PurposePage && !job.To.Room:
		take.Done = r.Taken()
		take.Pass = &channel.Press{Label: r.PassOn(), Says: "/pass " + i.Ref()}
		return take
	case n.Purpose == incident.PurposeNotice && job.To.Room:
		return &channel.Answer{Label: r.TakePart(), Says: "/join " + i.Ref()}
	case n.Purpose == incident.PurposeNotice && job.Does == directory.EngineeringTeam:
		return take
	}
	return nil
}

// Message carries words in a language over any channel.
func Message(w text.Words, lang string) channel.Message {
	m := channel.Message{Title: w.Title, Lines: w.Lines, PlotAlt: w.PlotAlt, Lang: lang}
	for _, f := range w.Fields {
		m.Fields = append(m.Fields, channel.Field{Label: f.Label, Value: f.Value})
	}
	for _, a := range w.Actions {
		m.Actions = append(m.Actions, channel.Action{Label: a.Label, URL: a.URL, Primary: a.Primary})
	}
	return m
}

// reader is who reads a message, and the link that it carries: one person's
// own, or for a room, which is nobody's, the incident's page.
func (s *Service) reader(i *incident.Incident, n incident.Notice, job Deliver, r *roster) (text.Reader, string) {
	if p, ok := r.people[job.To.ID]; ok {
		return text.Reader{Lang: p.Lang, Location: p.Location()}, s.links.Page(s.pass(n, job))
	}
	reader := text.Reader{Lang: "en", Location: time.UTC}
	for _, a := range r.audiences {
		if a.Lang != "" && slices.ContainsFunc(a.Rooms, func(c directory.Contact) bool { return c.ID == job.To.ID }) {
			reader.Lang = a.Lang
		}
	}
	for _, t := range r.teams { // a team's room speaks as most of its members do
		if slices.ContainsFunc(t.Rooms, func(c directory.Contact) bool { return c.ID == job.To.ID }) {
			reader = r.teamReader(t)
		}
	}
	return reader, s.links.Incident(i.Ref())
}

// pass is what the links in one person's message are for.
func (s *Service) pass(n incident.Notice, job Deliver) Pass {
	return Pass{Incident: job.Incident, Notice: n.ID, Person: job.To.ID, Method: job.Methods[0], Expires: s.now().Add(linkLife)}
}

func (r *roster) teamReader(t directory.Team) text.Reader {
	out := text.Reader{Lang: "en", Location: time.UTC}
	votes := map[string]int{}
	for _, id := range t.Members {
		p, ok := r.people[id]
		if !ok {
			continue
		}
		votes[p.Lang]++
		if votes[p.Lang] > votes[out.Lang] || len(votes) == 1 {
			out.Lang, out.Location = p.Lang, p.Location()
		}
	}
	return out
}

// plot draws what hurts; nil while there is nothing to draw. A plot that
// cannot be drawn does not hold up a message.
func (s *Service) plot(i *incident.Incident, r text.Reader) []byte {
	p := i.MainPlot()
	if p == nil {
		return nil
	}
	var marks []plot.Mark
	for _, m := range i.Moments() {
		marks = append(marks, plot.Mark{At: m.At, Label: r.Moment(m)})
	}
	series := incident.Series{Name: p.Title, Service: p.Service, Unit: p.Unit, Points: p.Points}
	png, err := plot.PNG(series, marks, plot.Options{Title: r.PlotTitle(*p), Lang: r.Lang, Location: r.Location, Band: &plot.Band{Low: p.Low, High: p.High, Label: r.Usual()}})
	if err != nil {
		s.log.Warn("the plot of a message was not drawn", "incident", i.ID, "err", err)
		return nil
	}
	return png
}
