package channel_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

func TestNtfyPublishesTheNoticeLoudly(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewNtfy(t, "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2")
	m := notice(t)
	result := send(t, open(t, "ntfy", fake.Config()), "sigap-budi", m)
	got := fake.Messages()
	if len(got) != 1 || got[0].To != "sigap-budi" || result.Ref != got[0].Ref || result.State != channel.Accepted || len(got[0].Buttons) != 2 {
		t.Fatalf("got %+v for %+v", result, got)
	}
	wantText(t, got[0].Text, "SEV1 · INC-142 · "+m.Title, m.Lines[0], "Lead: Siti Rahma")
	wantText(t, string(got[0].Raw), `"priority":5`, `"click":"`+m.Actions[0].URL+`"`)
}

func TestNtfyIsToldThatARetryIsTheSameMessage(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewNtfy(t, "")
	c := open(t, "ntfy", fake.Config())
	m := notice(t)
	m.ID = "ntc/with.signs that a sequence cannot have"
	fake.LoseNext(1)
	if failed := refused(t, c, "t", m); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	send(t, c, "t", m)
	var sequences []string
	for _, got := range fake.Messages() {
		var body struct {
			SequenceID string `json:"sequence_id"`
		}
		if err := json.Unmarshal(got.Raw, &body); err != nil {
			t.Fatal(err)
		}
		sequences = append(sequences, body.SequenceID)
	}
	if len(sequences) != 2 || sequences[0] == "" || sequences[0] != sequences[1] {
		t.Errorf("sequences %q", sequences)
	}
}

func TestNtfyIsNeverSentMoreThanItTakes(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewNtfy(t, "")
	m := notice(t)
	m.Lines = []string{strings.Repeat("é", 5000)}
	for range 5 {
		m.Actions = append(m.Actions, channel.Action{Label: "x", URL: "https://sigap.example.com"})
	}
	send(t, open(t, "ntfy", fake.Config()), "t", m)
	send(t, open(t, "ntfy", fake.Config()), "t", channel.Message{ID: "1", Title: "Only a title"})
	if got := fake.Messages()[1].Text; strings.Contains(got, "triggered") {
		t.Errorf("got %q", got)
	}
}

func TestNtfysErrorsSayWhetherToRetry(t *testing.T) {
	t.Parallel()
	const token = "tk_wrongs3cr3t"
	fake := channeltest.NewNtfy(t, "tk_right")
	wrong := open(t, "ntfy", with(t, fake.Config(), "token", token))
	failed := refused(t, wrong, "t", notice(t))
	if failed.Retry || strings.Contains(failed.Error()+fmt.Sprintf("%+v", wrong), "s3cr3t") {
		t.Errorf("an unknown token gave %+v", failed)
	}
	wantText(t, failed.Error(), "unauthorized")
	c := open(t, "ntfy", fake.Config())
	for _, topic := range []string{"", "a/b", strings.Repeat("x", 65)} {
		if failed := refused(t, c, topic, notice(t)); failed.Retry {
			t.Errorf("the topic %q gave %+v", topic, failed)
		}
	}
	for status, retry := range map[int]bool{400: false, 413: false, 429: true, 500: true} {
		fake.FailNext(1, status)
		if failed := refused(t, c, "t", notice(t)); failed.Retry != retry {
			t.Errorf("%d gave %+v", status, failed)
		}
	}
}
