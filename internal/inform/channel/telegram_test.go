package channel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

func TestTelegramShowsAShortNoticeAsOnePictureWithButtons(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711")
	m := notice(t)
	result := send(t, open(t, "telegram", fake.Config()), "4711", m)
	got := fake.Messages()
	if len(got) != 1 || result.State != channel.Delivered || result.Ref != got[0].Ref || result.Thread != got[0].Ref {
		t.Fatalf("got %+v for %+v", result, got)
	}
	wantText(t, got[0].Text, "🔴 SEV1 · INC-142 · "+m.Title, "errors <502>.", "reports & counting", "Lead: Siti Rahma")
	if !bytes.Equal(got[0].Plot, m.Plot) {
		t.Error("the plot is not the one sent")
	}
	want := []channeltest.Button{{Text: "I have it", URL: m.Actions[0].URL}, {Text: "Open", URL: m.Actions[1].URL}}
	if fmt.Sprint(got[0].Buttons) != fmt.Sprint(want) {
		t.Errorf("buttons %v", got[0].Buttons)
	}
}

func TestTelegramSendsAPlotAfterATextThatIsTooLongForACaption(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711")
	m := notice(t)
	m.Lines = append(m.Lines, strings.Repeat("🔥", 500))
	result := send(t, open(t, "telegram", fake.Config()), "4711", m)
	got := fake.Messages()
	if len(got) != 2 || got[0].Plot != nil || len(got[0].Buttons) != 2 || got[1].Plot == nil || got[1].Thread != got[0].Ref || len(got[1].Buttons) != 0 {
		t.Fatalf("got %+v", got)
	}
	wantText(t, got[1].Text, m.PlotAlt)
	if result.Ref != got[0].Ref {
		t.Errorf("the message is %q, not the text's %q", result.Ref, got[0].Ref)
	}
}

func TestTelegramSendsTheTextEvenIfItsPlotIsRefused(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711")
	m := notice(t)
	m.Lines = append(m.Lines, strings.Repeat("x", 2000))
	m.Plot = []byte("no picture")
	result := send(t, open(t, "telegram", fake.Config()), "4711", m)
	if got := fake.Messages(); len(got) != 1 {
		t.Errorf("got %+v", got)
	}
	wantText(t, result.Detail, "without its plot", "IMAGE_PROCESS_FAILED")
}

func TestTelegramSendsTheTextAloneIfThePictureOfACaptionIsRefused(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711")
	m := notice(t)
	m.Plot = []byte("no picture")
	result := send(t, open(t, "telegram", fake.Config()), "4711", m)
	got := fake.Messages()
	if len(got) != 1 || got[0].Plot != nil || len(got[0].Buttons) != 2 {
		t.Errorf("got %+v", got)
	}
	wantText(t, result.Detail, "without its plot")
}

func TestTelegramCutsATextAtTheLastUnitThatFits(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711")
	m := notice(t)
	m.Plot = nil
	m.Lines = []string{strings.Repeat("🔥<&>", 3000)}
	m.Fields = nil
	send(t, open(t, "telegram", fake.Config()), "4711", m)
	got := fake.Messages()[0].Text
	if n := len(utf16.Encode([]rune(got))); n > 4096 || n < 4090 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d units, ending in %q", n, got[len(got)-10:])
	}
}

func TestTelegramAnswersInItsThreadAndTopic(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "-1001234567890")
	c := open(t, "telegram", fake.Config())
	first := send(t, c, "-1001234567890/42", notice(t))
	next := notice(t)
	next.Thread = first.Thread
	if result := send(t, c, "-1001234567890/42", next); result.Thread != first.Thread {
		t.Errorf("the thread became %q", result.Thread)
	}
	got := fake.Messages()
	if got[1].Thread != got[0].Ref || got[1].To != "-1001234567890/42" {
		t.Errorf("got %+v", got[1])
	}
}

func TestTelegramWritesAnActionOutThatCannotBeAButton(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711")
	m := notice(t)
	m.Actions = []channel.Action{{Label: "Open", URL: "http://localhost:8080/i/142"}, {Label: "Docs", URL: "https://docs.example.com"}}
	send(t, open(t, "telegram", fake.Config()), "4711", m)
	got := fake.Messages()[0]
	wantText(t, got.Text, "Open: http://localhost:8080/i/142")
	if len(got.Buttons) != 1 || got.Buttons[0].Text != "Docs" {
		t.Errorf("buttons %v", got.Buttons)
	}
}

func TestTelegramFollowsAGroupThatBecameASupergroup(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "-4711")
	fake.Migrate("-4711", -1009999999999)
	result := send(t, open(t, "telegram", fake.Config()), "-4711", notice(t))
	if got := fake.Messages(); len(got) != 1 || got[0].To != "-1009999999999" {
		t.Errorf("got %+v", got)
	}
	wantText(t, result.Detail, "-1009999999999")
}

func TestTelegramsErrorsSayWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711", "4712")
	fake.Block("4712")
	c := open(t, "telegram", fake.Config())
	if failed := refused(t, c, "4712", notice(t)); failed.Retry {
		t.Errorf("a blocked bot gave %+v", failed)
	} else {
		wantText(t, failed.Detail, "blocked by the user")
	}
	if failed := refused(t, c, "999", notice(t)); failed.Retry {
		t.Errorf("an unknown chat gave %+v", failed)
	}
	for _, to := range []string{"", "x y", "4711/none"} {
		if failed := refused(t, c, to, notice(t)); failed.Retry {
			t.Errorf("%q gave %+v", to, failed)
		}
	}
	fake.FailNext(1, http.StatusBadGateway)
	if failed := refused(t, c, "4711", notice(t)); !failed.Retry {
		t.Errorf("a broken gateway gave %+v", failed)
	}
	wrong := open(t, "telegram", json.RawMessage(`{"token":"1:aaaaaaaaaaaaaaaaaaaaaaaa","api":"`+fake.URL+`"}`))
	if failed := refused(t, wrong, "4711", notice(t)); failed.Retry {
		t.Errorf("an unknown token gave %+v", failed)
	} else {
		wantText(t, failed.Detail, "token")
	}
	fake.Down(true)
	if failed := refused(t, c, "4711", notice(t)); !failed.Retry {
		t.Errorf("a dead service gave %+v", failed)
	}
}

func TestTelegramWaitsAsLongAsItIsAskedTo(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTelegram(t, "4711")
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	fake.SetClock(func() time.Time { return now })
	c := open(t, "telegram", fake.Config())
	var failed *channel.Error
	for range 10 {
		if _, err := c.Send(t.Context(), "4711", notice(t)); err != nil {
			failed = err.(*channel.Error)
			break
		}
	}
	if failed == nil || !failed.Retry || failed.After < time.Second {
		t.Fatalf("a flood gave %+v", failed)
	}
	later := now.Add(failed.After)
	fake.SetClock(func() time.Time { return later })
	send(t, c, "4711", notice(t))
}

func TestTelegramsTokenNeverShowsInAnError(t *testing.T) {
	t.Parallel()
	const token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no route for "+r.URL.Path, http.StatusNotFound)
	}))
	c := open(t, "telegram", json.RawMessage(`{"token":"`+token+`","api":"`+echo.URL+`"}`))
	answered := refused(t, c, "4711", notice(t))
	echo.Close()
	dead := refused(t, c, "4711", notice(t))
	for _, failed := range []*channel.Error{answered, dead} {
		if strings.Contains(failed.Error(), "AAHdq") || strings.Contains(fmt.Sprintf("%+v", *failed), "AAHdq") {
			t.Errorf("it shows in %v", failed)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", c), "AAHdq") {
		t.Errorf("it shows in %+v", c)
	}
}

func FuzzTelegramTakesWhateverATextHolds(f *testing.F) {
	f.Add("a <b>", "x & y", "🔥")
	f.Add("\xff", "\x00", "</b>")
	fake := channeltest.NewTelegram(f, "1")
	var now time.Time
	fake.SetClock(func() time.Time { now = now.Add(time.Minute); return now })
	c, err := channel.New("telegram", fake.Config(), deps())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, title, line, value string) {
		m := channel.Message{ID: "1", Title: "T" + title, Lines: []string{line}, Fields: []channel.Field{{Label: "F", Value: value}}}
		send(t, c, "1", m)
		got := fake.Messages()
		if !strings.HasPrefix(got[len(got)-1].Text, "T") {
			t.Errorf("got %q for %q", got[len(got)-1].Text, html.EscapeString(title))
		}
	})
}
