package drill

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/lab/fault"
)

func TestADrillKnowsTheFaultsOfTheLabAndNoOthers(t *testing.T) {
	t.Parallel()
	for _, f := range fault.Table() {
		if !Knows(f.Name) {
			t.Errorf("%s is not known", f.Name)
		}
	}
	if Knows("") || Knows("bad-luck") {
		t.Error("a fault that there is not is known")
	}
}

func TestPlayersSpeakOnlyTheirTwoLanguages(t *testing.T) {
	t.Parallel()
	if _, _, err := Run(t.Context(), Options{Lang: "nl"}); err == nil || !strings.Contains(err.Error(), "en or id") {
		t.Errorf("a drill in Dutch: %v", err)
	}
}

func TestAMessageReachesThePlayerWhoseAddressItWasSentTo(t *testing.T) {
	t.Parallel()
	m, err := newMailbox("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	for body, want := range map[string]int{
		`{"title":"Checkout fails","actions":[{"url":"http://sigap/a/TOKEN"},{"url":"http://sigap/i/INC-1"}]}`: http.StatusNoContent,
		`{`: http.StatusBadRequest,
	} {
		res, err := http.Post(m.address("budi"), "application/json", bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s was answered %d, want %d", body, res.StatusCode, want)
		}
	}
	got := m.of("budi")
	if len(got) != 1 || got[0].Title != "Checkout fails" || len(got[0].Links) != 2 || len(m.of("rina")) != 0 {
		t.Errorf("Budi has %+v, Rina %+v", got, m.of("rina"))
	}
	if token, ok := tokenOf(got[0].Links[0]); !ok || token != "TOKEN" {
		t.Errorf("the token of %s is %q", got[0].Links[0], token)
	}
	if _, ok := tokenOf(got[0].Links[1]); ok {
		t.Error("a link that acknowledges nothing has a token")
	}
}

func TestPlayersTakeWhatSigapSaysToLookAtFirst(t *testing.T) {
	t.Parallel()
	deploy := incident.Change{ID: "c1", Kind: incident.Config, Service: "front", Summary: "front: tighter timeouts", Author: "putri", Diff: "-4s\n+40ms"}
	seen := func(s ...incident.Suspicion) *view {
		answer, err := json.Marshal(map[string]any{"evidence": []any{map[string]any{"suspicions": s, "changes": []any{map[string]any{"change": deploy, "score": 0.7, "reasons": []string{}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		v := &view{}
		if err := json.Unmarshal(answer, v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for lang, words := range scripts {
		change := words.suspicion(seen(incident.Suspicion{Of: incident.SuspectedChange, Service: "front", Text: deploy.Summary, Change: "c1", Score: 0.7}))
		if change.change != "c1" || change.diff != deploy.Diff || change.area != incident.AreaConfiguration || !strings.Contains(change.hypothesis, "tighter timeouts") {
			t.Errorf("%s: of a change they make %+v", lang, change)
		}
		measure := words.suspicion(seen(incident.Suspicion{Of: incident.SuspectedMeasure, Service: "cart", Text: "disk_quota_used_bytes"}, incident.Suspicion{Of: incident.SuspectedChange, Change: "c1"}))
		if measure.change != "" || !strings.Contains(measure.hypothesis, "disk_quota_used_bytes") || !strings.Contains(measure.hypothesis, "cart") {
			t.Errorf("%s: of a measure they make %+v", lang, measure)
		}
		if nothing := words.suspicion(seen()); nothing.words != words.nothing {
			t.Errorf("%s: of nothing they make %+v", lang, nothing)
		}
	}
}
