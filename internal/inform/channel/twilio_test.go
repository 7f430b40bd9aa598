package channel_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

const budi = "+6281234567890"

func TestAnSMSSaysWhatMattersAndWhereToAct(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTwilio(t)
	m := notice(t)
	m.Callback = "https://sigap.example.com/hook/t0k3n"
	result := send(t, open(t, "sms", fake.Config()), budi, m)
	got := fake.Messages()
	if len(got) != 1 || got[0].To != budi || result.Ref != got[0].Ref || result.State != channel.Accepted {
		t.Fatalf("got %+v for %+v", result, got)
	}
	wantText(t, got[0].Text, "SEV1 · INC-142 · "+m.Title, m.Actions[0].URL)
	wantText(t, string(got[0].Raw), `"StatusCallback":["`+m.Callback+`"]`)

	m.Title, m.Lines = strings.Repeat("é", 3000), []string{strings.Repeat("x", 3000)}
	send(t, open(t, "sms", fake.Config()), budi, m)
	if long := fake.Messages()[1].Text; !strings.HasSuffix(long, m.Actions[0].URL) {
		t.Errorf("the link was cut off: %q", long)
	}
}

func TestACallReadsTheMessageAloudAndAsksForAKey(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTwilio(t)
	m := gangguan()
	m.Callback, m.Prompt = "https://sigap.example.com/hook/t0k3n?a=1&b=2", "Tekan 1 untuk menangani."
	send(t, open(t, "voice", fake.Config()), budi, m)
	got := fake.Messages()
	wantText(t, got[0].Text, m.Title, "separuh pembayaran", m.Prompt)
	wantText(t, string(got[0].Raw), `language=\"id-ID\"`, `"StatusCallbackEvent":["answered","completed"]`)

	m.Title = strings.Repeat("<&>", 3000)
	send(t, open(t, "voice", fake.Config()), budi, m)

	m.Callback = ""
	send(t, open(t, "voice", fake.Config()), budi, m)
	if strings.Contains(string(fake.Messages()[2].Raw), "Gather") {
		t.Error("a call that nobody answers for asks for a key")
	}
}

func TestTwiliosErrorsSayWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewTwilio(t)
	wrong := open(t, "sms", with(t, fake.Config(), "token", "wr0ngs3cr3t"))
	failed := refused(t, wrong, budi, notice(t))
	if failed.Retry || strings.Contains(failed.Error()+fmt.Sprintf("%+v", wrong), "s3cr3t") {
		t.Errorf("a wrong token gave %+v", failed)
	}
	wantText(t, failed.Error(), "Authenticate")
	for _, kind := range []string{"sms", "voice"} {
		c := open(t, kind, fake.Config())
		for _, to := range []string{"", "08123456789", "+62 812", "+0812345678", "budi"} {
			if failed := refused(t, c, to, notice(t)); failed.Retry {
				t.Errorf("%q gave %+v", to, failed)
			}
		}
		for status, retry := range map[int]bool{400: false, 404: false, 429: true, 500: true} {
			fake.FailNext(1, status)
			if failed := refused(t, c, budi, notice(t)); failed.Retry != retry {
				t.Errorf("%d gave %+v", status, failed)
			}
		}
		fake.LoseNext(1)
		if failed := refused(t, c, budi, notice(t)); !failed.Retry || !failed.Unsure {
			t.Errorf("a lost answer gave %+v", failed)
		}
	}
}

func TestTwiliosReportsAreReadAsFarAsTheyMatter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, form string
		want       channel.Report
	}{
		{"sms", "MessageStatus=sent", channel.Report{}},
		{"sms", "MessageStatus=delivered", channel.Report{State: channel.Delivered, Detail: "delivered"}},
		{"sms", "MessageStatus=undelivered&ErrorCode=30003", channel.Report{State: channel.Failed, Detail: "undelivered 30003"}},
		{"voice", "CallStatus=ringing", channel.Report{}},
		{"voice", "CallStatus=no-answer", channel.Report{State: channel.Failed, Detail: "no-answer"}},
		{"voice", "CallStatus=in-progress", channel.Report{State: channel.Delivered, Detail: "in-progress"}},
		{"voice", "CallStatus=in-progress&Digits=1", channel.Report{Key: "1"}},
		{"voice", "CallStatus=completed", channel.Report{}},
		{"slack", "MessageStatus=delivered", channel.Report{}},
	} {
		form, err := url.ParseQuery(c.form)
		if err != nil {
			t.Fatal(err)
		}
		if got := channel.ReadReport(c.kind, form); got != c.want {
			t.Errorf("%s %s: %+v, want %+v", c.kind, c.form, got, c.want)
		}
	}
}
