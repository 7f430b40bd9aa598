package identify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	inboxBatch   = 256                    // accepted bodies applied in one commit
	lookAnyway   = time.Second            // the inbox is looked at without a wake-up, for what another process or life accepted
	noteRepeats  = 5 * time.Second        // how often repeats are written
	anyOpen      = 50                     // how many open records a user's report is compared with that names no service
	pauseOnError = 200 * time.Millisecond // before a failed application is tried again
	triesAlone   = 3                      // how often a body is tried by itself before it is set aside
)

// Run applies what is accepted until ctx ends.
func (s *Service) Run(ctx context.Context) {
	look, note := time.NewTicker(lookAnyway), time.NewTicker(noteRepeats)
	defer look.Stop()
	defer note.Stop()
	for {
		s.drain(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-look.C:
			if _, err := s.Release(ctx); err != nil {
				s.log.Warn("alerts whose window may be over were not looked for", "err", err)
			}
		case <-note.C:
			s.writeRepeats(ctx)
			s.noteRules(ctx)
			s.expire(ctx)
			s.missBeats(ctx)
		}
	}
}

// drain applies until the inbox is empty. A batch that cannot be applied is
// tried one body at a time, and a body that cannot, again and again, is set
// aside, loudly: it must not keep those behind it. A store that does not answer
// for a moment costs no body its place.
func (s *Service) drain(ctx context.Context) {
	limit, failed := inboxBatch, 0
	for ctx.Err() == nil {
		n, err := s.Apply(ctx, limit)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			failed = 0
			if n == 0 {
				return
			}
			continue
		case limit > 1:
			limit = 1
			continue
		}
		body, known := errors.AsType[*unapplied](err)
		if failed++; known && failed >= triesAlone {
			s.log.Error("a signal cannot be applied and is set aside", "err", err)
			if err := s.store.SetAside(ctx, body.id); err == nil {
				failed = 0
				continue
			}
			s.log.Error("the store does not take it either", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pauseOnError):
		}
	}
}

// unapplied is why bodies were not applied, and the first of them.
type unapplied struct {
	id  string
	err error
}

func (e *unapplied) Error() string { return fmt.Sprintf("apply body %s: %v", e.id, e.err) }
func (e *unapplied) Unwrap() error { return e.err }

// Apply applies up to limit accepted bodies in one commit and gives how many.
func (s *Service) Apply(ctx context.Context, limit int) (n int, err error) {
	r, err := s.rules(ctx)
	if err != nil {
		return 0, err
	}
	var release time.Time
	err = s.store.InTx(ctx, func(tx Tx) error {
		ids, bodies, err := tx.Inbox(limit)
		n = len(bodies)
		if err != nil || n == 0 {
			return err
		}
		b := newBatch(tx, r, s.now(), s.newID)
		if err := b.apply(bodies); err != nil {
			return &unapplied{ids[0], err}
		}
		release = b.release
		return nil
	})
	if err == nil {
		s.held.lookAt(release)
	}
	return n, err
}

// batch is one application: what is decided in memory first and written after.
type batch struct {
	tx      Tx
	now     time.Time
	newID   func() string
	rules   *rules
	policy  incident.Policy
	catalog catalog
	open    []*incident.Incident
	classes map[*incident.Incident][]string // of the alerts that each open one has
	words   map[string]weighed              // of classes
	order   []*plan
	plans   map[*incident.Incident]*plan
	alerts  map[seenKey]*incident.Alert
	dirty   map[*incident.Alert]bool // to be written, each once
	changed []*incident.Alert        // the same, in order
	release time.Time                // when the first of what it holds is to be released
}

func newBatch(tx Tx, r *rules, now time.Time, newID func() string) *batch {
	return &batch{tx: tx, now: now, newID: newID, rules: r, policy: r.policy, catalog: r.catalog,
		plans: map[*incident.Incident]*plan{}, classes: map[*incident.Incident][]string{}, words: map[string]weighed{}, alerts: map[seenKey]*incident.Alert{}, dirty: map[*incident.Alert]bool{}}
}

// plan is what is to be recorded on one incident.
type plan struct {
	incident *incident.Incident // as it was; of a new one only what grouping looks at
	fresh    bool
	key      Key
	joins    []joining
	reports  []incident.Reported
}

type joining struct {
	alert *incident.Alert
	why   incident.JoinReason // empty: it belongs there already
	with  string
	group string // what others join it by, as a rule says
	at    time.Time
}

func (b *batch) apply(bodies []string) error {
	arrivals := make([]arrival, len(bodies))
	for n, body := range bodies {
		if err := json.Unmarshal([]byte(body), &arrivals[n]); err != nil {
			return fmt.Errorf("read an accepted body: %w", err)
		}
	}
	return b.take(arrivals)
}

// take decides about arrivals, the oldest first, and writes what follows.
func (b *batch) take(arrivals []arrival) error {
	for n := range arrivals {
		b.rules.routed(&arrivals[n])
	}
	if err := b.load(arrivals); err != nil {
		return err
	}
	if err := b.loadOpen(arrivals); err != nil {
		return err
	}
	for _, a := range arrivals {
		for _, sig := range a.Signals {
			b.signal(a, sig)
		}
		for n, r := range a.Reports {
			count := 1
			if n < len(a.Counts) {
				count = a.Counts[n]
			}
			b.report(a, r, count)
		}
	}
	if err := b.tx.PutAlerts(b.changed); err != nil { // first: a candidate is judged by how many of its alerts fire
		return err
	}
	for _, p := range b.order {
		if err := b.write(p); err != nil {
			return err
		}
	}
	return nil
}

// load looks up the alerts that the arrivals speak of.
func (b *batch) load(arrivals []arrival) error {
	identities := map[string][]string{}
	for _, a := range arrivals {
		for _, sig := range a.Signals {
			k := seenKey{a.Key.ID, sig.Identity}
			if _, asked := b.alerts[k]; !asked {
				b.alerts[k] = nil
				identities[a.Key.ID] = append(identities[a.Key.ID], sig.Identity)
			}
		}
	}
	for key, ids := range identities {
		found, err := b.tx.Alerts(key, ids)
		if err != nil {
			return err
		}
		for identity, alert := range found {
			b.alerts[seenKey{key, identity}] = alert
		}
	}
	return nil
}

// signal brings one alert up to date and notes what its incident is to hear.
func (b *batch) signal(a arrival, sig incident.Signal) {
	k := seenKey{a.Key.ID, sig.Identity}
	alert := b.alerts[k]
	if a.Released {
		b.released(alert, a)
		return
	}
	if alert == nil {
		if sig.State != incident.Firing {
			return // the end of something that Sigap never heard of
		}
		alert = &incident.Alert{ID: b.newID(), Key: a.Key.ID}
		b.alerts[k] = alert
	}
	before, severity := alert.State, alert.Signal.Severity
	b.touch(alert)
	if !a.Ahead {
		alert.Count++
	}
	alert.Last = a.At
	if sig.State == incident.Acknowledged {
		return // somebody has it in the sender's own tool; it still fires
	}
	if sig.State == incident.Resolved {
		sig = resolvedSignal(alert.Signal, sig)
	}
	alert.Signal = sig
	switch sig.State {
	case incident.Resolved:
		alert.State = incident.AlertResolved
		if before == incident.AlertFiring || before == incident.AlertSilent {
			endSpell(alert, a.At)
			b.tell(alert, a)
		}
	default:
		alert.State = incident.AlertFiring
		b.fires(alert, a, before, severity)
	}
}

// fires says of an alert that fires what is new: that it does, or that it got
// graver or milder. What a window covers joins nothing meanwhile.
func (b *batch) fires(alert *incident.Alert, a arrival, before incident.AlertState, severity string) {
	sig, wasHeld := &alert.Signal, alert.Held
	news := before != incident.AlertFiring
	if news {
		alert.First = firstOf(sig.StartedAt, a.At)
		if sig.Ruled != nil {
			b.rules.own.Matched(sig.Ruled.Rule, b.now)
		}
	}
	graver := b.policy.Urgency(sig.Severity) < b.policy.Urgency(severity)
	if (news || graver || wasHeld != nil) && b.hold(alert, a, news) {
		switch {
		case before == incident.AlertSilent:
			b.tell(alert, a)
		case news: // the incident that it belonged to may end without it
			alert.Incident = ""
		}
		return
	}
	switch {
	case news, wasHeld != nil, graver: // graver is news, whatever became of the milder one
		b.join(alert, a, b.heldTill(wasHeld, news, graver))
	case sig.Severity != severity:
		b.tell(alert, a)
	}
}

// touch has an alert written, once.
func (b *batch) touch(alert *incident.Alert) {
	if !b.dirty[alert] {
		b.dirty[alert] = true
		b.changed = append(b.changed, alert)
	}
}

// resolvedSignal keeps of a resolved alert what its sender no longer says.
func resolvedSignal(before, now incident.Signal) incident.Signal {
	before.State, before.EndedAt, before.ExpiresAt = incident.Resolved, now.EndedAt, time.Time{}
	return before
}

// firstOf is when an alert began: as its sender says, unless that is absurd.
func firstOf(said, heard time.Time) time.Time {
	if said.IsZero() || said.After(heard) || heard.Sub(said) > 24*time.Hour {
		return heard
	}
	return said
}

// tell notes that an alert's state changed, on the incident that it belongs to.
func (b *batch) tell(alert *incident.Alert, a arrival) {
	for _, i := range b.open {
		if i.ID == alert.Incident {
			p := b.plan(i, a.Key)
			p.joins = append(p.joins, joining{alert: alert, at: a.At})
			return
		}
	}
}

// whyOf is why an alert that belongs to i joined it, which a storm's tail is
// not told of.
func whyOf(i *incident.Incident, alertID string) (why incident.JoinReason, with string) {
	for _, a := range i.Alerts {
		if a.ID == alertID {
			return a.Why, a.With
		}
	}
	return incident.SameService, ""
}

// join finds the incident that an alert belongs to, or opens one. Released is
// why it was held till now.
func (b *batch) join(alert *incident.Alert, a arrival, released *incident.Held) {
	sig := &alert.Signal
	i, why, with := b.choose(alert, a)
	if i == nil {
		i = &incident.Incident{ID: b.newID(), Title: sig.Title, Service: sig.Service, Environment: sig.Environment, Drill: a.Key.Drill,
			Status: incident.Triage, Milestones: map[incident.Milestone]time.Time{incident.Detected: a.At}}
		b.open = append([]*incident.Incident{i}, b.open...)
		b.plan(i, a.Key).fresh = true
		switch i.Apart = why == incident.OnItsOwn; {
		case i.Apart:
		case released != nil:
			why, with = afterHold(released)
		default:
			why, with = incident.FirstAlert, ""
		}
	}
	alert.Incident = i.ID
	b.noteClass(i, sig)
	p := b.plan(i, a.Key)
	p.joins = append(p.joins, joining{alert: alert, why: why, with: with, group: b.noteRule(b.rules.own.Group(sig), i), at: a.At})
}

func (b *batch) plan(i *incident.Incident, key Key) *plan {
	p := b.plans[i]
	if p == nil {
		p = &plan{incident: i, key: key}
		b.plans[i] = p
		b.order = append(b.order, p)
	}
	return p
}

// report lays a user's report on the incident that it most likely is about, or
// opens a candidate for it.
func (b *batch) report(a arrival, r incident.Report, count int) {
	best := b.about(r, a.Key.Drill)
	if best == nil {
		best = &incident.Incident{ID: b.newID(), Title: clip(r.Words, 120), Service: r.Service, Environment: b.catalog.services[r.Service].Environment, Drill: a.Key.Drill,
			Status: incident.Triage, Milestones: map[incident.Milestone]time.Time{incident.Detected: a.At}}
		if !b.policy.Production(best.Environment) {
			best.Environment = "" // users report what they use, wherever the service was seen first
		}
		b.open = append([]*incident.Incident{best}, b.open...)
		b.plan(best, a.Key).fresh = true
	}
	if r.ID == "" {
		r.ID = b.newID()
	}
	r.At = a.At
	p := b.plan(best, a.Key)
	p.reports = append(p.reports, incident.Reported{Report: r, Count: count})
}

// about finds the open incident that a user's report is about; nil if none.
func (b *batch) about(r incident.Report, drill bool) *incident.Incident {
	for _, i := range b.open {
		if i.Drill != drill || !b.policy.Production(i.Environment) {
			continue
		}
		if r.Service == "" || r.Service == i.Service || slices.Contains(i.Affected, r.Service) || b.catalog.graph.Neighbours(r.Service, i.Service) {
			return i
		}
	}
	return nil
}

// clip shortens s to at most n characters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
