package text

import (
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// everyFact is one fact of each kind, as bare as it can be.
func everyFact() []incident.Fact {
	return []incident.Fact{
		incident.Opened{}, incident.SignalJoined{}, incident.Judged{}, incident.Shadowed{Why: incident.ShadowScore}, incident.Shadowed{Why: incident.ShadowSilence}, incident.Shadowed{Why: incident.ShadowBelow, Pages: true},
		incident.Shadowed{Why: incident.ShadowMild}, incident.Shadowed{Why: incident.ShadowElsewhere}, incident.Shadowed{Why: incident.ShadowQuiet}, incident.Evidence{}, incident.SeveritySet{}, incident.Declared{}, incident.DismissedAs{},
		incident.EndedBySelf{}, incident.MergedInto{}, incident.MergedInto{Other: incident.Other{Ref: "INC-2", Title: "t"}}, incident.TookOver{}, incident.SplitOff{}, incident.SplitFrom{}, incident.Retitled{}, incident.ChangeJudged{},
		incident.Notice{Purpose: incident.PurposeNotice}, incident.Notice{Purpose: incident.PurposePage}, incident.Notice{Purpose: incident.PurposeUpdate}, incident.Notice{Purpose: incident.PurposeFollow, Code: "resolved"},
		incident.Receipt{State: incident.Queued}, incident.Receipt{State: incident.Accepted}, incident.Receipt{State: incident.Delivered}, incident.Receipt{State: incident.OpenedBy},
		incident.Receipt{State: incident.AckedBy}, incident.Receipt{State: incident.DeclinedBy}, incident.Receipt{State: incident.FailedToSend, Channel: "none", Detail: "no-method"},
		incident.Escalated{Code: "timeout"}, incident.Required{Teams: []incident.RequiredTeam{{Name: "Payments"}, {Name: "Support"}}}, incident.Unreached{Code: "exhausted"}, incident.Waived{}, incident.RoomOpened{Channel: "slack"},
		incident.Joined{}, incident.RoleTaken{Role: incident.Commander}, incident.Note{}, incident.Finding{Says: incident.RuledOut, Area: incident.AreaUser}, incident.Hypothesis{},
		incident.HypothesisJudged{State: incident.Supported}, incident.EvidenceLinked{}, incident.EvidenceLinked{Against: true}, incident.Reported{}, incident.CauseConfirmed{Area: incident.AreaCode}, incident.Pinned{}, incident.Pinned{Off: true}, incident.Corrected{},
		incident.Option{Track: incident.Fix}, incident.Voted{}, incident.Voted{Back: true}, incident.Decided{Track: incident.Fix}, incident.Task{}, incident.TaskAnswered{}, incident.TaskAnswered{Accepted: true}, incident.TaskDone{},
		incident.Proof{}, incident.Proof{Good: true}, incident.Proof{Unknown: true}, incident.StepProposed{To: incident.Monitoring, Code: "recovered"}, incident.StepProposed{To: incident.StatusResolved, Code: "alerts-ended"},
		incident.StatusSet{From: incident.Monitoring, To: incident.Investigating}, incident.StatusSet{From: incident.Mitigating, To: incident.Monitoring}, incident.StatusSet{From: incident.Monitoring, To: incident.StatusResolved}, incident.StatusSet{From: incident.StatusResolved, To: incident.Closed},
		incident.ClockSet{}, incident.ClockSet{Clock: incident.Clock{Due: clockOf("14:00:00")}}, incident.UpdateDue{}, incident.UpdateDue{Late: true}, incident.UpdateSent{},
		incident.ReviewDrafted{}, incident.ReviewEdited{Parts: map[string]string{"lucky": ""}}, incident.MeetingSet{}, incident.Action{What: incident.CodeFix}, incident.ActionSet{}, incident.ActionSet{Done: true}, incident.Published{},
		incident.Graded{Grades: []incident.Grade{{Check: "logs", Mark: incident.MarkWrong}}}, incident.Graded{Grades: []incident.Grade{{Check: "logs", Mark: incident.MarkRight, Why: incident.Reason{Code: "pointedAt"}}}},
	}
}

var icons = " signal scale send pin check users user alert wrench list clock chat flag book undo "

func TestEveryKindOfEntryHasWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, r := range readers() {
		for _, f := range everyFact() {
			var i incident.Incident
			edit := incident.NewEdit(&i, budi, clockOf("14:00:00"))
			edit.Record(incident.Opened{ID: "0190000000000000000000000000c142"})
			line := r.Entry(*edit.Record(f))
			wrong := ""
			switch {
			case strings.TrimSpace(line.Text) == "" || strings.ContainsAny(line.Text+line.Detail, "{}[]"):
				wrong = "no words"
			case looksLikeKey(line.Text) || looksLikeKey(line.Detail):
				wrong = "a key for words"
			case !strings.Contains(icons, " "+line.Icon+" "):
				wrong = "an unknown icon"
			case !strings.Contains(" key signal support ok minor plain loud ", " "+line.Tone+" "):
				wrong = "an unknown tone"
			}
			if wrong != "" {
				t.Errorf("%s: %s has %s: %+v", r.Lang, f.Kind(), wrong, line)
			}
		}
	}
}

// looksLikeKey finds a key of the catalog that was not found in it.
func looksLikeKey(s string) bool {
	for _, word := range strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" *·:,()", c) }) {
		if at := strings.IndexByte(word, '.'); at > 2 && at < len(word)-1 && !strings.ContainsAny(word, "0123456789/") {
			return true
		}
	}
	return false
}

func TestAnEntryOfANewerVersionStillShows(t *testing.T) {
	t.Parallel()
	line := Reader{}.Entry(incident.Entry{Kind: "tele**ported", Data: []byte(`{}`)})
	if line.Text != "tele∗∗ported" || line.Tone != "minor" {
		t.Errorf("got %+v", line)
	}
}

// codes are what other packages put into the record for this one to word.
var codes = map[string][]string{
	"rail.identify.":    {"dismissed", "ended", "merged", "verified", "collecting", "awaiting"},
	"rail.inform.":      {"nobody", "owing", "notYet", "allKnow", "missing"},
	"rail.investigate.": {"cause", "notYet", "hypotheses", "searching"},
	"rail.act.":         {"fixing", "mitigated", "tasks", "unassigned", "options", "noOption", "notYet"},
	"rail.update.":      {"overdue", "next", "allSent", "notYet"},
	"rail.learn.":       {"grows", "actionsLate", "draft", "actionsOpen", "noActions", "learned"},
	"status.":           {"triage", "investigating", "mitigating", "monitoring", "resolved", "reviewing", "closed", "dismissed", "merged", "ended"},
	"move.":             {"declare", "reach", "update", "confirm", "option", "decide", "assign", "finish", "mitigated", "resolve", "review", "action", "publish", "close"},
	"role.":             {"commander", "engineering", "support", "communications", "scribe"},
	"reach.":            {"queued", "accepted", "delivered", "opened", "acknowledged", "declined", "failed"},
	"moment.":           {"change", "detected", "declared", "cause", "decided", "mitigated", "resolved"},
	"check.": {"notProduction", "assumedProduction", "production", "productionTier", "urgent", "serious", "mild", "sources", "oneSource", "wasReal", "wasNoise", "wasMixed", "unseen", "rare", "frequent", "flapping", "maintenance", "maintenanceBeside", "ruled", "ruledQuiet", "reports", "noReports",
		"probeUnknown", "probeFailed", "probeBad", "probeGood", "errorsUnknown", "errorsFailed", "errorsBad", "errorsGood", "logsUnknown", "logsFailed", "logsBad", "logsGood"},
	"join.":     {"first", "service", "neighbour", "group", "hand", "taught", "together", "alike", "split", "window", "lasting", "unsteady", "rule", "apart"},
	"standing.": {"frequent", "rare", "unseen"},
	"noisy.":    {"says", "steady", "group", "remove", "limit"},
	"held.":     {"silence", "maintenance", "transient", "flapping", "ended"},
	"evidence.": {"errors", "logs", "attributes", "metrics", "changes", "recurrence", "probe", "host", "suspicions"},
	"found.": {"errorsUp", "errorsNormal", "errorsNone", "slowUp", "slowNormal", "shifted", "steady", "noSeries", "patterns", "logsSteady", "noLines", "explained", "unexplained", "noAttributes", "fewErrors", "suspected", "noSuspect", "suspicion", "noSuspicion", "noChanges", "seen", "firstTime",
		"probeDown", "probeUp", "noProbe", "saturated", "hostCalm", "sourceDead", "sourceSlow", "notSetUp", "interesting", "nothing", "skipped", "failed"},
	"reason.": {"saturated", "rose", "fell", "restarted", "certificateEnds", "versionChanged", "trafficSurged", "trafficDropped", "stoppedReporting", "badByItself", "dependencyBad", "followsState", "changedBefore", "changedAfter", "servesTheAffected",
		"underWay", "endedBefore", "sameService", "dependencyOf", "sameHost", "newErrors", "versionFails", "largeDiff", "riskyKind", "emergency", "outOfHours", "sharedWords", "oftenToBlame", "changedAll", "changesAreUsual", "poorRecord"},
	"mark.":           {"right", "wrong", "noMatter"},
	"grade.":          {"pointedAt", "pointedElsewhere", "onlyEffect", "cannotTell"},
	"record.":         {"says", "poor", "none"},
	"fault.":          {"noAnswer", "noConnection", "noName", "forbidden", "wrongStatus", "textMissing", "wrongAddress", "badCert", "certEnded", "certEnds"},
	"follow.":         {"ended", "dismissed", "merged", "severity", "mitigated", "resolved", "shadow", "task", "taskDue", "declined", "updateDue", "updateLate", "action", "actionDue"},
	"followed.":       {"notice", "update", "ended", "dismissed", "merged", "severity", "mitigated", "resolved", "shadow", "task", "taskDue", "declined", "updateDue", "updateLate", "action", "actionDue"},
	"moments.change.": {"deploy", "config", "infrastructure", "flag", "migration", "maintenance"},
	"swap.":           {"asked", "accepted", "declined", "withdrawn"},
	"why.":            {"timeout", "declined", "failed"},
	"unreached.":      {"nobody", "no-method", "all-failed", "exhausted", "stopped"},
	"entry.proposed.": {"recovered", "alerts-ended"},
	"pattern.":        {"new", "surging", "stopped", "rare"},
	"suspect.":        {"origin", "effect", "affected"},
	"says.":           {"observation", "ruledOut", "cause", "impact"},
	"area.":           {"code", "configuration", "infrastructure", "user"},
	"hypothesis.":     {"proposed", "testing", "supported", "refuted", "inconclusive", "confirmed"},
	"track.":          {"mitigation", "fix"},
	"action.":         {"code", "monitoring", "sop"},
	"part.":           {"title", "summary", "impact", "cause", "well", "improve", "lucky"},
}

func TestEveryCodeOfTheRecordHasWords(t *testing.T) {
	t.Parallel()
	for prefix, list := range codes {
		for _, code := range list {
			if english[prefix+code] == "" {
				t.Errorf("%s%s has no words", prefix, code)
			}
		}
	}
}

func TestACodeOfANewerVersionIsSaidByItsState(t *testing.T) {
	t.Parallel()
	r := Reader{}
	for _, c := range []struct{ got, want string }{
		{r.Evidence(&incident.Evidence{Code: "quantum", State: incident.EvidenceFound}), "Something was found"},
		{r.Evidence(&incident.Evidence{Code: "quantum", State: incident.EvidenceFailed}), "Not checked: the source did not answer"},
		{r.Check(incident.Check{Code: "quantum", State: incident.CheckUnknown}), "Could not be judged"},
		{r.StageText(incident.StageState{Stage: incident.Act, Progress: incident.Late, Code: "quantum"}), "late"},
		{r.Reason(incident.Reason{Code: "quantum"}), "for a reason that this version has no words for"},
		{r.Join(incident.JoinedAlert{Why: "quantum"}), "joined"},
		{r.EvidenceName("quantum"), "quantum"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestReasonsCarryTheirFigures(t *testing.T) {
	t.Parallel()
	at := clockOf("14:02:04")
	for _, c := range []struct {
		of       incident.Suspect
		want, id string
	}{
		{incident.Suspect{Metric: "pool", Before: 0.2, After: 1, Unit: "ratio", At: at, Reasons: []incident.Reason{{Code: "saturated", Args: map[string]string{"value": "1", "limit": "1"}}}}, "20% → 100%, 14:02:04: 100% is used", "20% → 100%, 14.02.04: 100% terpakai"},
		{incident.Suspect{Metric: "conn", Before: 10, After: 50, At: at, Reasons: []incident.Reason{{Code: "saturated", Args: map[string]string{"value": "50", "limit": "50"}}}}, "10 → 50, 14:02:04: 50 of 50 is used", "10 → 50, 14.02.04: 50 dari 50 terpakai"},
		{incident.Suspect{Metric: "lat", Before: 0.2, After: 2.5, Unit: "seconds", At: at, Reasons: []incident.Reason{{Code: "rose", Args: map[string]string{"value": "2.5", "limit": "0.2"}}}}, "rose from 0.2 s to 2.5 s, 14:02:04", "naik dari 0,2 dtk ke 2,5 dtk, 14.02.04"},
		{incident.Suspect{Metric: "cert", At: at, Reasons: []incident.Reason{{Code: "certificateEnds", Args: map[string]string{"seconds": "-60"}}}}, "0 → 0, 14:02:04: the certificate ended 1 min before", "0 → 0, 14.02.04: sertifikat sudah berakhir 1 menit sebelumnya"},
		{incident.Suspect{Metric: "err", At: at, Reasons: []incident.Reason{{Code: "dependencyBad", Args: map[string]string{"service": "payment", "value": "0.92"}}}}, "0 → 0, 14:02:04: suffers from payment, which explains 92%", "0 → 0, 14.02.04: terdampak payment, yang menjelaskan 92%"},
		{incident.Suspect{Before: 1, After: 2, At: time.Time{}}, "1 → 2", "1 → 2"},
	} {
		if got, id := (Reader{Location: jakarta}).Suspect(&c.of), (Reader{Lang: "id", Location: jakarta}).Suspect(&c.of); got != c.want || id != c.id {
			t.Errorf("%s: %q and %q, want %q and %q", c.of.Metric, got, id, c.want, c.id)
		}
	}
}

func TestAVerdictSaysWhatIsNotVerified(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of   incident.Verdict
		want string
	}{
		{incident.Verdict{Score: 94, Severity: incident.SEV1, Production: true, Live: true}, "Real, critical, and in production"},
		{incident.Verdict{Score: 94, Severity: incident.SEV1, Production: true}, "Looks critical, not verified yet"},
		{incident.Verdict{Score: 94, Severity: incident.SEV3, Production: true, Live: true}, "Probably real, not critical"},
		{incident.Verdict{Score: 30, Severity: incident.SEV2, Production: true, Live: true}, "Inconclusive: too little speaks for it"},
		{incident.Verdict{Score: 20, Severity: incident.SEV3}, "Not in production"},
	} {
		if got, _ := (Reader{}).Verdict(&c.of, nil); got != c.want {
			t.Errorf("%+v: %q, want %q", c.of, got, c.want)
		}
	}
	if say, how := (Reader{}).Verdict(nil, nil); say == "" || how != "" {
		t.Errorf("no verdict: %q, %q", say, how)
	}
}

func TestAVerdictSaysThatAPersonSetAnotherSeverity(t *testing.T) {
	t.Parallel()
	i := &incident.Incident{Severity: incident.SEV4, SeverityBy: &incident.Person{ID: "rina", Name: "Rina"}}
	v := &incident.Verdict{Severity: incident.SEV1, Live: true}
	for lang, want := range map[string]string{"en": "By the checks it would be SEV1; Rina set SEV4.", "id": "Menurut pemeriksaan mestinya SEV1; Rina menetapkan SEV4."} {
		if _, how := (Reader{Lang: lang}).Verdict(v, i); !strings.HasSuffix(how, want) {
			t.Errorf("%s: %q, want it to end with %q", lang, how, want)
		}
	}
	v.Severity = incident.SEV4
	if _, how := (Reader{}).Verdict(v, i); strings.Contains(how, "Rina") {
		t.Errorf("they agree, and it says %q", how)
	}
}
