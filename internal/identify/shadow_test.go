package identify

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// shadows has a policy run in shadow.
func (w *world) shadows(change func(*incident.Policy)) *incident.ShadowPolicy {
	w.t.Helper()
	p := incident.DefaultPolicy()
	change(&p)
	w.must(w.service.PutShadow(w.t.Context(), rina(), p))
	got, err := w.store.Shadow(w.t.Context())
	w.must(err)
	return got
}

func (w *world) shadow() *ShadowReport {
	w.t.Helper()
	got, err := w.service.Shadow(w.t.Context())
	w.must(err)
	return got
}

func TestAPolicyInShadowDecidesBesideThePeopleAndDoesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.accept(alert("before", "billing", "critical"))
		w.clock.Turn(time.Second)
		eager := w.shadows(func(p *incident.Policy) { p.DeclareAt = 45 })

		w.accept(alert("grave", "payment", "critical"))
		w.turn(10 * time.Second)
		payment := w.all()[1]
		if s := payment.Shadow; s == nil || !s.Declares || s.Why != incident.ShadowScore || s.Shadow != eager.ID || payment.Status != incident.Triage {
			t.Fatalf("it is %s, in shadow %+v; want a candidate that is declared in shadow alone", payment.Status, s)
		}
		w.turn(10 * time.Minute) // nobody answers: the policy in force declares
		w.accept(alert("noise", "cron", "critical"))
		w.turn(10 * time.Second)
		_, err := w.service.Dismiss(t.Context(), rina(), w.all()[2].ID, "It was nothing.")
		w.must(err)
		w.accept(alert("mild", "web", "info"))
		w.turn(10 * time.Second)
		w.declare(w.all()[3].ID, incident.SEV2)
		brief := alert("brief", "search", "critical")
		w.accept(brief)
		w.turn(10 * time.Second)
		w.accept(resolved(brief))
		w.turn(time.Minute)
		w.accept(alert("new", "mail", "critical"))
		w.turn(10 * time.Second)

		got := w.shadow()
		outcomes := map[string]ShadowOutcome{}
		for _, c := range got.Cases {
			outcomes[c.Incident.Service] = c.Outcome
		}
		for service, want := range map[string]ShadowOutcome{"billing": "", "payment": ShadowAgreed, "cron": ShadowFalseAlarm, "web": ShadowMissed, "search": ShadowUnclear, "mail": ShadowOpen} {
			if outcomes[service] != want {
				t.Errorf("%s is %q, want %q", service, outcomes[service], want)
			}
		}
		if got.Unpaged != 1 || got.Lead == nil || got.Lead.Round(time.Minute) != 5*time.Minute {
			t.Errorf("%d unpaged, earlier by %v; want 1 and five minutes", got.Unpaged, got.Lead)
		}
		if i := w.all()[1]; i.Shadow.InForce != "silence" {
			t.Errorf("in force it was declared by %q", i.Shadow.InForce)
		}
		w.verified()
	})
}

func TestTheSilenceThatCountsInShadowIsThatOfPeople(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.shadows(func(p *incident.Policy) { p.DeclareAt, p.SilenceLimit = 101, 10*time.Minute })
	w.accept(alert("nobody", "payment", "critical"))
	w.turn(time.Second)
	w.accept(alert("answered", "search", "critical"))
	w.turn(time.Minute)
	w.join(w.all()[1].ID)
	ended := alert("ended", "mail", "critical")
	w.accept(ended)
	w.turn(6 * time.Minute) // in force, the first is declared
	w.accept(resolved(ended))
	w.turn(10 * time.Minute)
	if all := w.all(); all[0].Shadow.Why != incident.ShadowSilence || all[1].Shadow.Declares || all[2].Shadow.Declares {
		t.Errorf("in shadow: %+v, %+v, %+v; want the first declared, after silence", all[0].Shadow, all[1].Shadow, all[2].Shadow)
	}
	if lead := w.shadow().Lead; lead == nil || lead.Round(time.Minute) != -5*time.Minute {
		t.Errorf("it declares earlier by %v, want five minutes later", lead)
	}
}

func TestThePolicyThatIsPutInForceIsTheOneThatWasLookedAt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		first := w.shadows(func(p *incident.Policy) { p.DeclareAt = 45 })
		second := w.shadows(func(p *incident.Policy) { p.DeclareAt = 50 })
		if err := w.service.AdoptShadow(t.Context(), first.ID); !incident.Is(err, incident.Conflict) {
			t.Errorf("one that was replaced: %v", err)
		}
		w.must(w.service.AdoptShadow(t.Context(), second.ID))
		if p, err := w.store.Policy(t.Context()); err != nil || p.DeclareAt != 50 {
			t.Errorf("in force is %+v, %v", p, err)
		}
		if got := w.shadow(); got.Shadow != nil {
			t.Errorf("in shadow is still %+v", got.Shadow)
		}
		if err := w.service.AdoptShadow(t.Context(), second.ID); !incident.Is(err, incident.Conflict) {
			t.Errorf("once more: %v", err)
		}
		w.shadows(func(*incident.Policy) {})
		w.must(w.service.DropShadow(t.Context()))
		w.accept(alert("a", "payment", "critical"))
		w.turn(10 * time.Second)
		if i := w.one(); i.Shadow != nil {
			t.Errorf("with none in shadow: %+v", i.Shadow)
		}
		if err := w.service.PutShadow(t.Context(), rina(), incident.Policy{}); !incident.Is(err, incident.Invalid) {
			t.Errorf("a policy that is none: %v", err)
		}
	})
}
