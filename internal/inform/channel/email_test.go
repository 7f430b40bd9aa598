package channel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

// with returns config with one field more.
func with(t *testing.T, config json.RawMessage, field string, value any) json.RawMessage {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(config, &fields); err != nil {
		t.Fatal(err)
	}
	fields[field] = value
	changed, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func parsed(t *testing.T, got channeltest.Received) channeltest.Mail {
	t.Helper()
	m, err := channeltest.ParseMail(got.Raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAMailSaysEverythingInTextAndInHTML(t *testing.T) {
	t.Parallel()
	for _, security := range []channeltest.Security{channeltest.StartTLS, channeltest.TLS, channeltest.Plain} {
		t.Run(string(security), func(t *testing.T) {
			t.Parallel()
			fake := channeltest.NewSMTP(t, security)
			if security != channeltest.Plain {
				fake.Require("sigap", "pässword")
			}
			m := notice(t)
			result := send(t, open(t, "email", fake.Config()), "budi@example.com", m)
			if result.State != channel.Accepted || result.Ref != "<ntc-0199.ab@example.com>" || result.Thread != result.Ref {
				t.Errorf("got %+v", result)
			}
			wantText(t, result.Detail, "queued as 1")
			got := fake.Messages()
			if len(got) != 1 || got[0].To != "budi@example.com" || !bytes.Equal(got[0].Plot, m.Plot) {
				t.Fatalf("got %+v", got)
			}
			mail := parsed(t, got[0])
			wantText(t, mail.Text, m.Title, m.Lines[0], "Lead: Siti Rahma", m.PlotAlt, "I have it:\r\nhttps://sigap.example.com/a/t0k3n")
			wantText(t, mail.HTML, `<html lang="en">`, "&lt;502&gt;", "reports &amp; counting", "Siti Rahma", "#CE0E1A", `src="cid:plot@sigap"`)
			if len(got[0].Buttons) != 2 || got[0].Buttons[0].URL != m.Actions[0].URL {
				t.Errorf("buttons %v", got[0].Buttons)
			}
			for name, want := range map[string]string{
				"From": `"Sigap" <sigap@example.com>`, "To": "<budi@example.com>", "Subject": "[SEV1 INC-142] " + m.Title,
				"Auto-Submitted": "auto-generated", "Importance": "high", "Content-Language": "en",
				"List-Unsubscribe": "", "In-Reply-To": "", "User-Agent": "",
			} {
				if value := mail.Header.Get(name); value != want {
					t.Errorf("%s: %q, want %q", name, value, want)
				}
			}
		})
	}
}

func TestMailsOfAnIncidentMakeOneThread(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.Plain)
	c := open(t, "email", fake.Config())
	first := send(t, c, "budi@example.com", notice(t))
	next := notice(t)
	next.ID, next.Thread = "ntc/2 with a space", first.Thread
	second := send(t, c, "budi@example.com", next)
	if second.Thread != first.Ref || second.Ref == first.Ref {
		t.Errorf("got %+v after %+v", second, first)
	}
	header := parsed(t, fake.Messages()[1]).Header
	if header.Get("In-Reply-To") != first.Ref || header.Get("References") != first.Ref {
		t.Errorf("got %v", header)
	}
}

func TestAMailThatWasNotAcknowledgedGoesOutAgainAsTheSameMail(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.StartTLS)
	c := open(t, "email", fake.Config())
	fake.LoseNext(1)
	if failed := refused(t, c, "budi@example.com", notice(t)); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	send(t, c, "budi@example.com", notice(t))
	if got := fake.Messages(); len(got) != 2 || got[0].Ref != got[1].Ref {
		t.Errorf("got %+v", got)
	}
}

func TestAMailWithoutPlotOrActionsHasNoTraceOfThem(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.Plain)
	send(t, open(t, "email", fake.Config()), "budi@example.com", channel.Message{ID: "1", Title: "Gangguan pembayaran – pelanggan menunggu", Lang: "id"})
	got := fake.Messages()[0]
	mail := parsed(t, got)
	if got.Plot != nil || len(got.Buttons) != 0 || strings.Contains(mail.HTML, "<img") || mail.Header.Get("Importance") != "" {
		t.Errorf("got %s", got.Raw)
	}
	wantText(t, mail.HTML, `<html lang="id">`, "Gangguan pembayaran – pelanggan menunggu")
}

func TestATitleCannotAddToTheHeader(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.Plain)
	m := notice(t)
	m.Title = "Disk full\r\nBcc: everyone@example.com\r\n\r\nClick here" + strings.Repeat(" äöü", 300)
	m.Actions = []channel.Action{{Label: "<script>", URL: "javascript:alert(1)"}}
	send(t, open(t, "email", fake.Config()), "budi@example.com", m)
	got := fake.Messages()
	mail := parsed(t, got[0])
	if len(got) != 1 || mail.Header.Get("Bcc") != "" || strings.Contains(mail.HTML, "<script>") || strings.Contains(mail.HTML, "javascript:") {
		t.Errorf("got %s", got[0].Raw)
	}
}

func TestAListMailSaysHowToUnsubscribe(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.Plain)
	c := open(t, "email", with(t, fake.Config(), "unsubscribe", "https://status.example.com/u/1"))
	send(t, c, "budi@example.com", notice(t))
	if got := parsed(t, fake.Messages()[0]).Header.Get("List-Unsubscribe"); got != "<https://status.example.com/u/1>" {
		t.Errorf("got %q", got)
	}
}

func TestAMailServersReplySaysWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.StartTLS)
	fake.Refuse("gone@example.com", "550 5.1.1 No such user here")
	fake.Refuse("full@example.com", "452 4.2.2 Mailbox full")
	c := open(t, "email", fake.Config())
	for to, want := range map[string]struct {
		retry bool
		words string
	}{
		"gone@example.com": {false, "No such user here"},
		"full@example.com": {true, "Mailbox full"},
		"no address":       {false, "not an e-mail address"},
		"":                 {false, "not an e-mail address"},
	} {
		failed := refused(t, c, to, notice(t))
		if failed.Retry != want.retry || failed.Unsure {
			t.Errorf("%q gave %+v", to, failed)
		}
		wantText(t, failed.Error(), want.words)
	}
	for code, retry := range map[int]bool{451: true, 554: false} {
		fake.FailNext(1, code)
		if failed := refused(t, c, "budi@example.com", notice(t)); failed.Retry != retry {
			t.Errorf("%d gave %+v", code, failed)
		}
	}
	fake.Down(true)
	if failed := refused(t, c, "budi@example.com", notice(t)); !failed.Retry {
		t.Errorf("a dead server gave %+v", failed)
	}
	if got := fake.Messages(); len(got) != 0 {
		t.Errorf("accepted %+v", got)
	}
}

func TestAWrongPasswordIsALastingErrorThatDoesNotShowIt(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.StartTLS)
	fake.Require("sigap", "right-password")
	c := open(t, "email", with(t, fake.Config(), "password", "wrong-password"))
	failed := refused(t, c, "budi@example.com", notice(t))
	if failed.Retry {
		t.Errorf("got %+v", failed)
	}
	wantText(t, failed.Error(), "535")
	if shown := failed.Error() + fmt.Sprintf("%+v", c); strings.Contains(shown, "wrong-password") {
		t.Errorf("it shows in %s", shown)
	}
}

func TestNoMailIsHandedToAServerThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		security channeltest.Security
		field    string
		value    any
	}{
		"an unknown certificate over STARTTLS": {channeltest.StartTLS, "ca", ""},
		"an unknown certificate over TLS":      {channeltest.TLS, "ca", ""},
		"a server without STARTTLS":            {channeltest.Plain, "tls", "starttls"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := channeltest.NewSMTP(t, c.security)
			refused(t, open(t, "email", with(t, fake.Config(), c.field, c.value)), "budi@example.com", notice(t))
			if got := fake.Messages(); len(got) != 0 {
				t.Errorf("accepted %+v", got)
			}
		})
	}
}

func TestMailGoesThroughTheGuard(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.Plain)
	c, err := channel.New("email", fake.Config(), channel.Deps{Dial: channel.NewDialer(channel.Allow{})})
	if err != nil {
		t.Fatal(err)
	}
	failed := refused(t, c, "budi@example.com", notice(t))
	if _, ok := errors.AsType[*channel.ForbiddenError](failed); !ok || failed.Retry {
		t.Errorf("got %+v", failed)
	}
}

func TestASilentMailServerIsLeftWhenTheTimeIsUp(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewSMTP(t, channeltest.Plain)
	defer fake.Hold()()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := open(t, "email", fake.Config()).Send(ctx, "budi@example.com", notice(t))
	failed, ok := errors.AsType[*channel.Error](err)
	if !ok || !failed.Retry || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
		t.Errorf("got %v after %s", err, time.Since(began))
	}
}
