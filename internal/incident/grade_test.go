package incident

import (
	"math"
	"testing"
)

// spoke is an incident of payment in which the checks said what they say in
// these tests: changes suspects c1 before c2, metrics names cart and payment,
// logs payment, suspicions c2 and cart.
func spoke() *Incident {
	change := func(id, service string) Change { return Change{ID: id, Service: service, Summary: "deploy " + service} }
	return &Incident{Service: "checkout", Evidence: []Evidence{
		{Check: "errors", Source: "prometheus", State: EvidenceFound, Code: "errorsUp"},
		{Check: "changes", Source: "sigap", State: EvidenceFound, Changes: []ChangeSuspect{{Change: change("c1", "payment")}, {Change: change("c2", "cart")}}},
		{Check: "metrics", Source: "prometheus", State: EvidenceFound, Suspects: []Suspect{{Service: "cart", Metric: "pool_used"}, {Host: "shop-1", Metric: "disk_used"}}},
		{Check: "logs", Source: "loki", State: EvidenceFound, Patterns: []LogPattern{{Service: "payment", Template: "pool exhausted after <*> s"}}},
		{Check: "recurrence", Source: "sigap", State: EvidenceFound, Earlier: []Occurrence{{Ref: "INC-7"}}},
		{Check: "probe", Source: "sigap", State: EvidenceNothing, Code: "probeUp"},
	}}
}

func TestTheAgreedCauseGradesTheChecks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cause   string
		changes map[string]Opinion
		want    map[string]Mark
	}{
		"no cause is known": {
			want: map[string]Mark{"errors": MarkAside, "changes": "", "metrics": "", "logs": "", "recurrence": ""},
		},
		"a change was confirmed": {
			cause:   "The deploy of payment made checkout fail.",
			changes: map[string]Opinion{"c1": {State: "confirmed"}},
			want:    map[string]Mark{"errors": MarkAside, "changes": MarkRight, "metrics": MarkWrong, "logs": MarkRight, "recurrence": ""},
		},
		"the words name a machine": {
			cause: "The disk of shop-1 was full.",
			want:  map[string]Mark{"errors": MarkAside, "changes": MarkWrong, "metrics": MarkRight, "logs": MarkWrong, "recurrence": ""},
		},
		"the words name a service of which a change is suspected": {
			cause: "Payment ran out of connections.",
			want:  map[string]Mark{"errors": MarkAside, "changes": "", "metrics": MarkWrong, "logs": MarkRight, "recurrence": ""},
		},
		"all changes were cleared": {
			cause:   "The bank did not answer.",
			changes: map[string]Opinion{"c1": {State: "cleared"}, "c2": {State: "cleared"}},
			want:    map[string]Mark{"errors": MarkAside, "changes": MarkWrong, "metrics": "", "logs": "", "recurrence": ""},
		},
		"it is the same as an earlier one": {
			cause: "As in INC-7.",
			want:  map[string]Mark{"errors": MarkAside, "changes": "", "metrics": "", "logs": "", "recurrence": MarkRight},
		},
	} {
		i := spoke()
		i.Changes = c.changes
		if c.cause != "" {
			i.Cause = &CauseConfirmed{Text: c.cause}
		}
		got := i.GradesNow()
		if len(got) != len(c.want) {
			t.Errorf("%s: %d checks are graded, want the %d that spoke", name, len(got), len(c.want))
		}
		for _, g := range got {
			if want, ok := c.want[g.Check]; !ok || g.Mark != want || g.Why.Code == "" {
				t.Errorf("%s: %s is graded %q (%s), want %q with a reason", name, g.Check, g.Mark, g.Why.Code, want)
			}
		}
	}
}

func TestWhatStandsFurtherDownThanPeopleReadIsNoClaim(t *testing.T) {
	t.Parallel()
	i := &Incident{Cause: &CauseConfirmed{Text: "The bank did not answer."}, Evidence: []Evidence{{Check: "logs", State: EvidenceFound,
		Patterns: []LogPattern{{Service: "a1"}, {Service: "a2"}, {Service: "a3"}, {Service: "bank"}}}}}
	if g := i.GradesNow()[0]; g.Mark != MarkWrong {
		t.Errorf("the fourth of its claims makes the check %q, want wrong", g.Mark)
	}
}

func TestAPersonsGradeStandsBeforeAGuess(t *testing.T) {
	t.Parallel()
	i := spoke()
	i.Cause = &CauseConfirmed{Text: "The disk of shop-1 was full."}
	e := NewEdit(i, rina(), start)
	e.Record(Graded{Grades: []Grade{{Check: "metrics", Mark: MarkWrong}}})
	for _, g := range i.GradesNow() {
		if g.Check == "metrics" && (g.Mark != MarkWrong || g.By.ID != "rina") {
			t.Errorf("metrics is graded %+v, want wrong, by Rina", g)
		}
	}
}

func TestFewCasesProveLittle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		right, wrong int
		low, high    float64
		poor         bool
	}{
		{0, 0, 0, 1, false},
		{3, 0, 0.438, 1, false},
		{0, 3, 0, 0.562, false},
		{0, 4, 0, 0.490, true},
		{8, 2, 0.490, 0.943, false},
		{80, 20, 0.711, 0.867, false},
		{2, 10, 0.047, 0.448, true},
	} {
		r := CheckRecord{Right: c.right, Wrong: c.wrong, Aside: 5}
		low, high := r.Bounds()
		if math.Abs(low-c.low) > 0.001 || math.Abs(high-c.high) > 0.001 || r.Poor() != c.poor {
			t.Errorf("%d of %d: %.3f to %.3f, poor %t; want %.3f to %.3f, %t", c.right, c.right+c.wrong, low, high, r.Poor(), c.low, c.high, c.poor)
		}
		if w := r.Weight(); w < 0.5 || w > 1 {
			t.Errorf("%d of %d weighs %.2f", c.right, c.right+c.wrong, w)
		}
	}
}

func TestANameIsMentionedOnlyAsAWordOfItsOwn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"the Cart is slow": true, "cart: timeout": true, "cart-db": true, "a cartel": false, "discart": false, "": false, "kart Cart": true} {
		if Mentions(text, "cart") != want {
			t.Errorf("%q mentions cart: %t, want %t", text, !want, want)
		}
	}
	if Mentions("anything", "") {
		t.Error("no name is mentioned")
	}
}
