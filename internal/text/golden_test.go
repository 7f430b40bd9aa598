package text

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what was said with what somebody once read and found good.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s changed (-want +got):\n%s", name, diff)
	}
}

func printed(w Words) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", w.Title)
	for _, l := range w.Lines {
		fmt.Fprintf(&b, "  %s\n", l)
	}
	for _, f := range w.Fields {
		fmt.Fprintf(&b, "  %s: %s\n", f.Label, f.Value)
	}
	for _, a := range w.Actions {
		fmt.Fprintf(&b, "  [%s] %s\n", a.Label, a.URL)
	}
	if w.PlotAlt != "" {
		fmt.Fprintf(&b, "  (%s)\n", w.PlotAlt)
	}
	return b.String()
}

func TestLettersReadAsTheyWereApproved(t *testing.T) {
	t.Parallel()
	candidate, _ := inc142(t, "14:03:30")
	declared, _ := inc142(t, "14:05")
	reported, _ := inc142(t, "14:09")
	sent, _ := inc142(t, "14:17")
	for _, r := range readers() {
		t.Run(r.Lang, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			say := func(what string, l Letter) {
				l.Link = "https://sigap.example/a/x"
				fmt.Fprintf(&b, "== %s\n%s\n", what, printed(r.Letter(l)))
			}
			say("page", Letter{Incident: candidate, Purpose: incident.PurposePage, Now: clockOf("14:03:40")})
			for _, who := range []string{"engineering", "support", "management", "other"} {
				say("notice, "+who, Letter{Incident: declared, Purpose: incident.PurposeNotice, Audience: who, Now: clockOf("14:04:30")})
			}
			say("notice, support, with reports", Letter{Incident: reported, Purpose: incident.PurposeNotice, Audience: "support", Now: clockOf("14:08:30")})
			say("notice, a room", Letter{Incident: declared, Purpose: incident.PurposeNotice, Audience: "engineering", Room: true, Now: clockOf("14:04:30")})
			say("update", Letter{Incident: sent, Purpose: incident.PurposeUpdate, Notice: incident.Notice{Update: "u1"}, Now: clockOf("14:10:40")})
			for _, f := range follows() {
				say(f.Code, Letter{Incident: sent, Purpose: incident.PurposeFollow, Code: f.Code, Args: f.Args, Now: clockOf("14:20:00")})
			}
			fmt.Fprintf(&b, "== accounts\n%s%s%s", printed(r.PasswordReset("https://sigap.example/reset?token=x")), printed(r.Invitation("Rina", "https://sigap.example/invite?token=x")), printed(r.Test("Budi", "123456")))
			golden(t, "letters."+r.Lang+".txt", b.String())
		})
	}
}

// follows are the follow-ups that the stages ask for.
func follows() []incident.FollowUp {
	title := map[string]string{"title": "Roll back payment", "by": "Rina", "reason": "I am on a train", "name": "Management"}
	return []incident.FollowUp{
		{Code: "reopened", Args: map[string]string{"by": "Rina Wijaya", "reason": "errors are rising again"}},
		{Code: "ended"}, {Code: "dismissed", Args: map[string]string{"reason": "a load test"}}, {Code: "merged", Args: map[string]string{"ref": "INC-140"}},
		{Code: "severity", Args: map[string]string{"to": "SEV2", "reason": "fewer customers than thought"}}, {Code: "mitigated"}, {Code: "resolved"},
		{Code: "task", Args: title}, {Code: "taskDue", Args: title}, {Code: "declined", Args: title}, {Code: "updateDue", Args: title}, {Code: "updateLate", Args: title},
		{Code: "action", Args: title}, {Code: "actionDue", Args: title},
	}
}

func TestTheTimelineReadsAsItWasApproved(t *testing.T) {
	t.Parallel()
	i, entries := inc142(t, "16:00")
	for _, r := range readers() {
		t.Run(r.Lang, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			for _, st := range i.Rail(clockOf("14:12:00")) {
				fmt.Fprintf(&b, "%s: %s\n", r.Stage(st.Stage), r.StageText(st))
			}
			say, how := r.Verdict(i.Verdict, i)
			fmt.Fprintf(&b, "\n%s\n%s\n\n", say, how)
			for _, e := range entries {
				l := r.Entry(e)
				fmt.Fprintf(&b, "%s %-6s %-7s %s\n", r.preciseClock(e.At), l.Icon, l.Tone, l.Text)
				for _, more := range []string{l.Detail, l.Quote} {
					if more != "" {
						fmt.Fprintf(&b, "         %s\n", more)
					}
				}
			}
			golden(t, "timeline."+r.Lang+".txt", b.String())
		})
	}
}

func TestDraftsReadAsTheyWereApproved(t *testing.T) {
	t.Parallel()
	for _, r := range readers() {
		t.Run(r.Lang, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			for _, until := range []string{"14:04", "14:09", "14:17", "14:30"} {
				i, entries := inc142(t, until)
				d := r.UpdateDraft(i, entries, clockOf(until+":00"))
				fmt.Fprintf(&b, "== %s\n%s\n\n%s\n\n%s\n\n%s\n\n", until, d.Status, d.Impact, d.Done, d.Next)
			}
			i, entries := inc142(t, "16:00")
			d := r.ReviewDraft(i, entries)
			fmt.Fprintf(&b, "== review\n%s\n\n%s\n\n%s\n\n%s\n\n%s\n\n%s\n\n== agenda\n%s\n", d.Title, d.Summary, d.Impact, d.Cause, d.Well, d.Improve, r.Agenda(i))
			golden(t, "drafts."+r.Lang+".txt", b.String())
		})
	}
}

func TestThePostMortemReadsAsItWasApproved(t *testing.T) {
	t.Parallel()
	for _, r := range readers() {
		t.Run(r.Lang, func(t *testing.T) {
			t.Parallel()
			i, entries := inc142(t, "16:00")
			d := Document{Incident: i, Review: r.ReviewDraft(i, entries), Entries: entries, Now: clockOf("16:00:00"), Link: "https://sigap.example/incidents/INC-142/review"}
			golden(t, "review."+r.Lang+".md", r.Markdown(d))
			page, err := r.HTML(d)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "review."+r.Lang+".html", string(page))
		})
	}
}
