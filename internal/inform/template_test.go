package inform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/store"
	"github.com/sigap-dev/sigap/internal/text"
)

// noticed declares an incident of which Sari of support gets the notice, and
// gives its words.
func (w *world) noticed() string {
	w.t.Helper()
	id := w.candidate()
	w.change(id, incident.Declared{Number: 1, Severity: incident.SEV3})
	w.ask(incident.SendNotice{Incident: id})
	got := w.turn(0, "ntfy sari")
	return got[0].Text
}

func (w *world) supported() {
	w.t.Helper()
	w.person("Sari", "id", "ntfy")
	w.team("Support", directory.SupportTeam, "sari")
	w.must(w.store.PutService(w.t.Context(), &directory.Service{Name: "payment", Team: "support"}))
}

func TestATeamsOwnWordsGoOutUntilSigapsAreBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.supported()
		put := func(words string) {
			t.Helper()
			_, err := w.inform.PutTemplate(t.Context(), w.people["sari"].Actor(), text.ToSupport, "id", words)
			w.must(err)
			w.clock.Turn(time.Second)
		}
		put("Halo tim,\r\npakai makro GANGGUAN untuk {ref}.\n[Terdampak: {whom}]")
		if got := w.noticed(); !strings.Contains(got, "pakai makro GANGGUAN untuk INC-1.") || strings.Contains(got, "Terdampak:") || strings.Contains(got, "Cara mengenalinya") {
			t.Errorf("the notice says %s", got)
		}
		put((text.Reader{Lang: "id"}).Template(text.ToSupport))
		versions, err := w.inform.Templates(t.Context(), text.ToSupport, "id")
		w.must(err)
		if len(versions) != 2 || versions[0].Text != "" || versions[0].By.Name != "Sari" || !strings.HasPrefix(versions[1].Text, "Halo tim,\n") {
			t.Errorf("the versions are %+v", versions)
		}
		if english, err := w.inform.Template(t.Context(), text.ToSupport, "en"); err != nil || english.ID != "" {
			t.Errorf("in English there is %+v, %v", english, err)
		}
	})
}

func TestATemplateThatCannotBeUsedHoldsNoMessageUpAndSaysSo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.supported()
		w.must(w.store.AddTemplate(t.Context(), inform.Template{ID: store.NewID(), Kind: text.ToSupport, Lang: "id", Text: "{ofANewerVersion}", At: w.clock.Now()}))
		if got := w.noticed(); !strings.Contains(got, "Cara mengenalinya") {
			t.Errorf("the notice says %s", got)
		}
		have, err := w.inform.Template(t.Context(), text.ToSupport, "id")
		w.must(err)
		if !strings.Contains(have.Error, "there is no {ofANewerVersion}") || !have.ErrorAt.Equal(w.clock.Now()) {
			t.Errorf("it says %+v", have)
		}
	})
}
