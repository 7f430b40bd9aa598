package channel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

func TestAPageRingsOnPushoverUntilItIsAcknowledged(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewPushover(t)
	c := open(t, "pushover", fake.Config())
	m := page(t)
	m.Answer.Done = "You are on it."
	result := send(t, c, channeltest.PushoverUser, m)
	send(t, c, channeltest.PushoverUser, notice(t))
	send(t, c, channeltest.PushoverUser, channel.Message{ID: "1", Title: "Only a title"})
	got := fake.Messages()
	if len(got) != 3 || result.Ref == "" || result.Ref != got[0].Ref || result.State != channel.Accepted || len(got[0].Plot) == 0 {
		t.Fatalf("got %+v for %+v", got, result)
	}
	wantText(t, got[0].Text, "SEV1 · INC-142 · Checkout fails", "Lead: Siti Rahma")
	wantText(t, string(got[0].Raw), `"priority":["2"]`, `"callback":["https://sigap.example.com/hook/t0k3n"]`, `"url":["https://sigap.example.com/a/t0k3n"]`)
	wantText(t, string(got[1].Raw), `"priority":["1"]`)
	wantText(t, string(got[2].Raw), `"priority":["0"]`, `"message":["Only a title"]`)
}

func TestPushoverIsNeverSentMoreThanItTakes(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewPushover(t)
	m := page(t)
	m.Title, m.Lines = strings.Repeat("é", 3000), []string{strings.Repeat("x", 3000)}
	m.Actions = append(m.Actions, channel.Action{Label: strings.Repeat("y", 200), URL: "https://sigap.example.com/" + strings.Repeat("z", 600), Primary: true})
	m.Plot = make([]byte, 6<<20)
	send(t, open(t, "pushover", fake.Config()), channeltest.PushoverUser, m)
}

func TestPushoversErrorsSayWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewPushover(t)
	const token = "wr0ngs3cr3twr0ngs3cr3twr0ngs3c"
	wrong := open(t, "pushover", with(t, fake.Config(), "token", token))
	failed := refused(t, wrong, channeltest.PushoverUser, notice(t))
	if failed.Retry || strings.Contains(failed.Error()+fmt.Sprintf("%+v", wrong), "s3cr3t") {
		t.Errorf("a wrong token gave %+v", failed)
	}
	wantText(t, failed.Error(), "application token is invalid")
	c := open(t, "pushover", fake.Config())
	for _, to := range []string{"", "budi", strings.Repeat("x", 30)} {
		if failed := refused(t, c, to, notice(t)); failed.Retry {
			t.Errorf("%q gave %+v", to, failed)
		}
	}
	fake.FailNext(1, 500)
	if failed := refused(t, c, channeltest.PushoverUser, notice(t)); !failed.Retry || failed.After.Seconds() != 5 {
		t.Errorf("an error on their side gave %+v", failed)
	}
	fake.LoseNext(1)
	if failed := refused(t, c, channeltest.PushoverUser, notice(t)); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	fake.UseUp()
	failed = refused(t, c, channeltest.PushoverUser, notice(t))
	if failed.Retry {
		t.Errorf("a month that is used up gave %+v", failed)
	}
	wantText(t, failed.Error(), "used up")
}
