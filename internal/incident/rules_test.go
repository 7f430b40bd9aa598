package incident

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func declared() Fact { return Declared{Number: 7, Severity: SEV1} }

func page(id string, to Recipient) Notice {
	return Notice{ID: id, Purpose: PurposePage, To: []Recipient{to}}
}

func onCall() Recipient { return Recipient{Person: person(rina()), Team: "Payments"} }

func receipt(notice string, to Recipient, method string, s Reach) Receipt {
	return Receipt{Notice: notice, Purpose: PurposePage, To: to, Channel: "slack", Method: method, State: s}
}

func TestOfTwoReceiptsTheOneThatTellsMoreStays(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ first, second, want Reach }{
		"a late acceptance does not undo an acknowledgement": {AckedBy, Accepted, AckedBy},
		"nor does a late failure":                            {AckedBy, FailedToSend, AckedBy},
		"nor a late opening":                                 {AckedBy, OpenedBy, AckedBy},
		"a failure is mended by an acceptance":               {FailedToSend, Accepted, Accepted},
		"a later failure of what was accepted is not shown":  {Accepted, FailedToSend, Accepted},
		"who declined may take it after all":                 {DeclinedBy, AckedBy, AckedBy},
		"who took it may pass it on":                         {AckedBy, DeclinedBy, DeclinedBy},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := recorded(t, System(), page("n1", onCall()), receipt("n1", onCall(), "m1", tt.first), receipt("n1", onCall(), "m1", tt.second))
			if got := i.Receipts[0].State; got != tt.want || len(i.Receipts) != 1 {
				t.Errorf("%s then %s shows %s in %d receipts, want %s in one", tt.first, tt.second, got, len(i.Receipts), tt.want)
			}
		})
	}
}

func TestNobodyIsLoudUntilSomebodyOfTheTeamIsReached(t *testing.T) {
	t.Parallel()
	support := Recipient{Person: person(budi()), Team: "Support"}
	update := Receipt{Notice: "n2", Purpose: PurposeUpdate, To: onCall(), Channel: "email", Method: "m2", State: Delivered}
	tests := map[string]struct {
		nobody Unreached
		then   Fact
		loud   bool
	}{
		"one of the team is reached":          {Unreached{Team: "Payments", Code: "all-failed"}, receipt("n1", onCall(), "m1", Accepted), false},
		"one of another team is reached":      {Unreached{Team: "Payments", Code: "all-failed"}, receipt("n1", support, "m1", Accepted), true},
		"one of another team takes it":        {Unreached{Team: "Payments", Code: "all-failed"}, receipt("n1", support, "m1", AckedBy), false},
		"an update arrives":                   {Unreached{Team: "Payments", Code: "no-method"}, update, true},
		"all were asked: the next is reached": {Unreached{Team: "Payments", Code: "exhausted"}, receipt("n1", onCall(), "m1", Delivered), true},
		"all were asked: one takes it":        {Unreached{Team: "Payments", Code: "exhausted"}, receipt("n1", onCall(), "m1", AckedBy), false},
		"all were asked: one declines":        {Unreached{Team: "Payments", Code: "exhausted"}, receipt("n1", onCall(), "m1", DeclinedBy), true},
		"nobody is asked any more: another's": {Unreached{Team: "Payments", Code: "stopped"}, receipt("n1", support, "m1", AckedBy), true},
		"nobody is asked any more: one's own": {Unreached{Team: "Payments", Code: "stopped"}, receipt("n1", onCall(), "m1", AckedBy), false},
		"somebody comes by themselves":        {Unreached{Team: "Payments", Code: "exhausted"}, Joined{}, false},
		"it is no incident":                   {Unreached{Team: "Payments", Code: "exhausted"}, DismissedAs{Reason: "r"}, false},
		"another message fails":               {Unreached{Code: "no-method"}, receipt("n1", onCall(), "m1", FailedToSend), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := recorded(t, rina(), page("n1", onCall()), tt.nobody, tt.then)
			if got := i.NobodyYet != nil; got != tt.loud {
				t.Errorf("loud = %v, want %v", got, tt.loud)
			}
		})
	}
}

func TestOnlyAnActOfAPersonIsTakingPart(t *testing.T) {
	t.Parallel()
	token := Actor{Kind: SenderActor, ID: "token", Name: "deploy bot"}
	tests := map[string]struct {
		by   Actor
		fact Fact
		want []Person
	}{
		"joining":                           {rina(), Joined{}, []Person{person(rina())}},
		"a note":                            {rina(), Note{Text: "x"}, []Person{person(rina())}},
		"a finding":                         {rina(), Finding{ID: "f"}, []Person{person(rina())}},
		"a finding of a program":            {token, Finding{ID: "f"}, nil},
		"a program that joins":              {token, Joined{}, nil},
		"taking a role":                     {rina(), RoleTaken{Role: Commander, Person: person(rina())}, []Person{person(rina())}},
		"being given a role":                {rina(), RoleTaken{Role: Commander, Person: person(budi())}, nil},
		"being given a task":                {budi(), Task{ID: "t", To: person(rina())}, nil},
		"an acknowledgement":                {rina(), receipt("n", onCall(), "m", AckedBy), []Person{person(rina())}},
		"an opened link":                    {rina(), receipt("n", onCall(), "m", OpenedBy), nil},
		"passing a page on":                 {rina(), receipt("n", onCall(), "m", DeclinedBy), nil},
		"what Sigap does is nobody's doing": {System(), Hypothesis{ID: "h"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, recorded(t, tt.by, tt.fact).People); diff != "" {
				t.Errorf("who takes part (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhoKnowsListsEachPersonOnceWithTheBestOfEachChannel(t *testing.T) {
	t.Parallel()
	support := Recipient{Person: person(budi()), Team: "Support"}
	room := Recipient{Person: Person{"room", "#ops"}, Team: "Payments", Room: true}
	other := Recipient{Person: Person{"eka", "Eka"}, Team: "Management"}
	i := recorded(t, rina(),
		page("n1", onCall()), receipt("n1", onCall(), "m1", Accepted), receipt("n1", onCall(), "m1", AckedBy),
		Notice{ID: "n2", Purpose: PurposeNotice, To: []Recipient{onCall(), support, room}},
		Notice{ID: "n3", Purpose: PurposeUpdate, To: []Recipient{other}},
		receipt("n2", support, "m2", FailedToSend),
		Waived{Person: person(budi()), Reason: "on leave"})
	all := i.WhoKnows()
	if len(all) != 2 {
		t.Fatalf("%d people must know, want 2: %+v", len(all), all)
	}
	if k := all[0]; k.ID != "rina" || !k.Knows || k.After != 2*time.Second || len(k.Receipts) != 1 {
		t.Errorf("who acknowledged: %+v", k)
	}
	if k := all[1]; k.ID != "budi" || k.Knows || !k.Waived || k.Receipts[0].State != FailedToSend {
		t.Errorf("who was waived: %+v", k)
	}
}

func TestWhatWasAcknowledgedBeforeAReopeningNoLongerCounts(t *testing.T) {
	t.Parallel()
	taken := []Fact{declared(), page("n1", onCall()), receipt("n1", onCall(), "m1", AckedBy)}
	i := recorded(t, rina(), taken...)
	if !i.TeamKnows("Payments") || !i.Acknowledged("rina") || i.TeamKnows("Support") {
		t.Error("the acknowledgement of a member does not count for exactly the team")
	}
	i = recorded(t, rina(), append(taken, StatusSet{To: Monitoring}, StatusSet{From: Monitoring, To: Investigating, Reason: "back"})...)
	if i.TeamKnows("Payments") || i.Acknowledged("rina") {
		t.Error("after a reopening the old acknowledgement still counts: nobody would be paged")
	}
	i = recorded(t, rina(), append(taken, StatusSet{To: Mitigating})...)
	if !i.TeamKnows("Payments") {
		t.Error("a step forward took the acknowledgement away")
	}
}

func TestAStepReachesItsMilestonesAndAStepBackTakesTheLaterOnes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		steps []Status
		want  map[Milestone]int // the second at which it was reached
	}{
		{"straight on", []Status{Mitigating, Monitoring, StatusResolved, Reviewing, Closed}, map[Milestone]int{MitigatedAt: 3, ResolvedAt: 4, ReviewedAt: 5, ClosedAt: 6}},
		{"resolved at once", []Status{StatusResolved}, map[Milestone]int{MitigatedAt: 2, ResolvedAt: 2}},
		{"reopened", []Status{StatusResolved, Investigating}, map[Milestone]int{}},
		{"watched again", []Status{Monitoring, StatusResolved, Monitoring}, map[Milestone]int{MitigatedAt: 2}},
		{"resolved again", []Status{Monitoring, StatusResolved, Monitoring, StatusResolved}, map[Milestone]int{MitigatedAt: 2, ResolvedAt: 5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := []Fact{declared()}
			for _, s := range tt.steps {
				list = append(list, StatusSet{To: s})
			}
			i := recorded(t, rina(), list...)
			for _, m := range []Milestone{MitigatedAt, ResolvedAt, ReviewedAt, ClosedAt} {
				want, reached := tt.want[m]
				if got := i.Milestones[m]; reached && !got.Equal(start.Add(time.Duration(want)*time.Second)) || !reached && !got.IsZero() {
					t.Errorf("%s = %v, want second %d (reached: %v)", m, got, want, reached)
				}
			}
		})
	}
}

func TestWhoMayMoveAnIncidentWhere(t *testing.T) {
	t.Parallel()
	published := []Fact{declared(), StatusSet{To: Reviewing}, ReviewDrafted{}, Published{At: start}}
	tests := []struct {
		name   string
		facts  []Fact
		to     Status
		reason string
		code   Code // of the refusal; empty: it may
	}{
		{"on", []Fact{declared()}, Mitigating, "", ""},
		{"steps may be skipped", []Fact{declared()}, StatusResolved, "", ""},
		{"where it is", []Fact{declared()}, Investigating, "", Conflict},
		{"a candidate", nil, Mitigating, "", Conflict},
		{"to triage", []Fact{declared()}, Triage, "r", Invalid},
		{"to dismissed", []Fact{declared()}, Dismissed, "r", Invalid},
		{"back without a reason", []Fact{declared(), StatusSet{To: Monitoring}}, Investigating, "", Invalid},
		{"back with a reason", []Fact{declared(), StatusSet{To: Monitoring}}, Investigating, "it is back", ""},
		{"closed without a review", []Fact{declared(), StatusSet{To: StatusResolved}}, Closed, "", Conflict},
		{"closed after the review", published, Closed, "", ""},
		{"out of a dismissal", []Fact{declared(), DismissedAs{Reason: "r"}}, Investigating, "r", Conflict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := recorded(t, rina(), tt.facts...).MayMove(tt.to, tt.reason)
			var e *Error
			if errors.As(err, &e); (e == nil) != (tt.code == "") || e != nil && e.Code != tt.code {
				t.Errorf("MayMove(%s, %q) = %v, want %q", tt.to, tt.reason, err, tt.code)
			}
		})
	}
}

func TestOnlyAManagerTheCommanderOrALeadAssigns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		actor Actor
		role  Role
		may   bool
	}{
		{"a responder", rina(), "", false},
		{"a manager", budi(), "", true},
		{"an admin", Actor{Kind: PersonActor, ID: "a", Right: Admin}, "", true},
		{"a viewer who commands", Actor{Kind: PersonActor, ID: "rina", Right: Viewer}, Commander, true},
		{"the engineering lead", rina(), Engineering, true},
		{"the support lead", rina(), Support, true},
		{"the scribe", rina(), Scribe, false},
		{"the communications lead", rina(), Communications, false},
		{"nobody", Actor{Kind: PersonActor}, "", false},
		{"Sigap", System(), "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := recorded(t, budi(), declared())
			if tt.role != "" {
				i = recorded(t, budi(), declared(), RoleTaken{Role: tt.role, Person: person(tt.actor)})
			}
			if err := i.MayAssign(tt.actor); (err == nil) != tt.may {
				t.Errorf("MayAssign = %v, want allowed %v", err, tt.may)
			}
		})
	}
}

func TestRecoveredWhenEveryMeasureHasHeld(t *testing.T) {
	t.Parallel()
	good := Proof{ID: "a", Good: true, Since: start, Hold: time.Minute}
	bad := Proof{ID: "b", Hold: time.Minute}
	unknown := Proof{ID: "b", Good: true, Unknown: true, Since: start, Hold: time.Minute}
	tests := []struct {
		name   string
		proofs []Proof
		after  time.Duration
		want   bool
	}{
		{"nothing is watched", nil, time.Hour, false},
		{"not yet held", []Proof{good}, 59 * time.Second, false},
		{"held", []Proof{good}, time.Minute, true},
		{"one is bad", []Proof{good, bad}, time.Hour, false},
		{"one is not known", []Proof{good, unknown}, time.Hour, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := &Incident{Proofs: tt.proofs}
			if got := i.Recovered(start.Add(tt.after)); got != tt.want {
				t.Errorf("recovered = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAProposalEndsWithItsReason(t *testing.T) {
	t.Parallel()
	firing := SignalJoined{Alert: JoinedAlert{ID: "a", State: AlertFiring}}
	tests := []struct {
		name  string
		code  string
		then  Fact
		stays bool
	}{
		{"an alert returns", "alerts-ended", firing, false},
		{"the measure is bad again", "recovered", Proof{ID: "p"}, false},
		{"an alert returns while the measures are good", "recovered", firing, true},
		{"the step is taken", "recovered", StatusSet{To: Monitoring}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := recorded(t, System(), declared(), StepProposed{To: Monitoring, Code: tt.code}, tt.then)
			if got := i.Proposed != nil; got != tt.stays {
				t.Errorf("proposed = %v, want %v", got, tt.stays)
			}
		})
	}
}

func TestTheOnsetMovesTheStartOfTheImpactUnlessAPersonSaidIt(t *testing.T) {
	t.Parallel()
	onset := Evidence{Check: "errors", Source: "p", Onset: start.Add(-3 * time.Minute)}
	if got := recorded(t, System(), declared(), onset).Milestones[ImpactStarted]; !got.Equal(onset.Onset) {
		t.Errorf("impact started %v, want the onset", got)
	}
	i := &Incident{}
	e := NewEdit(i, System(), start)
	e.Record(Opened{ID: "i1", Impact: start.Add(-time.Hour)})
	e.Record(onset)
	if got := i.Milestones[ImpactStarted]; !got.Equal(start.Add(-time.Hour)) {
		t.Errorf("impact started %v, want what was said", got)
	}
}

func TestAStormKeepsTheRecordSmall(t *testing.T) {
	t.Parallel()
	i := &Incident{}
	e := NewEdit(i, System(), start)
	e.Record(Opened{ID: "i1", Service: "payment"})
	for n := range 300 {
		e.Record(SignalJoined{Alert: JoinedAlert{ID: string(rune(1000 + n)), Service: "payment", State: AlertFiring}})
	}
	if len(i.Alerts) != 200 {
		t.Errorf("%d alerts in the record, want 200", len(i.Alerts))
	}
}
