package channel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

// roomService is what the fakes of services with incoming webhooks have in common.
type roomService interface {
	Config() json.RawMessage
	Messages() []channeltest.Received
	FailNext(n, status int)
	LoseNext(n int)
	Down(bool)
	SetClock(func() time.Time)
}

// roomServices starts each of them with the room "ops".
func roomServices(t *testing.T) map[string]roomService {
	return map[string]roomService{
		"discord":    channeltest.NewDiscord(t, "ops"),
		"googlechat": channeltest.NewGoogleChat(t, "ops"),
		"mattermost": channeltest.NewMattermost(t, "ops"),
		"teams":      channeltest.NewTeams(t, "ops"),
	}
}

func TestARoomSeesTheNotice(t *testing.T) {
	t.Parallel()
	for kind, fake := range roomServices(t) {
		m := notice(t)
		result := send(t, open(t, kind, fake.Config()), "ops", m)
		got := fake.Messages()
		if len(got) != 1 || got[0].To != "ops" || len(got[0].Buttons) != 2 || got[0].Buttons[0] != (channeltest.Button{Text: "I have it", URL: m.Actions[0].URL}) {
			t.Errorf("%s: got %+v", kind, got)
			continue
		}
		if want := map[string]channel.State{"teams": channel.Accepted}[kind]; want != "" && result.State != want {
			t.Errorf("%s: got %+v", kind, result)
		}
		wantText(t, got[0].Text, "SEV1", "INC-142", m.Title, "end in errors <502>.", "31 reports & counting.", "Lead: Siti Rahma")
		if kind == "discord" && (!bytes.Equal(got[0].Plot, m.Plot) || result.Ref != got[0].Ref) {
			t.Errorf("%s: plot %v, ref %q", kind, got[0].Plot, result.Ref)
		}
	}
}

func TestARoomIsNeverSentMoreThanItsServiceTakes(t *testing.T) {
	t.Parallel()
	for kind, fake := range roomServices(t) {
		m := notice(t)
		m.Title = strings.Repeat("<Checkout> *fails* & ", 60)
		m.Lines = []string{strings.Repeat("<&_>", 9000), "last"}
		m.Fields = []channel.Field{{Label: "", Value: ""}}
		for range 40 {
			m.Fields = append(m.Fields, channel.Field{Label: strings.Repeat("x", 300), Value: strings.Repeat("<", 3000)})
		}
		for range 30 {
			m.Actions = append(m.Actions, channel.Action{Label: strings.Repeat("Open ", 30), URL: "https://sigap.example.com/" + strings.Repeat("x", 100)})
		}
		send(t, open(t, kind, fake.Config()), "ops", m)
		wantText(t, fake.Messages()[0].Text, "Checkout", "<&_>")
	}
}

func TestARoomCannotBeMadeToCallEverybody(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"mattermost", "teams"} { // the others parse no mentions in what we send
		fake := roomServices(t)[kind]
		send(t, open(t, kind, fake.Config()), "ops", channel.Message{ID: "1", Title: "@channel @all", Lines: []string{"@here [click](https://evil.example)"}, Fields: []channel.Field{{Label: "By", Value: "@channel"}}})
		raw := string(fake.Messages()[0].Raw)
		for _, live := range []string{`@here`, `"@channel`, "[click]"} {
			if strings.Contains(strings.ReplaceAll(raw, `"fallback":"@channel @all"`, ""), live) {
				t.Errorf("%s: %q is live in %s", kind, live, raw)
			}
		}
	}
}

func TestARoomsAnswerSaysWhetherToRetry(t *testing.T) {
	t.Parallel()
	for kind, fake := range roomServices(t) {
		c := open(t, kind, fake.Config())
		for status, retry := range map[int]bool{400: false, 401: false, 404: false, 500: true, 503: true} {
			fake.FailNext(1, status)
			if failed := refused(t, c, "ops", notice(t)); failed.Retry != retry || !strings.Contains(failed.Detail, "told to fail") {
				t.Errorf("%s: %d gave %+v", kind, status, failed)
			}
		}
		if failed := refused(t, c, "nowhere", notice(t)); failed.Retry {
			t.Errorf("%s: an unknown room gave %+v", kind, failed)
		}
		fake.Down(true)
		if failed := refused(t, c, "ops", notice(t)); !failed.Retry {
			t.Errorf("%s: a dead service gave %+v", kind, failed)
		}
	}
}

func TestARoomWaitsAsLongAsItIsAskedTo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	for kind, fake := range roomServices(t) {
		fake.SetClock(func() time.Time { return now })
		c := open(t, kind, fake.Config())
		var failed *channel.Error
		for i := 0; i < 200 && failed == nil; i++ {
			m := channel.Message{ID: fmt.Sprint(i), Title: "x"}
			if _, err := c.Send(t.Context(), "ops", m); err != nil {
				failed = err.(*channel.Error)
			}
		}
		if failed == nil || !failed.Retry || (failed.After <= 0 && kind != "googlechat") { // Google names no time
			t.Errorf("%s: a flood gave %+v", kind, failed)
		}
	}
}

func TestARoomsAddressNeverShows(t *testing.T) {
	t.Parallel()
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no route for "+r.URL.RequestURI()+" or "+r.URL.Path, http.StatusNotFound)
	}))
	config := json.RawMessage(`{"rooms":{"ops":"` + echo.URL + `/hooks/s3cr3t?key=s3cr3t"}}`)
	var shown []string
	var channels []channel.Channel
	for kind := range roomServices(t) {
		c := open(t, kind, config)
		channels = append(channels, c)
		shown = append(shown, refused(t, c, "ops", notice(t)).Error(), fmt.Sprintf("%+v", c))
	}
	echo.Close()
	for _, c := range channels {
		shown = append(shown, refused(t, c, "ops", notice(t)).Error())
	}
	for _, text := range shown {
		if strings.Contains(text, "s3cr3t") {
			t.Errorf("it shows in %s", text)
		}
	}
}

func TestGoogleChatPostsOnceHoweverOftenItIsSentAndKeepsTheThread(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewGoogleChat(t, "ops")
	c := open(t, "googlechat", fake.Config())
	fake.LoseNext(1)
	if failed := refused(t, c, "ops", notice(t)); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	first := send(t, c, "ops", notice(t))
	next := notice(t)
	next.ID, next.Thread = "ntc-2", first.Thread
	second := send(t, c, "ops", next)
	got := fake.Messages()
	if len(got) != 2 || first.Ref != got[0].Ref || second.Thread != first.Thread || got[1].Thread != got[0].Thread || got[0].Thread == "" {
		t.Errorf("got %+v, %+v for %+v", first, second, got)
	}
}

func TestDiscordPostsToAThreadOfARoom(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewDiscord(t, "ops")
	send(t, open(t, "discord", fake.Config()), "ops/42", notice(t))
	if got := fake.Messages(); got[0].To != "ops/42" {
		t.Errorf("got %+v", got)
	}
}

func TestRoomsWithMistakesAreRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"discord", "googlechat", "mattermost", "teams"} {
		for _, config := range []string{`{}`, `{"rooms":{}}`, `{"rooms":{"":"https://a.example"}}`, `{"rooms":{"ops":"nowhere"}}`, `{"rooms":{"ops":"[redacted]"}}`} {
			if c, err := channel.New(kind, json.RawMessage(config), deps()); err == nil {
				t.Errorf("%s takes %s as %+v", kind, config, c)
			}
		}
	}
}
