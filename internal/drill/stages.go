package drill

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	noticed  = 90 * time.Second // until the monitoring must have seen the fault
	answered = 60 * time.Second // until everybody must have answered
	proven   = 75 * time.Second // until the proof of recovery must hold

	secondLook = 5500 * time.Millisecond // after the first signal: evidence was collected twice by then
)

// identify waits for the candidate that the signals open, and for its
// declaration: by the policy, or by the person on call.
func (d *Drill) identify(ctx context.Context) error {
	if err := d.find(ctx); err != nil {
		return err
	}
	v, err := d.look(ctx)
	if err != nil {
		return err
	}
	d.say("identify", "first signal: %s", v.Incident.Title)
	v, err = d.until(ctx, "verified", 20*time.Second, func(v *view) bool {
		return v.Incident.Verdict != nil && v.Incident.Verdict.Live || v.Incident.Number > 0
	})
	if err != nil {
		return err
	}
	if v.Incident.Verdict != nil {
		d.say("identify", "verdict %d of 100, %s", v.Incident.Verdict.Score, v.Incident.Verdict.Severity)
	}
	v, err = d.until(ctx, "declared", 12*time.Second, func(v *view) bool { return v.Incident.Number > 0 })
	if err != nil {
		d.say("identify", "the policy leaves it to the person on call: Budi declares")
		if err := d.do(ctx, d.cast.budi, "declare", map[string]any{"reason": d.words.declare}); err != nil {
			return err
		}
		if v, err = d.look(ctx); err != nil {
			return err
		}
	}
	d.ref = v.Ref
	took, _ := v.Incident.Since(incident.Detected, incident.DeclaredAt)
	d.say("identify", "declared as %s, %s, %.1f s after the first signal", v.Ref, v.Incident.Severity, took.Seconds())
	return nil
}

// find waits for the drill's candidate.
func (d *Drill) find(ctx context.Context) error {
	end := time.Now().Add(noticed)
	for {
		var found struct {
			Items []struct {
				ID    string    `json:"id"`
				Since time.Time `json:"since"`
			} `json:"items"`
		}
		if err := d.Admin.Call(ctx, "GET", "/api/incidents?drill=true&status=triage,investigating,mitigating&limit=1", nil, &found); err != nil {
			return err
		}
		if len(found.Items) > 0 {
			d.ref = found.Items[0].ID
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("no signal within %s of the fault", noticed)
		}
		if err := sleep(ctx, lookEvery); err != nil {
			return err
		}
	}
}

// inform has each player answer the message that they got, by its link.
func (d *Drill) inform(ctx context.Context) error {
	answering := []*player{d.cast.budi, d.cast.dewi, d.cast.sari, d.cast.andi, d.cast.rina}
	for _, p := range answering {
		if err := d.think(ctx); err != nil {
			return err
		}
		if err := d.answer(ctx, p); err != nil {
			return err
		}
	}
	v, err := d.until(ctx, "everybody knows", answered, func(v *view) bool { return v.Missing == 0 })
	if err != nil {
		return err
	}
	took, _ := v.Incident.Since(incident.DeclaredAt, incident.AckedAt)
	d.say("inform", "all %d who must know do; the first answered %.1f s after the declaration", len(v.Incident.WhoKnows()), max(0, took.Seconds()))
	return nil
}

// answer opens the link of a player's newest page or notice and acknowledges
// it. Somebody who was not asked has nothing to answer.
func (d *Drill) answer(ctx context.Context, p *player) error {
	end := time.Now().Add(15 * time.Second)
	for time.Now().Before(end) {
		for _, l := range d.cast.mail.of(p.ID) {
			for _, link := range l.Links {
				token, ok := tokenOf(link)
				if !ok {
					continue
				}
				var page struct{ State string }
				if err := p.Call(ctx, "GET", "/api/pages/"+token, nil, &page); err != nil {
					return err
				}
				if page.State != "open" {
					return nil
				}
				if err := p.Call(ctx, "POST", "/api/pages/"+token, map[string]any{"act": "acknowledge"}, nil); err != nil {
					return err
				}
				d.say("inform", "%s is on it (message %.1f s after the fault)", p.Name, l.Arrived.Sub(d.began).Seconds())
				return nil
			}
		}
		if err := sleep(ctx, lookEvery); err != nil {
			return err
		}
	}
	return nil
}

func tokenOf(link string) (string, bool) {
	_, token, ok := strings.Cut(link, "/a/")
	return token, ok
}

// investigate has the players look at what Sigap found, say what they see, and
// confirm the cause.
func (d *Drill) investigate(ctx context.Context) error {
	c := d.cast
	for _, role := range []struct {
		p    *player
		role incident.Role
	}{{c.rina, incident.Commander}, {c.budi, incident.Engineering}, {c.dewi, incident.Support}} {
		if err := d.do(ctx, role.p, "roles", map[string]any{"role": role.role, "person": role.p.ID}); err != nil {
			return err
		}
	}
	d.say("investigate", "Rina leads, Budi for engineering, Dewi for support")
	if err := d.reportUsers(ctx); err != nil {
		return err
	}
	v, err := d.until(ctx, "evidence is there", 25*time.Second, func(v *view) bool {
		return v.Incident.EvidenceOf("suspicions") != nil && time.Since(v.Incident.Milestones[incident.Detected]) > secondLook
	})
	if err != nil {
		return err
	}
	s := d.words.suspicion(v)
	d.say("investigate", "Sigap suspects: %s", s.words)
	if err := d.think(ctx); err != nil {
		return err
	}
	if err := d.do(ctx, c.budi, "findings", map[string]any{"says": "observation", "area": s.area, "text": s.words, "diff": s.diff}); err != nil {
		return err
	}
	if err := d.do(ctx, c.budi, "hypotheses", map[string]any{"text": s.hypothesis}); err != nil {
		return err
	}
	return d.confirm(ctx, s)
}

// reportUsers adds what users say, as many as the load really saw fail.
func (d *Drill) reportUsers(ctx context.Context) error {
	st := d.users.Recent(20*time.Second, "")
	count := max(1, st.Failures/4)
	words := d.words.failing
	if st.Failures == 0 {
		words = d.words.waiting
	}
	d.say("investigate", "Dewi: %d users report it", count)
	return d.do(ctx, d.cast.dewi, "reports", map[string]any{"words": words, "channel": "chat", "count": count})
}

// suspected is what the players make of the evidence.
type suspected struct {
	words, hypothesis, diff string
	area                    incident.Area
	change                  string // id of the suspected change
}

// suspicion takes what Sigap says to look at first, as an engineer under
// pressure does.
func (t script) suspicion(v *view) suspected {
	first, ok := v.first()
	if !ok {
		return suspected{words: t.nothing, hypothesis: t.dependency, area: incident.AreaInfrastructure}
	}
	s := suspected{words: cmp.Or(first.Service, first.Host) + ": " + first.Text, area: incident.AreaInfrastructure}
	switch first.Of {
	case incident.SuspectedError:
		s.hypothesis = fmt.Sprintf(t.log, first.Service, first.Text)
	case incident.SuspectedMeasure:
		s.hypothesis = fmt.Sprintf(t.measure, first.Text, cmp.Or(first.Service, first.Host))
	case incident.SuspectedChange:
		s.words, s.hypothesis, s.change, s.area = first.Text, fmt.Sprintf(t.change, first.Service, first.Text), first.Change, incident.AreaCode
		if c, ok := v.change(first.Change); ok {
			s.words, s.diff = fmt.Sprintf("%s, %s (%.2f)", c.Summary, c.Author, first.Score), c.Diff
			if c.Kind == incident.Config {
				s.area = incident.AreaConfiguration
			}
		}
	}
	return s
}

func (d *Drill) confirm(ctx context.Context, s suspected) error {
	v, err := d.look(ctx)
	if err != nil {
		return err
	}
	h := v.Incident.Hypotheses[len(v.Incident.Hypotheses)-1].ID
	if err := d.do(ctx, d.cast.sari, "hypotheses/"+h+"/evidence", map[string]any{"text": d.words.sameMoment + s.words}); err != nil {
		return err
	}
	if err := d.think(ctx); err != nil {
		return err
	}
	if s.change != "" {
		if err := d.do(ctx, d.cast.budi, "changes/"+s.change+"/judge", map[string]any{"state": "confirmed", "why": d.words.agree}); err != nil {
			return err
		}
	}
	if err := d.do(ctx, d.cast.budi, "cause", map[string]any{"hypothesis": h, "text": s.hypothesis, "area": s.area}); err != nil {
		return err
	}
	d.say("investigate", "cause confirmed by Budi")
	return nil
}

// act compares two ways, decides, assigns, carries out, and waits for the
// proof that it helped.
func (d *Drill) act(ctx context.Context) error {
	c, w := d.cast, d.words
	for _, o := range []map[string]any{
		{"track": "mitigation", "title": w.takeBack, "effect": w.takeBackEffect, "minutes": 2, "risk": w.low, "reversible": true},
		{"track": "mitigation", "title": w.restart, "effect": w.perhaps, "minutes": 1, "risk": w.comesBack, "reversible": true},
	} {
		if err := d.do(ctx, c.budi, "options", o); err != nil {
			return err
		}
	}
	v, err := d.look(ctx)
	if err != nil {
		return err
	}
	option := v.Incident.Options[0].ID
	for _, p := range []*player{c.budi, c.sari} {
		if err := d.do(ctx, p, "options/"+option+"/vote", nil); err != nil {
			return err
		}
	}
	if err := d.think(ctx); err != nil {
		return err
	}
	if v.Incident.Decision(incident.Mitigation) == nil {
		if err := d.do(ctx, c.rina, "decisions", map[string]any{"option": option, "reason": w.why}); err != nil {
			return err
		}
		d.say("act", "Rina decides: %s", v.Incident.Options[0].Title)
	}
	if err := d.carryOut(ctx); err != nil {
		return err
	}
	return d.prove(ctx)
}

// carryOut gives the work to Budi, who mends the shop.
func (d *Drill) carryOut(ctx context.Context) error {
	c := d.cast
	if err := d.do(ctx, c.rina, "tasks", map[string]any{"track": "mitigation", "title": d.words.task, "to": c.budi.ID, "due": time.Now().Add(10 * time.Minute)}); err != nil {
		return err
	}
	v, err := d.look(ctx)
	if err != nil {
		return err
	}
	task := v.Incident.Tasks[len(v.Incident.Tasks)-1].ID
	if err := d.do(ctx, c.budi, "tasks/"+task+"/answer", map[string]any{"accepted": true}); err != nil {
		return err
	}
	d.say("act", "Budi accepts and mends the shop")
	if err := d.faults.Recover(ctx, d.Fault); err != nil {
		return fmt.Errorf("mend the shop: %w", err)
	}
	return d.do(ctx, c.budi, "tasks/"+task+"/done", map[string]any{"result": d.words.result})
}

// prove waits until Sigap proposes the next step, with its proof, and takes it.
func (d *Drill) prove(ctx context.Context) error {
	v, err := d.until(ctx, "proof of recovery", proven, func(v *view) bool {
		return v.Incident.Proposed != nil && v.Incident.Proposed.Code == "recovered" || !v.Incident.Milestones[incident.MitigatedAt].IsZero()
	})
	if err != nil {
		if v == nil || v.Incident.Proposed == nil {
			return fmt.Errorf("%w: %s", err, standing(v))
		}
		d.say("act", "the measures are not back, the alerts have ended: Rina takes that as the end")
	}
	if v.Incident.Proposed != nil {
		d.say("act", "proof of recovery: %d of %d measures are back", good(v.Incident.Proofs), len(v.Incident.Proofs))
		if err := d.do(ctx, d.cast.rina, "status", map[string]any{"to": "monitoring"}); err != nil {
			return err
		}
	}
	if v, err = d.look(ctx); err != nil {
		return err
	}
	took, _ := v.Incident.Since(incident.ImpactStarted, incident.MitigatedAt)
	d.say("act", "mitigated: it hurt for %.0f s", took.Seconds())
	return nil
}

// standing says how the measures stand.
func standing(v *view) string {
	if v == nil || len(v.Incident.Proofs) == 0 {
		return "nothing is measured"
	}
	var all []string
	for _, p := range v.Incident.Proofs {
		how := "at most"
		if p.Above {
			how = "at least"
		}
		now := strconv.FormatFloat(p.Now, 'g', 4, 64)
		if p.Unknown {
			now = "unknown"
		}
		all = append(all, fmt.Sprintf("%s of %s is %s, %s %.4g is well", p.Title, p.Service, now, how, p.Limit))
	}
	return strings.Join(all, "; ")
}

func good(proofs []incident.Proof) int {
	n := 0
	for _, p := range proofs {
		if p.Good {
			n++
		}
	}
	return n
}

// update sends each audience what happened, and that it is over.
func (d *Drill) update(ctx context.Context) error {
	if err := d.sendUpdates(ctx); err != nil {
		return err
	}
	if err := d.think(ctx); err != nil {
		return err
	}
	v, err := d.look(ctx)
	if err != nil {
		return err
	}
	if v.Incident.Status.Open() {
		if err := d.do(ctx, d.cast.rina, "status", map[string]any{"to": "resolved"}); err != nil {
			return err
		}
	}
	d.say("update", "resolved; the last update says so")
	return d.sendUpdates(ctx)
}

func (d *Drill) sendUpdates(ctx context.Context) error {
	v, err := d.look(ctx)
	if err != nil {
		return err
	}
	for _, a := range v.Audiences {
		var draft struct {
			Text   incident.UpdateText `json:"text"`
			Number int                 `json:"number"`
		}
		if err := d.cast.rina.Call(ctx, "GET", "/api/incidents/"+d.ref+"/draft?audience="+a.ID, nil, &draft); err != nil {
			return err
		}
		if err := d.do(ctx, d.cast.rina, "updates", map[string]any{"audience": a.ID, "text": draft.Text}); err != nil {
			return err
		}
		d.say("update", "update %d to %s", draft.Number, a.Name)
	}
	return nil
}

// learn edits the draft, plans the meeting, promises an action of each kind,
// publishes and closes.
func (d *Drill) learn(ctx context.Context) error {
	if _, err := d.until(ctx, "the draft is there", 20*time.Second, func(v *view) bool { return v.Incident.Review != nil }); err != nil {
		return err
	}
	d.say("learn", "the post-mortem's draft is there")
	c := d.cast
	if err := c.budi.Call(ctx, "PATCH", "/api/incidents/"+d.ref+"/review", map[string]any{"parts": map[string]string{
		"lucky": d.words.lucky}}, nil); err != nil {
		return err
	}
	if err := c.rina.Call(ctx, "POST", "/api/incidents/"+d.ref+"/review/meeting", map[string]any{"at": time.Now().Add(48 * time.Hour), "minutes": 45, "where": d.words.room}, nil); err != nil {
		return err
	}
	for _, a := range []struct {
		what, title string
		owner       *player
	}{{"code", d.words.actions[0], c.budi}, {"monitoring", d.words.actions[1], c.sari}, {"sop", d.words.actions[2], c.rina}} {
		if err := d.do(ctx, c.rina, "actions", map[string]any{"what": a.what, "title": a.title, "owner": a.owner.ID, "due": time.Now().Add(7 * 24 * time.Hour)}); err != nil {
			return err
		}
	}
	if err := c.rina.Call(ctx, "POST", "/api/incidents/"+d.ref+"/review/publish", nil, nil); err != nil {
		return err
	}
	if err := d.do(ctx, c.rina, "close", nil); err != nil {
		return err
	}
	d.say("learn", "reviewed, three actions promised, published, closed")
	return nil
}
