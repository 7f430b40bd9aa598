package incident

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTheRailSaysWhereEachStageStands(t *testing.T) {
	t.Parallel()
	told := Notice{ID: "n", Purpose: PurposeNotice, To: []Recipient{onCall()}}
	clock := ClockSet{Clock: Clock{Audience: "all", Name: "All", Every: 10 * time.Minute, Due: start.Add(10 * time.Minute)}}
	action := Action{ID: "x", Due: start.Add(time.Hour)}
	tests := []struct {
		name  string
		facts []Fact
		after time.Duration
		want  string // stage:progress:code
	}{
		{"a fresh candidate", nil, 0, "identify:now:collecting inform:ahead:notYet investigate:ahead:notYet act:ahead:notYet update:ahead:notYet learn:ahead:grows"},
		{"a judged one", []Fact{Judged{Verdict: Verdict{Score: 60}}}, 0, "identify:now:awaiting"},
		{"a dismissed one", []Fact{Unreached{Code: "nobody"}, DismissedAs{Reason: "r"}}, 0, "identify:done:dismissed inform:ahead:notYet"},
		{"declared", []Fact{declared()}, 0, "identify:done:verified inform:ahead:notYet investigate:now:searching act:now:noOption"},
		{"told", []Fact{declared(), told}, time.Minute, "inform:now:missing"},
		{"told, and nobody answers", []Fact{declared(), told}, 6 * time.Minute, "inform:late:missing"},
		{"told and known", []Fact{declared(), told, receipt("n", onCall(), "m", AckedBy)}, 6 * time.Minute, "inform:done:allKnow"},
		{"told and waived", []Fact{declared(), told, Waived{Person: person(rina()), Reason: "r"}}, 6 * time.Minute, "inform:done:allKnow"},
		{"nobody reached", []Fact{declared(), Unreached{Code: "nobody"}}, 0, "inform:late:nobody"},
		{"nobody reached, and over", []Fact{declared(), Unreached{Code: "nobody"}, StatusSet{To: StatusResolved}}, 0, "inform:ahead:notYet"},
		{"a hypothesis", []Fact{declared(), Hypothesis{ID: "h"}}, 0, "investigate:now:hypotheses"},
		{"the cause", []Fact{declared(), CauseConfirmed{Text: "c"}}, 0, "investigate:done:cause"},
		{"an option", []Fact{declared(), Option{ID: "o", Track: Mitigation}}, 0, "act:now:options"},
		{"decided", []Fact{declared(), Decided{Track: Mitigation}}, 0, "act:now:unassigned"},
		{"assigned", []Fact{declared(), Decided{Track: Mitigation}, Task{ID: "t"}}, 0, "act:now:tasks"},
		{"assigned and declined", []Fact{declared(), Decided{Track: Mitigation}, Task{ID: "t"}, TaskAnswered{Task: "t"}}, 0, "act:now:unassigned"},
		{"mitigated", []Fact{declared(), StatusSet{To: Monitoring}}, 0, "act:done:mitigated"},
		{"mitigated, the fix under way", []Fact{declared(), Task{ID: "t"}, StatusSet{To: Monitoring}}, 0, "act:now:fixing"},
		{"an update owed", []Fact{declared(), clock}, time.Minute, "update:now:next"},
		{"an update late", []Fact{declared(), clock}, 11 * time.Minute, "update:late:overdue"},
		{"a dismissed one owes none", []Fact{declared(), clock, DismissedAs{Reason: "r"}}, 11 * time.Minute, "update:ahead:notYet"},
		{"all updates sent", []Fact{declared(), clock, UpdateSent{Audience: "all", Final: true}}, time.Hour, "update:done:allSent"},
		{"a draft", []Fact{declared(), ReviewDrafted{}}, 0, "learn:now:draft"},
		{"published without actions", []Fact{declared(), ReviewDrafted{}, Published{}}, 0, "learn:now:noActions"},
		{"published, an action open", []Fact{declared(), ReviewDrafted{}, action, Published{}}, 0, "learn:now:actionsOpen"},
		{"an action late", []Fact{declared(), ReviewDrafted{}, action, Published{}}, 2 * time.Hour, "learn:late:actionsLate"},
		{"all actions done", []Fact{declared(), ReviewDrafted{}, action, Published{}, ActionSet{Action: "x", Done: true}}, 2 * time.Hour, "learn:done:learned"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := recorded(t, rina(), tt.facts...)
			have := map[string]bool{}
			var all []string
			for _, s := range i.Rail(start.Add(tt.after)) {
				said := fmt.Sprintf("%s:%s:%s", s.Stage, s.Progress, s.Code)
				have[said] = true
				all = append(all, said)
			}
			for want := range strings.FieldsSeq(tt.want) {
				if !have[want] {
					t.Errorf("the rail lacks %s; it says %v", want, all)
				}
			}
		})
	}
}

func TestThereIsOneNextMove(t *testing.T) {
	t.Parallel()
	option, decided := Option{ID: "o", Track: Mitigation}, Decided{Option: "o", Track: Mitigation}
	clock := ClockSet{Clock: Clock{Audience: "all", Every: 10 * time.Minute, Due: start.Add(10 * time.Minute)}}
	good := Proof{ID: "p", Good: true, Since: start}
	tests := []struct {
		name  string
		facts []Fact
		after time.Duration
		want  Move
	}{
		{"a candidate", nil, 0, MoveDeclare},
		{"a dismissed one", []Fact{DismissedAs{Reason: "r"}}, 0, MoveNothing},
		{"declared", []Fact{declared()}, 0, MoveOption},
		{"nobody knows", []Fact{declared(), Unreached{Code: "nobody"}}, 0, MoveReach},
		{"an update is due soon", []Fact{declared(), clock}, 9 * time.Minute, MoveUpdate},
		{"an update is due later", []Fact{declared(), clock}, 7 * time.Minute, MoveOption},
		{"a hypothesis is open", []Fact{declared(), Hypothesis{ID: "h"}}, 0, MoveConfirm},
		{"an option waits", []Fact{declared(), Hypothesis{ID: "h"}, option}, 0, MoveDecide},
		{"decided", []Fact{declared(), option, decided}, 0, MoveAssign},
		{"assigned", []Fact{declared(), option, decided, Task{ID: "t"}}, 0, MoveFinish},
		{"recovered", []Fact{declared(), option, decided, Task{ID: "t"}, good}, time.Minute, MoveMitigated},
		{"watched", []Fact{declared(), StatusSet{To: Monitoring}}, 0, MoveResolve},
		{"resolved with a draft", []Fact{declared(), StatusSet{To: StatusResolved}, ReviewDrafted{}}, 0, MoveAction},
		{"an action promised", []Fact{declared(), StatusSet{To: StatusResolved}, ReviewDrafted{}, Action{ID: "x"}}, 0, MovePublish},
		{"published", []Fact{declared(), StatusSet{To: Reviewing}, ReviewDrafted{}, Action{ID: "x"}, Published{}}, 0, MoveClose},
		{"closed", []Fact{declared(), StatusSet{To: Closed}}, 0, MoveNothing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := recorded(t, rina(), tt.facts...).Next(start.Add(tt.after)); got != tt.want {
				t.Errorf("next = %q, want %q", got, tt.want)
			}
		})
	}
}
