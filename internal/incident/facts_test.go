package incident

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var start = time.Date(2027, 3, 2, 2, 0, 0, 0, time.UTC)

func rina() Actor { return Actor{Kind: PersonActor, ID: "rina", Name: "Rina", Right: Responder} }
func budi() Actor { return Actor{Kind: PersonActor, ID: "budi", Name: "Budi", Right: Manager} }

func person(a Actor) Person { return Person{ID: a.ID, Name: a.Name} }

// facts has one or more facts of each kind, with all of their fields.
func facts() []Fact {
	to := Recipient{Person: person(rina()), Team: "Payments"}
	window := Window{From: start, To: start.Add(time.Hour)}
	why := map[string]string{"a": "b"}
	return []Fact{
		Opened{ID: "i1", Title: "Checkout fails", Service: "payment", Environment: "production", Drill: true, Impact: start.Add(-time.Minute)},
		Retitled{Title: "Nobody can pay"},
		SignalJoined{Alert: JoinedAlert{ID: "a1", Source: "grafana", Sender: "eu", Title: "t", Service: "payment", Severity: "critical", Value: "7 %", URL: "https://x", State: AlertFiring, Why: FirstAlert}},
		SignalJoined{Alert: JoinedAlert{ID: "a2", Title: "u", Service: "cart", State: AlertResolved, Why: Neighbour, With: "payment"}, More: 996},
		SignalJoined{Alert: JoinedAlert{ID: "a3", Title: "v", State: AlertFiring, Why: ByRule, With: "Regions: region eu", Ruled: &Ruled{Rule: "r1", Name: "Carts", Service: "cart", From: "web", AtMost: SEV3, AtLeast: SEV4, Quiet: true}}, Groups: []string{RuleGroup("r2", "region eu")}},
		Judged{Verdict: Verdict{Score: 85, Severity: SEV1, Production: true, Live: true, Checks: []Check{{Code: "urgent", State: CheckYes, Weight: 30, Args: why}}}},
		Shadowed{Shadow: "p2", Pages: true, Declares: true, Why: ShadowScore, Score: 65, Limit: 60, Severity: SEV2},
		Evidence{
			Check: "errors", Source: "prometheus", State: EvidenceFound, Code: "errorsUp", Args: why, Window: window, Took: time.Second, Onset: start.Add(-2 * time.Minute),
			Patterns: []LogPattern{{Kind: "new", Template: "x <*>", Count: 3, Factor: 2.5, First: start, Samples: []string{"x 1"}, Spark: []float64{1}}},
			Apart:    []Attribute{{Where: []Property{{"region", "eu"}}, Alike: []Property{{"host", "web-1"}}, Errors: 9, Others: 3, OfErrors: 0.9, OfOthers: 0.1}},
			Plots:    []Plot{{Title: "errors", Service: "payment", Unit: "ratio", High: 0.01, Peak: 0.4, Points: []Point{{At: start, Value: 0.4}}}},
			Suspects: []Suspect{{Metric: "m", Kind: "origin", At: start, Labels: why, Reasons: []Reason{{Code: "c", Args: why}}, Spark: []float64{2}}},
			Changes:  []ChangeSuspect{{Change: Change{ID: "c1", Kind: Deploy, Summary: "s", StartedAt: start, EndedAt: start}, Score: 0.8, Reasons: []Reason{{Code: "c"}}}},
			Earlier:  []Occurrence{{ID: "i0", Ref: "INC-1", At: start, Lasted: time.Hour, Open: []string{"o"}, Alike: 0.5}},
		},
		SeveritySet{From: SEV1, To: SEV2, Reason: "fewer users"},
		Declared{Number: 7, Severity: SEV1, Policy: "score", Reason: "r"},
		DismissedAs{Reason: "a test"}, EndedBySelf{}, MergedInto{Other{ID: "i2", Ref: "INC-2", Title: "t"}},
		TookOver{Other: Other{ID: "i3", Ref: "INC-3", Title: "t"}, Services: []string{"cart", "search"}, Alerts: []JoinedAlert{{ID: "a3", Title: "v", Service: "search", State: AlertFiring, Why: ByHand}},
			LastFire: start, Reports: []Report{{ID: "r2", Words: "no", Noticed: start, At: start}}, ReportCount: 2, People: []Person{person(rina())}, Impact: start.Add(-time.Hour)},
		SplitOff{Other: Other{ID: "i4"}, Alerts: []string{"a2"}}, SplitFrom{Other: Other{ID: "i4", Ref: "INC-4"}, Alerts: []JoinedAlert{{ID: "a4", Service: "mail", State: AlertFiring, Why: SplitByHand}}},
		ChangeJudged{Change: "c1", State: "confirmed", Why: "w"},

		Notice{ID: "n1", Purpose: PurposePage, To: []Recipient{to}}, Notice{ID: "n2", Purpose: PurposeUpdate, Update: "u1", To: []Recipient{{Person: Person{"room", "#ops"}, Room: true}}},
		Receipt{Notice: "n1", Purpose: PurposePage, To: to, Channel: "slack", Method: "m1", State: Accepted, Thread: "t"},
		Receipt{Notice: "n1", Purpose: PurposePage, To: to, Channel: "slack", Method: "m1", State: AckedBy},
		Receipt{Notice: "n1", Purpose: PurposePage, To: to, Channel: "email", Method: "m2", State: FailedToSend, Detail: "no such mailbox"},
		Escalated{Team: "Payments", To: to, Step: 1, Code: "timeout"}, Unreached{Team: "Payments", Code: "exhausted"},
		Required{Teams: []RequiredTeam{{Name: "Payments", Members: []string{"rina"}}, {Name: "Support"}}},
		Waived{Person: person(rina()), Reason: "on a plane"},
		RoomOpened{Channel: "slack", ID: "C0NEW", Name: "inc-142-checkout", URL: "https://slack.com/app_redirect?channel=C0NEW"},

		Joined{}, RoleTaken{Role: Commander, Person: person(budi())}, Note{Text: "Looking."},
		Finding{ID: "f1", Says: CauseFound, Area: AreaCode, Text: "retry without end", Diff: "-a\n+b", From: 3},
		Hypothesis{ID: "h1", Text: "the deploy"}, HypothesisJudged{ID: "h1", State: Refuted, Why: "older"},
		EvidenceLinked{Hypothesis: "h1", Text: "for", Entry: 2}, EvidenceLinked{Hypothesis: "h1", Against: true, Text: "against"},
		Reported{Report: Report{ID: "r1", Words: "cannot pay", Noticed: start, At: start}, Count: 12},
		CauseConfirmed{Hypothesis: "h1", Text: "pool too small", Area: AreaConfiguration, Factors: []string{"no limit"}},
		Pinned{Seq: 2}, Pinned{Seq: 2, Off: true}, Corrected{Seq: 4, Text: "better words"},

		Option{ID: "o1", Track: Mitigation, Title: "Roll back", Minutes: 5, Reversible: true}, Option{ID: "o2", Track: Fix, Title: "Bound the pool"},
		Voted{Option: "o1"}, Decided{Option: "o1", Track: Mitigation, Title: "Roll back", Reason: "fastest"}, Decided{Option: "o2", Track: Fix, Title: "Bound the pool", Reason: "lasting"},
		Task{ID: "t1", Track: Mitigation, Title: "do it", To: person(rina()), Due: start.Add(time.Hour)},
		TaskAnswered{Task: "t1", Title: "do it", Accepted: true}, TaskAnswered{Task: "t1", Title: "do it", Why: "asleep"}, TaskDone{Task: "t1", Title: "do it", Result: "done"},
		Proof{ID: "p1", Title: "errors", Limit: 0.01, Now: 0.4, Hold: time.Minute, Spark: []float64{0.4}}, Proof{ID: "p1", Title: "errors", Limit: 0.01, Good: true, Since: start, Hold: time.Minute},
		StepProposed{To: Monitoring, Code: "recovered"}, StatusSet{From: Investigating, To: Mitigating}, StatusSet{To: Monitoring}, StatusSet{To: StatusResolved}, StatusSet{To: Reviewing}, StatusSet{To: Closed},

		ClockSet{Clock: Clock{Audience: "all", Name: "All", Every: time.Minute, Due: start.Add(time.Minute), People: 3}},
		UpdateDue{Audience: "all", Name: "All", Due: start, Late: true},
		UpdateSent{ID: "u1", Number: 1, Audience: "all", Text: UpdateText{Status: "s", Impact: "i", Done: "d", Next: "n"}, NextDue: start.Add(time.Hour), WasDue: start},

		ReviewDrafted{Review: Review{Lang: "en", Title: "t"}}, ReviewEdited{Parts: map[string]string{"summary": "s", "lucky": "l"}},
		MeetingSet{ID: "m1", At: start, Minutes: 45, Attendees: []Person{person(rina())}},
		Action{ID: "x1", What: CodeFix, Title: "bound it", Owner: person(rina()), Due: start.Add(24 * time.Hour)}, ActionSet{Action: "x1", Title: "bound it", Done: true, Proof: "https://x"},
		Published{At: start},
		Graded{Grades: []Grade{{Check: "errors", Mark: MarkWrong}}}, Graded{Grades: []Grade{{Check: "errors", Mark: MarkAside, Why: Reason{Code: "onlyEffect"}}, {Check: "logs", Mark: MarkRight, Why: Reason{Code: "pointedAt", Args: why}}}},
	}
}

func TestEveryKindOfFactIsAmongTheTested(t *testing.T) {
	t.Parallel()
	tested := map[Kind]bool{}
	for _, f := range facts() {
		tested[f.Kind()] = true
	}
	for kind := range kinds {
		if !tested[kind] {
			t.Errorf("no fact of kind %q is in facts()", kind)
		}
	}
	if len(tested) != len(kinds) {
		t.Errorf("facts() has %d kinds, the table has %d: two facts share a kind, or one is not in the table", len(tested), len(kinds))
	}
}

// operate records facts one operation each, as the store does it: the record is
// written and read again between two.
func operate(t interface{ Fatal(...any) }, list []Fact, actors []Actor) (*Incident, []Entry) {
	i := &Incident{ID: "i1"}
	var all []Entry
	for n, f := range list {
		e := NewEdit(i, actors[n%len(actors)], start.Add(time.Duration(n)*time.Second))
		e.Record(f)
		all = append(all, e.Entries()...)
		doc, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		i = &Incident{}
		if err := json.Unmarshal(doc, i); err != nil {
			t.Fatal(err)
		}
	}
	return i, all
}

func TestAnyTimelineReplaysToTheRecordThatWasKept(t *testing.T) {
	t.Parallel()
	list := facts()
	actors := []Actor{System(), rina(), budi(), {Kind: SenderActor, ID: "k1", Name: "grafana"}}
	rapid.Check(t, func(t *rapid.T) {
		chosen := []Fact{list[0]}
		for _, n := range rapid.SliceOfN(rapid.IntRange(1, len(list)-1), 0, 60).Draw(t, "facts") {
			chosen = append(chosen, list[n])
		}
		shuffled := rapid.Permutation(actors).Draw(t, "actors")
		kept, entries := operate(t, chosen, shuffled)
		replayed, err := Replay(entries)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(inJSON(t, replayed), inJSON(t, kept)); diff != "" {
			t.Fatalf("the record that was kept is not its timeline's (-replayed +kept):\n%s", diff)
		}
	})
}

func inJSON(t interface{ Fatal(...any) }, i *Incident) string {
	doc, err := json.MarshalIndent(i, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func TestReplayNamesTheFirstEntryThatWasTamperedWith(t *testing.T) {
	t.Parallel()
	_, whole := operate(t, facts()[:9], []Actor{rina()})
	alter := func(n int, change func(*Entry)) []Entry {
		out := append([]Entry(nil), whole...)
		change(&out[n])
		return out
	}
	tests := map[string]struct {
		entries []Entry
		says    string
	}{
		"its words":              {alter(3, func(e *Entry) { e.Data = json.RawMessage(`{"alert":{}}`) }), "entry 4 of i1 was altered"},
		"its author":             {alter(3, func(e *Entry) { e.Actor.Name = "Budi" }), "entry 4 of i1 was altered"},
		"what acted":             {alter(3, func(e *Entry) { e.Actor.Kind = SystemActor }), "entry 4 of i1 was altered"},
		"its kind":               {alter(3, func(e *Entry) { e.Kind = "note" }), "entry 4 of i1 was altered"},
		"the time of the fact":   {alter(3, func(e *Entry) { e.At = e.At.Add(time.Microsecond) }), "entry 4 of i1 was altered"},
		"the time of the record": {alter(3, func(e *Entry) { e.Recorded = e.Recorded.Add(time.Microsecond) }), "entry 4 of i1 was altered"},
		"the incident":           {alter(3, func(e *Entry) { e.Incident = "i2" }), "entry 4 of i2 was altered"},
		"its hash alone":         {alter(3, func(e *Entry) { e.Hash = strings.Repeat("0", 64) }), "entry 4 of i1 was altered"},
		"its words and its hash": {alter(3, func(e *Entry) { e.Data = json.RawMessage(`{"alert":{}}`); e.Hash = e.sum() }), "entry 5 of i1 does not follow the one before it"},
		"one is cut out":         {append(append([]Entry(nil), whole[:3]...), whole[4:]...), "entry 4 of i1 is missing: the next one is 5"},
		"the first is cut off":   {whole[1:], "entry 1 of i1 is missing: the next one is 2"},
		"one is slipped in":      {append(append(append([]Entry(nil), whole[:4]...), whole[3]), whole[4:]...), "entry 5 of i1 is missing: the next one is 4"},
		"two are exchanged":      {alter(3, func(e *Entry) { *e = whole[4] }), "entry 4 of i1 is missing: the next one is 5"},
		"an unknown kind":        {alter(3, func(e *Entry) { e.Kind = "later"; e.Hash = e.sum() }), `entry 4 of i1 has the unknown kind "later"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Replay(tt.entries); err == nil || err.Error() != tt.says {
				t.Errorf("replay says %v, want %q", err, tt.says)
			}
		})
	}
	if _, err := Replay(whole); err != nil {
		t.Errorf("an untouched timeline does not replay: %v", err)
	}
}

func BenchmarkReplay(b *testing.B) {
	list, random := facts(), rand.New(rand.NewPCG(1, 2))
	chosen := []Fact{list[0]}
	for range 1000 {
		chosen = append(chosen, list[1+random.IntN(len(list)-1)])
	}
	_, entries := operate(b, chosen, []Actor{rina(), budi()})
	b.ReportMetric(float64(len(entries)), "entries")
	for b.Loop() {
		if _, err := Replay(entries); err != nil {
			b.Fatal(err)
		}
	}
}

// recorded is an incident on which facts were recorded a second apart.
func recorded(t *testing.T, by Actor, list ...Fact) *Incident {
	t.Helper()
	i, _ := operate(t, append([]Fact{Opened{ID: "i1", Title: "Checkout fails", Service: "payment", Environment: "production"}}, list...), []Actor{by})
	return i
}

func ExampleReplay() {
	i := &Incident{ID: "i1"}
	e := NewEdit(i, System(), start)
	e.Record(Opened{ID: "i1", Title: "Checkout fails"})
	e.Record(Declared{Number: 142, Severity: SEV1})
	replayed, err := Replay(e.Entries())
	fmt.Println(replayed.Ref(), replayed.Status, err)
	// Output: INC-142 investigating <nil>
}
