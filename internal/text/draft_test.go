package text

import (
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

func TestADraftSaysNothingThatIsNotOnRecord(t *testing.T) {
	t.Parallel()
	s := &story{}
	s.at("14:00:00", rina, incident.Opened{ID: "0190000000000000000000000000c143", Title: "Login is slow", Service: "login", Environment: "production"}, incident.Declared{Number: 143, Severity: incident.SEV2})
	d := Reader{}.UpdateDraft(&s.incident, nil, clockOf("14:10:00"))
	want := incident.UpdateText{Status: "The cause is being investigated.", Impact: "The impact has not been measured yet.", Done: "Nothing new is on record since the last update.", Next: "Find the cause."}
	if d != want {
		t.Errorf("got %+v, want %+v", d, want)
	}
	review := Reader{}.ReviewDraft(&s.incident, s.entries)
	if review.Lucky != "" || review.Well != "" {
		t.Errorf("praise for nothing: well %q, lucky %q", review.Well, review.Lucky)
	}
	if strings.Contains(review.Title, "for") { // it has not ended
		t.Errorf("title %q", review.Title)
	}
}

func TestADraftDatesAnOldMeasurement(t *testing.T) {
	t.Parallel()
	i, entries := inc142(t, "14:05")
	r := Reader{Location: jakarta}
	if d := r.UpdateDraft(i, entries, clockOf("14:15:00")); strings.Contains(d.Impact, "as of") || !strings.Contains(d.Status, "falling") {
		t.Errorf("a fresh measurement: %q, %q", d.Status, d.Impact)
	}
	if d := r.UpdateDraft(i, entries, clockOf("14:40:00")); !strings.Contains(d.Impact, "as of 14:14 WIB") || strings.Contains(d.Status, "falling") {
		t.Errorf("an old measurement: %q, %q", d.Status, d.Impact)
	}
}

func TestADrillSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	i, entries := inc142(t, "14:17")
	i.Drill = true
	for lang, mark := range map[string]string{"en": "[DRILL] ", "id": "[LATIHAN] "} {
		r := Reader{Lang: lang}
		for _, purpose := range []incident.Purpose{incident.PurposePage, incident.PurposeNotice, incident.PurposeUpdate, incident.PurposeFollow} {
			if w := r.Letter(Letter{Incident: i, Purpose: purpose, Code: "mitigated", Now: clockOf("14:20:00")}); !strings.HasPrefix(w.Title, mark) {
				t.Errorf("%s, %s: %q", lang, purpose, w.Title)
			}
		}
		if md := r.Markdown(Document{Incident: i, Review: r.ReviewDraft(i, entries), Entries: entries, Now: clockOf("15:00:00")}); !strings.HasPrefix(md, "# "+markdown(mark)) {
			t.Errorf("%s: %q", lang, md[:40])
		}
	}
}

func TestTheNoticeToSupportGuessesNoCause(t *testing.T) {
	t.Parallel()
	i, _ := inc142(t, "14:09") // the cause is confirmed
	for _, r := range readers() {
		said := printed(r.Letter(Letter{Incident: i, Purpose: incident.PurposeNotice, Audience: "support", Now: clockOf("14:09:00")}))
		for _, guess := range []string{"pool", "v2.14.0", "deploy"} {
			if strings.Contains(said, guess) {
				t.Errorf("%s: support reads of %q:\n%s", r.Lang, guess, said)
			}
		}
	}
}

func TestWhatWasLateIsSaidToBeLate(t *testing.T) {
	t.Parallel()
	s := &story{}
	s.at("14:00:00", rina, incident.Opened{ID: "0190000000000000000000000000c144", Title: "Login is down", Service: "login", Environment: "production", Impact: clockOf("13:40:00")}, incident.Declared{Number: 144, Severity: incident.SEV1},
		incident.Notice{ID: "n", Purpose: incident.PurposeNotice, To: []incident.Recipient{{Person: ref(budi), Team: "Core"}}})
	s.at("14:09:00", budi, incident.Receipt{Notice: "n", Purpose: incident.PurposeNotice, To: incident.Recipient{Person: ref(budi), Team: "Core"}, Channel: "email", Method: "m", State: incident.AckedBy})
	s.at("14:20:00", rina, incident.UpdateSent{ID: "u", Number: 1, Audience: "a", WasDue: clockOf("14:10:00"), Text: incident.UpdateText{Status: "x"}})
	s.at("14:30:00", rina, incident.StatusSet{From: incident.Investigating, To: incident.StatusResolved})
	r := Reader{Location: jakarta}
	scores := r.Scorecard(&s.incident, clockOf("15:00:00"))
	if inform, updates := scores[1], scores[4]; !inform.Late || !updates.Late || updates.Bars[0].Kind != "late" || inform.Bars[1].Kind != "late" {
		t.Errorf("late went unseen: %+v %+v", inform, updates)
	}
	improve := r.ReviewDraft(&s.incident, s.entries).Improve
	for _, want := range []string{"only 20 minutes after it had begun", "Budi Santoso knew only after 9 minutes", "1 of 1 update was late", "The cause is not confirmed", "No permanent fix"} {
		if !strings.Contains(improve, want) {
			t.Errorf("%q is not among what to improve:\n%s", want, improve)
		}
	}
}

func TestABareCandidateHasWordsForEverything(t *testing.T) {
	t.Parallel()
	s := &story{}
	s.at("14:00:00", incident.System(), incident.Opened{ID: "0190000000000000000000000000c145"})
	for _, i := range []*incident.Incident{{}, &s.incident} {
		for _, r := range append(readers(), Reader{}) {
			for _, purpose := range []incident.Purpose{incident.PurposePage, incident.PurposeNotice, incident.PurposeUpdate, incident.PurposeFollow} {
				w := r.Letter(Letter{Incident: i, Purpose: purpose, Code: "quantum", Now: clockOf("14:01:00")})
				for _, f := range w.Fields {
					if f.Label == "" || f.Value == "" {
						t.Errorf("%s, %s: an empty field in %+v", r.Lang, purpose, w)
					}
				}
			}
			if len(r.Scorecard(i, clockOf("14:01:00"))) != 6 || r.Agenda(i) == "" {
				t.Errorf("%s: a stage or the agenda is missing", r.Lang)
			}
			for _, st := range i.Rail(clockOf("14:01:00")) {
				if r.StageText(st) == "" {
					t.Errorf("%s: %s says nothing", r.Lang, st.Stage)
				}
			}
			page, err := r.HTML(Document{Incident: i, Review: r.ReviewDraft(i, s.entries), Now: clockOf("14:01:00")})
			if err != nil || !strings.Contains(string(page), "</html>") {
				t.Errorf("%s: the page is not whole: %v", r.Lang, err)
			}
		}
	}
}

func TestTheLastStageIsLateWhenPromisesAre(t *testing.T) {
	t.Parallel()
	i, entries := inc142(t, "16:00")
	s := &story{incident: *i, entries: entries}
	s.at("15:10:00", incident.System(), incident.ReviewDrafted{Review: Reader{}.ReviewDraft(i, entries)})
	learn := func(now string) Score { return Reader{}.Scorecard(&s.incident, clockOf(now))[5] }
	if got := learn("15:20:00"); got.Text != "in draft, 0 of 3 actions done" || got.Late {
		t.Errorf("a draft: %+v", got)
	}
	s.at("16:24:00", rina, incident.Published{At: clockOf("16:24:00")}, incident.ActionSet{Action: "x1", Title: "Refuse pool_max under 20 at start", Done: true, Proof: "a change"})
	if got := learn("16:30:00"); got.Text != "reviewed after 2 h, 1 of 3 actions done" || got.Late {
		t.Errorf("published: %+v", got)
	}
	if got := (Reader{}).Scorecard(&s.incident, clockOf("16:30:00").AddDate(0, 0, 4))[5]; !got.Late {
		t.Errorf("an action is overdue: %+v", got)
	}
}
