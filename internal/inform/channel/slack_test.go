package channel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

func TestSlackShowsTheNoticeAndItsPlotInOneThread(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"C1", "U1"} {
		fake := channeltest.NewSlack(t, "C1", "U1")
		m := notice(t)
		result := send(t, open(t, "slack", fake.Config()), to, m)
		got := fake.Messages()
		if len(got) != 2 || result.Detail != "" {
			t.Fatalf("got %+v, %+v", result, got)
		}
		if result.State != channel.Delivered || result.Ref != got[0].Ref || result.Thread != got[0].Ref || got[0].To != to {
			t.Errorf("got %+v for %+v", result, got[0])
		}
		wantText(t, got[0].Text, "SEV1 · INC-142 · "+m.Title, m.Lines[0], m.Lines[1], "*Lead*\nSiti Rahma")
		wantText(t, string(got[0].Raw), "#CE0E1A")
		if len(got[0].Buttons) != 2 || got[0].Buttons[0] != (channeltest.Button{Text: "I have it", URL: m.Actions[0].URL}) {
			t.Errorf("buttons %v", got[0].Buttons)
		}
		if got[1].Thread != got[0].Ref || got[1].To != to || !bytes.Equal(got[1].Plot, m.Plot) || got[1].Text != m.PlotAlt {
			t.Errorf("plot %+v", got[1])
		}
	}
}

func TestSlackAnswersInItsThread(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "U1")
	c := open(t, "slack", fake.Config())
	m := notice(t)
	m.Plot = nil
	first := send(t, c, "U1", m)
	m.Thread = first.Thread
	second := send(t, c, "U1", m)
	got := fake.Messages()
	if second.Thread != first.Thread || got[1].Thread != got[0].Ref || got[1].To != "U1" {
		t.Errorf("got %+v and %+v", second, got[1])
	}
}

func TestSlackIsNeverSentMoreThanItTakes(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "C1")
	m := notice(t)
	m.Plot = nil
	m.Title = strings.Repeat("Checkout <fails> & ", 40)
	m.Lines = []string{strings.Repeat("&", 2000), "last"}
	for i := range 23 {
		m.Fields = append(m.Fields, channel.Field{Label: strings.Repeat("<", 300), Value: fmt.Sprint(i, strings.Repeat(">", 3000))})
	}
	for range 30 {
		m.Actions = append(m.Actions, channel.Action{Label: strings.Repeat("Open ", 30), URL: "https://sigap.example.com/"})
	}
	m.Actions = append([]channel.Action{{Label: "x", URL: "https://sigap.example.com/" + strings.Repeat("x", 3000)}}, m.Actions...)
	if result := send(t, open(t, "slack", fake.Config()), "C1", m); result.Detail != "" {
		t.Errorf("got %+v", result)
	}
	got := fake.Messages()[0]
	wantText(t, got.Text, strings.TrimSpace(strings.Repeat("Checkout <fails> & ", 40))) // the header is cut, so the section has it whole
}

func TestSlackCannotBeMadeToCallEverybody(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "C1")
	m := channel.Message{ID: "1", Title: "<!channel>", Lines: []string{"<!here> <https://evil.example|click>"}, Fields: []channel.Field{{Label: "<@U1>", Value: "<@U1>"}}}
	send(t, open(t, "slack", fake.Config()), "C1", m)
	var sent map[string][]string
	var attachments []struct {
		Blocks []struct {
			Text   struct{ Text string }
			Fields []struct{ Text string }
		}
	}
	if err := json.Unmarshal(fake.Messages()[0].Raw, &sent); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(sent["attachments"][0]), &attachments); err != nil {
		t.Fatal(err)
	}
	blocks := attachments[0].Blocks
	for what, got := range map[string]string{"notification": sent["text"][0], "section": blocks[0].Text.Text, "field": blocks[1].Fields[0].Text} {
		if got == "" || strings.ContainsAny(got, "<>") {
			t.Errorf("the %s is %q", what, got)
		}
	}
}

func TestSlackSendsThePlainTextIfItsLayoutIsRefused(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "C1")
	m := notice(t)
	m.Actions = []channel.Action{{Label: "Open", URL: "nowhere"}}
	result := send(t, open(t, "slack", fake.Config()), "C1", m)
	got := fake.Messages()
	if len(got) != 2 || len(got[0].Buttons) != 0 {
		t.Fatalf("got %+v", got)
	}
	wantText(t, got[0].Text, m.Title, m.Lines[0], "nowhere")
	wantText(t, result.Detail, "plain text", "must be a valid URL")
}

func TestSlackSendsTheMessageEvenIfItsPlotFails(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "C1")
	m := notice(t)
	m.Plot = []byte{}
	result := send(t, open(t, "slack", fake.Config()), "C1", m)
	if got := fake.Messages(); len(got) != 1 {
		t.Errorf("got %+v", got)
	}
	wantText(t, result.Detail, "without its plot")
}

func TestSlacksErrorsSayWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "C1", "C2", "C3")
	fake.Close("C2", "is_archived")
	fake.Close("C3", "internal_error")
	c := open(t, "slack", fake.Config())
	for to, want := range map[string]struct {
		retry bool
		words string
	}{
		"C9": {false, "channel_not_found"},
		"C2": {false, "archived"},
		"C3": {true, "internal_error"},
		"":   {false, "id of a channel"},
	} {
		failed := refused(t, c, to, notice(t))
		if failed.Retry != want.retry || failed.Unsure {
			t.Errorf("to %q: %+v", to, failed)
		}
		wantText(t, failed.Error(), want.words)
	}
	fake.FailNext(1, 503)
	if failed := refused(t, c, "C1", notice(t)); !failed.Retry {
		t.Errorf("503 gave %+v", failed)
	}
	fake.LoseNext(1)
	if failed := refused(t, c, "C1", notice(t)); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	fake.Down(true)
	if failed := refused(t, c, "C1", notice(t)); !failed.Retry {
		t.Errorf("a dead service gave %+v", failed)
	}
}

func TestSlackWaitsAsLongAsItIsAskedTo(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "C1")
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	fake.SetClock(func() time.Time { return now })
	c := open(t, "slack", fake.Config())
	m := notice(t)
	m.Plot = nil
	for range 5 {
		send(t, c, "C1", m)
	}
	failed := refused(t, c, "C1", m)
	if !failed.Retry || failed.After < time.Second {
		t.Fatalf("a flood gave %+v", failed)
	}
	fake.SetClock(func() time.Time { return now.Add(failed.After) })
	send(t, c, "C1", m)
}

func TestSlacksTokenNeverShows(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSlack(t, "C1")
	c := open(t, "slack", json.RawMessage(`{"token":"xoxb-wrong-s3cr3t","api":"`+fake.URL+`"}`))
	answered := refused(t, c, "C1", notice(t))
	if answered.Retry {
		t.Errorf("got %+v", answered)
	}
	wantText(t, answered.Error(), "token", "invalid_auth")
	fake.Down(true)
	dead := refused(t, c, "C1", notice(t))
	for _, shown := range []string{answered.Error(), dead.Error(), fmt.Sprintf("%+v", c), fmt.Sprintf("%+v %+v", *answered, *dead)} {
		if strings.Contains(shown, "s3cr3t") {
			t.Errorf("it shows in %s", shown)
		}
	}
}
