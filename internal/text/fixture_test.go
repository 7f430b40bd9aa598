package text

import (
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// jakarta is the readers' zone. It is fixed, so that tests need no zone files.
var jakarta = time.FixedZone("WIB", 7*60*60)

var (
	budi = incident.Actor{Kind: incident.PersonActor, ID: "budi", Name: "Budi Santoso", Right: incident.Responder}
	rina = incident.Actor{Kind: incident.PersonActor, ID: "rina", Name: "Rina Wulandari", Right: incident.Manager}
	dewi = incident.Actor{Kind: incident.PersonActor, ID: "dewi", Name: "Dewi Anggraini", Right: incident.Responder}
	andi = incident.Actor{Kind: incident.PersonActor, ID: "andi", Name: "Andi Hidayat", Right: incident.Responder}
)

func ref(a incident.Actor) incident.Person { return incident.Person{ID: a.ID, Name: a.Name} }

// story tells an incident step by step, as the stages would record it.
type story struct {
	incident incident.Incident
	entries  []incident.Entry
}

func (s *story) at(clock string, actor incident.Actor, facts ...incident.Fact) {
	edit := incident.NewEdit(&s.incident, actor, clockOf(clock))
	for _, f := range facts {
		edit.Record(f)
	}
	s.entries = append(s.entries, edit.Entries()...)
}

// clockOf is a time of 23 November 2026 in Jakarta.
func clockOf(clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-23 "+clock, jakarta)
	if err != nil {
		panic(err)
	}
	return t
}

// inc142 is the incident of the drawings, until an hour of the story.
func inc142(tb testing.TB, until string) (*incident.Incident, []incident.Entry) {
	tb.Helper()
	s := &story{}
	for _, chapter := range []struct {
		from string
		tell func(*story)
	}{{"14:03", identified}, {"14:04", informed}, {"14:05", investigated}, {"14:09", acted}, {"14:17", ended}, {"14:30", learned}} {
		if chapter.from < until {
			chapter.tell(s)
		}
	}
	return &s.incident, s.entries
}

func identified(s *story) {
	sender := incident.Actor{Kind: incident.SenderActor, ID: "k1", Name: "Prometheus"}
	first := incident.JoinedAlert{ID: "a1", Source: "alertmanager", Sender: "Prometheus", Title: "HighErrorRate checkout", Service: "payment", Severity: "critical", Value: "19%", State: incident.AlertFiring, Why: incident.FirstAlert}
	second := incident.JoinedAlert{ID: "a2", Source: "grafana", Title: "PoolExhausted", Service: "checkout", Severity: "critical", State: incident.AlertFiring, Why: incident.Neighbour, With: "payment"}
	s.at("14:03:10", sender, incident.Opened{ID: "0190000000000000000000000000c142", Title: "Checkout fails for one customer in five", Service: "payment", Environment: "production"},
		incident.SignalJoined{Alert: first}, incident.Judged{Verdict: incident.Verdict{Score: 65, Severity: incident.SEV1, Production: true, Checks: storedChecks()}})
	s.at("14:03:11", incident.System(), incident.Notice{ID: "n0", Purpose: incident.PurposePage, To: []incident.Recipient{{Person: ref(budi), Team: "Payments"}}},
		incident.Receipt{Notice: "n0", Purpose: incident.PurposePage, To: incident.Recipient{Person: ref(budi), Team: "Payments"}, Channel: "telegram", Method: "m1", State: incident.Accepted})
	s.at("14:03:12", sender, incident.SignalJoined{Alert: second, More: 2})
	for _, e := range evidence() {
		s.at("14:03:13", incident.System(), e)
	}
	s.at("14:03:14", incident.System(), incident.Judged{Verdict: incident.Verdict{Score: 94, Severity: incident.SEV1, Production: true, Live: true, Checks: append(storedChecks(), liveChecks()...)}},
		incident.Declared{Number: 142, Severity: incident.SEV1, Policy: "score"})
}

func storedChecks() []incident.Check {
	return []incident.Check{
		{Code: "productionTier", State: incident.CheckYes, Weight: 35, Args: map[string]string{"environment": "production", "tier": "1"}},
		{Code: "urgent", State: incident.CheckYes, Weight: 30, Args: map[string]string{"word": "critical"}},
		{Code: "sources", State: incident.CheckYes, Weight: 15, Args: map[string]string{"count": "2"}},
		{Code: "wasReal", State: incident.CheckYes, Weight: 10, Args: map[string]string{"real": "9", "all": "10"}},
	}
}

func liveChecks() []incident.Check {
	return []incident.Check{
		{Code: "probeBad", State: incident.CheckYes, Weight: 20, Args: map[string]string{"failed": "2", "of": "5"}},
		{Code: "errorsBad", State: incident.CheckYes, Weight: 25, Args: map[string]string{"code": "errorsUp", "factor": "63.3"}},
		{Code: "noReports", State: incident.CheckNo},
		{Code: "logsFailed", State: incident.CheckUnknown, Args: map[string]string{"source": "loki"}},
	}
}

// evidence is what the collectors found: a plot of errors, a full pool, a
// deploy, a silent source, and an incident like it.
func evidence() []incident.Evidence {
	plot := incident.Plot{Title: "errors", Service: "checkout", Unit: "ratio", Low: 0.002, High: 0.005, Before: 0.003, Peak: 0.19, Last: 0.041}
	for n := range 25 {
		v := 0.003
		switch {
		case n >= 21:
			v = 0.041
		case n >= 12:
			v = 0.19
		}
		plot.Points = append(plot.Points, incident.Point{At: clockOf("13:50:00").Add(time.Duration(n) * time.Minute), Value: v})
	}
	deploy := incident.Change{ID: "c1", Kind: incident.Deploy, Service: "payment", Environment: "production", Summary: "payment v2.14.0", Author: "Sari Putri", From: "v2.13.4", To: "v2.14.0",
		Diff: "- pool_max: 50\n+ pool_max: 5", StartedAt: clockOf("14:01:52")}
	return []incident.Evidence{
		{Check: "errors", Source: "prometheus", State: incident.EvidenceFound, Code: "errorsUp", Took: 310 * time.Millisecond, Onset: clockOf("14:02:04"),
			Args: map[string]string{"before": "0.003", "now": "0.19", "factor": "63.3", "service": "checkout"}, Plots: []incident.Plot{plot}},
		{Check: "metrics", Source: "prometheus", State: incident.EvidenceFound, Code: "shifted", Took: 420 * time.Millisecond,
			Args: map[string]string{"count": "3", "service": "payment", "metric": "db_pool_in_use_ratio", "before": "0.21", "after": "1", "unit": "ratio"},
			Suspects: []incident.Suspect{{Service: "payment", Metric: "db_pool_in_use_ratio", Kind: "origin", At: clockOf("14:02:04"), Before: 0.21, After: 1, Unit: "ratio", Score: 0.93,
				Reasons: []incident.Reason{{Code: "saturated", Args: map[string]string{"value": "1", "limit": "1", "seconds": "0"}}}, Spark: []float64{0.2, 0.21, 1, 1}}}},
		{Check: "changes", Source: "sigap", State: incident.EvidenceFound, Code: "suspected", Args: map[string]string{"change": "payment v2.14.0", "score": "0.81", "seconds": "12", "minutes": "0.2", "service": "payment", "by": "Sari Putri"},
			Changes: []incident.ChangeSuspect{{Change: deploy, Score: 0.81, Reasons: []incident.Reason{{Code: "endedBefore", Args: map[string]string{"seconds": "12", "value": "0", "limit": "0"}}, {Code: "sameService", Args: map[string]string{"service": "payment"}}}}}},
		{Check: "logs", Source: "agent", State: incident.EvidenceFound, Code: "patterns", Args: map[string]string{"new": "1", "surging": "0", "stopped": "0", "template": "pool exhausted: waited <ms> for a connection"},
			Patterns: []incident.LogPattern{{Kind: "new", Template: "pool exhausted: waited <ms> for a connection", Level: "error", Service: "payment", Count: 1284, First: clockOf("14:02:05")}}},
		{Check: "attributes", Source: "agent", State: incident.EvidenceFound, Code: "explained",
			Apart: []incident.Attribute{{Where: []incident.Property{{Key: "region", Value: "jkt-2"}}, Errors: 1284, Others: 4110, OfErrors: 0.97, OfOthers: 0.34}}},
		{Check: "logs", Source: "loki", State: incident.EvidenceFailed, Code: "sourceDead", Args: map[string]string{"source": "loki", "error": "connection refused"}},
		{Check: "recurrence", Source: "sigap", State: incident.EvidenceFound, Code: "seen", Args: map[string]string{"count": "1", "ref": "INC-97", "days": "41", "fixedBy": "Restart payment"},
			Earlier: []incident.Occurrence{{ID: "i97", Ref: "INC-97", Title: "Payments time out", At: clockOf("09:10:00").AddDate(0, 0, -41), Cause: "the pool ran dry", FixedBy: "Restart payment", Open: []string{"Alert when the pool is nearly full"}, Alike: 0.6}}},
	}
}

func informed(s *story) {
	to := []incident.Recipient{{Person: ref(budi), Team: "Payments"}, {Person: ref(rina), Team: "Payments"}, {Person: ref(andi), Team: "Payments"}, {Person: ref(dewi), Team: "Support"}, {Person: incident.Person{ID: "r1", Name: "#payments"}, Team: "Payments", Room: true}}
	s.at("14:03:15", incident.System(), incident.Notice{ID: "n1", Purpose: incident.PurposeNotice, To: to},
		incident.ClockSet{Clock: incident.Clock{Audience: "mgmt", Name: "Management", Every: 20 * time.Minute, Due: clockOf("14:13:15"), People: 4}})
	ack := func(clock string, a incident.Actor, team, notice, channel string) {
		s.at(clock, a, incident.Receipt{Notice: notice, Purpose: incident.PurposeNotice, To: incident.Recipient{Person: ref(a), Team: team}, Channel: channel, Method: "m-" + a.ID, State: incident.AckedBy})
	}
	s.at("14:03:20", incident.System(), incident.Receipt{Notice: "n1", Purpose: incident.PurposeNotice, To: to[2], Channel: "telegram", Method: "m-andi-1", State: incident.FailedToSend, Detail: "403 bot was blocked"})
	ack("14:03:37", budi, "Payments", "n0", "telegram")
	ack("14:03:56", rina, "Payments", "n1", "slack")
	ack("14:04:13", dewi, "Support", "n1", "whatsapp")
	s.at("14:04:20", rina, incident.RoleTaken{Role: incident.Commander, Person: ref(rina)}, incident.RoleTaken{Role: incident.Engineering, Person: ref(budi)})
}

func investigated(s *story) {
	s.at("14:05:02", dewi, incident.Reported{Count: 12, Report: incident.Report{ID: "u1", Service: "checkout", Words: "Payment spins for 30 seconds, then fails.", Segment: "Jakarta, bank transfer", Channel: "whatsapp", Noticed: clockOf("14:02:00"), At: clockOf("14:05:02")}})
	s.at("14:05:30", budi, incident.Hypothesis{ID: "h1", Text: "payment's connection pool is too small since v2.14.0"}, incident.Hypothesis{ID: "h2", Text: "The database got slower"})
	s.at("14:06:10", budi, incident.Finding{ID: "f1", Says: incident.Observation, Area: incident.AreaConfiguration, Text: "payment v2.14.0 lowered `pool_max` from 50 to 5.", Diff: "- pool_max: 50\n+ pool_max: 5"})
	s.at("14:07:00", budi, incident.HypothesisJudged{ID: "h2", Text: "The database got slower", State: incident.Refuted, Why: "query latency stays at 4 ms"})
	s.at("14:08:04", budi, incident.CauseConfirmed{Hypothesis: "h1", Area: incident.AreaConfiguration, Text: "payment v2.14.0 lowered its connection pool from 50 to 5, so payments queued until they timed out",
		Factors: []string{"No lower bound on `pool_max`", "The deploy was made in the busy hour"}})
}

func acted(s *story) {
	s.at("14:08:30", budi, incident.Option{ID: "o1", Track: incident.Mitigation, Title: "Roll back to v2.13.4", Effect: "all of the impact", Minutes: 4, Risk: "low", Reversible: true},
		incident.Option{ID: "o2", Track: incident.Mitigation, Title: "Raise the pool by configuration", Effect: "all of the impact", Minutes: 7, Risk: "medium", Reversible: true})
	s.at("14:08:40", dewi, incident.Voted{Option: "o1", Title: "Roll back to v2.13.4"})
	s.at("14:09:20", rina, incident.Decided{Option: "o1", Track: incident.Mitigation, Title: "Roll back to v2.13.4", Reason: "Proven, and the fastest that ends all of the impact."})
	s.at("14:09:40", rina, incident.Task{ID: "t1", Track: incident.Mitigation, Title: "Roll back payment", To: ref(budi), Due: clockOf("14:18:00")})
	s.at("14:09:50", budi, incident.TaskAnswered{Task: "t1", Title: "Roll back payment", Accepted: true})
	s.at("14:10:30", rina, incident.UpdateSent{ID: "u1", Number: 1, Audience: "mgmt", Name: "Management", WasDue: clockOf("14:13:15"), NextDue: clockOf("14:30:00"),
		Text: incident.UpdateText{Status: "Mitigation is under way.", Impact: "**19%** of checkouts fail.", Done: "- Cause confirmed.", Next: "Roll back, about 14:16."}})
	s.at("14:14:00", incident.System(), incident.Proof{ID: "errors/checkout", Title: "errors", Service: "checkout", Unit: "ratio", Limit: 0.02, Now: 0.041, Hold: 2 * time.Minute})
}

func ended(s *story) {
	s.at("14:16:30", budi, incident.TaskDone{Task: "t1", Title: "Roll back payment", Result: "4 of 4 instances are back"})
	s.at("14:16:40", incident.System(), incident.Proof{ID: "errors/checkout", Title: "errors", Service: "checkout", Unit: "ratio", Limit: 0.02, Now: 0.003, Good: true, Since: clockOf("14:16:40"), Hold: 2 * time.Minute})
	s.at("14:17:06", rina, incident.StatusSet{From: incident.Mitigating, To: incident.Monitoring})
	s.at("14:24:00", rina, incident.StatusSet{From: incident.Monitoring, To: incident.StatusResolved})
	s.at("14:25:00", rina, incident.UpdateSent{ID: "u2", Number: 2, Audience: "mgmt", Name: "Management", WasDue: clockOf("14:30:00"), Final: true, Text: incident.UpdateText{Status: "Resolved."}})
}

func learned(s *story) {
	s.at("15:00:00", rina,
		incident.Action{ID: "x1", What: incident.CodeFix, Title: "Refuse pool_max under 20 at start", Owner: ref(budi), Due: clockOf("12:00:00").AddDate(0, 0, 5)},
		incident.Action{ID: "x2", What: incident.MonitoringKind, Title: "Alert when the pool is over 90% for 15 seconds", Owner: ref(andi), Due: clockOf("12:00:00").AddDate(0, 0, 3)},
		incident.Action{ID: "x3", What: incident.StandardProcess, Title: "Review configuration before a payment deploy, version 3", Owner: ref(rina), Due: clockOf("12:00:00").AddDate(0, 0, 8)},
		incident.Pinned{Seq: 2})
}

// readers are one of each language.
func readers() []Reader {
	return []Reader{{Lang: "en", Location: jakarta}, {Lang: "id", Location: jakarta}}
}
