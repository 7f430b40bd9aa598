package inform

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
	"github.com/sigap-dev/sigap/internal/text"
)

// TellSwap tells one person of a request to take shifts over: that they are
// asked, or what became of it.
type TellSwap struct {
	Swap   string `json:"swap"`
	Person string `json:"person"`
	Code   string `json:"code"`          // asked, accepted, declined, withdrawn
	Who    string `json:"who,omitempty"` // who accepted or declined
}

func (TellSwap) Kind() string { return "tell_swap" }

// RequestSwap keeps a request and tells those who are asked. Asked of nobody by
// name it goes to all others who take turns in the schedule's layers.
func (s *Service) RequestSwap(ctx context.Context, v oncall.Swap) (*oncall.Swap, error) {
	schedules, err := s.store.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(schedules, func(x oncall.Schedule) bool { return x.ID == v.Schedule })
	if at < 0 {
		return nil, incident.Errorf(incident.NotFound, "There is no such schedule.")
	}
	r, err := s.roster(ctx, false)
	if err != nil {
		return nil, err
	}
	if len(v.To) == 0 {
		v.To = slices.DeleteFunc(schedules[at].Rotation(), func(id string) bool { _, ok := r.people[id]; return id == v.By || !ok })
	}
	for _, id := range v.To {
		if p, ok := r.people[id]; !ok || !p.Right.Includes(incident.Responder) {
			return nil, incident.FieldError("to", "There is nobody with this id who may be on call.")
		}
	}
	plan, err := oncall.NewPlan(schedules[at])
	if err != nil {
		return nil, err
	}
	if err := v.Check(plan, s.now()); err != nil {
		return nil, err
	}
	if err := s.askedAlready(ctx, &v); err != nil {
		return nil, err
	}
	v.ID, v.State, v.Made, v.Declined, v.Agreed = s.newID(), oncall.SwapOpen, s.now(), nil, ""
	return &v, s.store.AddSwap(ctx, &v, tell(&v, v.To, "asked", "")...)
}

// askedAlready refuses a second request for the same time.
func (s *Service) askedAlready(ctx context.Context, v *oncall.Swap) error {
	open, err := s.store.Swaps(ctx, s.now())
	if err != nil {
		return err
	}
	for n := range open {
		o := &open[n]
		if o.Pending(s.now()) && o.Schedule == v.Schedule && o.By == v.By && o.From.Before(v.Until) && v.From.Before(o.Until) {
			return incident.Errorf(incident.Conflict, "You have asked for this time already. Take that request back first.")
		}
	}
	return nil
}

// AnswerSwap accepts or declines a request; accepted it is in the schedule with
// the same stroke.
func (s *Service) AnswerSwap(ctx context.Context, id, person string, accept bool) (*oncall.Swap, error) {
	return s.store.ChangeSwap(ctx, id, func(v *oncall.Swap, sch *oncall.Schedule) ([]incident.Job, error) {
		if !accept {
			if err := v.Decline(person, s.now()); err != nil || v.State == oncall.SwapOpen {
				return nil, err
			}
			return tell(v, []string{v.By}, "declined", person), nil
		}
		plan, err := oncall.NewPlan(*sch)
		if err != nil {
			return nil, err
		}
		overrides, err := v.Accept(plan, person, s.now())
		if err != nil {
			return nil, err
		}
		for n := range overrides {
			overrides[n].ID = s.newID()
		}
		sch.Overrides = append(sch.Overrides, overrides...)
		return tell(v, []string{v.By}, "accepted", person), nil
	})
}

// WithdrawSwap takes a request back, and tells those who have not declined it.
func (s *Service) WithdrawSwap(ctx context.Context, actor incident.Actor, id string) (*oncall.Swap, error) {
	return s.store.ChangeSwap(ctx, id, func(v *oncall.Swap, _ *oncall.Schedule) ([]incident.Job, error) {
		if actor.ID != v.By && !actor.Right.Includes(incident.Manager) {
			return nil, incident.Errorf(incident.Forbidden, "Only who asked, or a manager, takes a request back.")
		}
		asked := slices.DeleteFunc(slices.Clone(v.To), func(id string) bool { return slices.Contains(v.Declined, id) })
		if err := v.Withdraw(s.now()); err != nil {
			return nil, err
		}
		return tell(v, asked, "withdrawn", actor.ID), nil
	})
}

func tell(v *oncall.Swap, people []string, code, who string) []incident.Job {
	var jobs []incident.Job
	for _, id := range people {
		jobs = append(jobs, incident.Job{Args: TellSwap{Swap: v.ID, Person: id, Code: code, Who: who}})
	}
	return jobs
}

// TellSwap sends one person's message over their first channel that takes it,
// after their quiet hours, unless the shift begins before these end. A request
// that was answered meanwhile asks nobody any more.
func (s *Service) TellSwap(ctx context.Context, job TellSwap, _ Try) error {
	v, err := s.store.Swap(ctx, job.Swap)
	if err != nil {
		return err
	}
	r, err := s.roster(ctx, false)
	if err != nil {
		return err
	}
	p, ok := r.people[job.Person]
	if now := s.now(); !ok || job.Code == "asked" && !v.Waits(p.ID, now) || job.Code == "withdrawn" && !now.Before(v.Until) {
		return nil
	}
	if _, until, quiet := p.QuietAt(s.now()); quiet && until.Before(v.From) {
		return &Later{After: until.Sub(s.now()), Err: errors.New("wait for quiet hours to end")}
	}
	name, err := s.scheduleName(ctx, v.Schedule)
	if err != nil {
		return err
	}
	said := text.Swap{Code: job.Code, Schedule: name, By: r.people[v.By].Name, Who: r.people[job.Who].Name,
		From: v.From, Until: v.Until, Reason: v.Reason, Link: s.links.OnCall(), Now: s.now()}
	if v.Back != nil {
		said.BackFrom, said.BackUntil = v.Back.From, v.Back.Until
	}
	words := text.Reader{Lang: p.Lang, Location: p.Location()}.Swap(said)
	return s.tellPerson(ctx, p, Message(words, p.Lang), job.Swap+"/"+job.Code+"/"+p.ID)
}

func (s *Service) scheduleName(ctx context.Context, id string) (string, error) {
	schedules, err := s.store.Schedules(ctx)
	for _, v := range schedules {
		if v.ID == id {
			return v.Name, err
		}
	}
	return "", err
}

// tellPerson sends a message that belongs to no incident over a person's first
// channel that takes it. When none does, the last error decides whether and when
// it is tried again.
func (s *Service) tellPerson(ctx context.Context, p directory.Person, m channel.Message, id string) (err error) {
	for _, c := range directory.For(directory.Verified(p.Contacts), false) {
		ch, cerr := s.channels.Channel(ctx, c.Kind)
		if incident.Is(cerr, incident.NotFound) {
			continue
		}
		if err = cerr; err != nil {
			continue
		}
		m.ID = id + "/" + c.ID
		if _, err = ch.Send(ctx, c.Address, m); err == nil {
			return nil
		}
	}
	if ce, ok := errors.AsType[*channel.Error](err); ok {
		if !ce.Retry {
			return nil
		}
		return &Later{After: max(ce.After, time.Second), Err: err}
	}
	return err
}
