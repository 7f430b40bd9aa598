package channel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

// page is a message that is answered there and then.
func page(t *testing.T) channel.Message {
	t.Helper()
	m := notice(t)
	m.Answer = &channel.Answer{Label: "I’m on it", Says: "/ack INC-142", Open: "Open", Pass: &channel.Press{Label: "Can’t, pass on", Says: "/pass INC-142"}}
	m.Callback = "https://sigap.example.com/hook/t0k3n"
	return m
}

func TestWhoHasNotWrittenGetsATemplateWithTheButtons(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWhatsApp(t)
	c := open(t, "whatsapp", fake.Config())
	result := send(t, c, budi, page(t))
	send(t, c, budi, gangguan())
	got := fake.Messages()
	if len(got) != 2 || result.State != channel.Accepted || result.Ref != got[0].Ref {
		t.Fatalf("got %+v for %+v", got, result)
	}
	wantText(t, got[0].Text, "SEV1 · INC-142 · Checkout fails", "Since 02:14", "https://sigap.example.com/a/t0k3n")
	if b := got[0].Buttons; len(b) != 2 || b[0].Says != "/ack INC-142" || b[1].Says != "/pass INC-142" {
		t.Errorf("the buttons are %+v", b)
	}
	wantText(t, string(got[0].Raw), `"name":"sigap_page"`, `"biz_opaque_callback_data":"t0k3n"`)
	wantText(t, string(got[1].Raw), `"name":"sigap_notice"`, `"code":"id"`)
}

func TestWhoHasWrittenGetsAllOfItInItsOwnWords(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWhatsApp(t)
	fake.Wrote(budi)
	c := open(t, "whatsapp", fake.Config())
	m := page(t)
	m.Open, m.Thread = true, "wamid.earlier"
	send(t, c, budi, m)
	m.Title, m.Lines = strings.Repeat("é", 3000), []string{strings.Repeat("x", 3000)}
	send(t, c, budi, m)
	m.Answer = nil
	send(t, c, budi, m)
	got := fake.Messages()
	if len(got) != 3 || got[0].Thread != "wamid.earlier" || len(got[0].Buttons) != 2 {
		t.Fatalf("got %+v", got)
	}
	wantText(t, got[0].Text, "Lead: Siti Rahma", "Support: 31 reports", "Open: https://sigap.example.com/a/t0k3n")
	for _, long := range got[1:] {
		wantText(t, long.Text, "https://sigap.example.com/a/t0k3n", "https://sigap.example.com/i/142")
	}
}

func TestWhereTheConversationIsClosedAfterAllTheTemplateFollowsAtOnce(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWhatsApp(t)
	fake.RefuseNext(131047)
	m := page(t)
	m.Open = true
	send(t, open(t, "whatsapp", fake.Config()), budi, m)
	if got := fake.Messages(); len(got) != 1 || !strings.Contains(string(got[0].Raw), "sigap_page") {
		t.Errorf("got %+v", got)
	}
}

func TestWhatsAppsCodesSayWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWhatsApp(t)
	c := open(t, "whatsapp", fake.Config())
	for code, want := range map[int]struct {
		retry bool
		words string
	}{
		130429: {true, "told to refuse"},
		131056: {true, "told to refuse"},
		131026: {false, "not on WhatsApp"},
		132015: {false, "paused"},
		999999: {false, "(999999)"},
	} {
		fake.RefuseNext(code)
		failed := refused(t, c, budi, notice(t))
		if failed.Retry != want.retry || !strings.Contains(failed.Error(), want.words) {
			t.Errorf("%d gave %+v", code, failed)
		}
	}
	fake.RefuseNext(131056)
	if failed := refused(t, c, budi, notice(t)); failed.After.Seconds() != 6 {
		t.Errorf("it waits %v for the next to the same person", failed.After)
	}
	fake.Withdraw("sigap_notice", "en")
	wantText(t, refused(t, c, budi, notice(t)).Error(), "not there in this language", "sigap_notice")
	fake.LoseNext(1)
	if failed := refused(t, c, budi, notice(t)); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	wrong := open(t, "whatsapp", with(t, fake.Config(), "token", "wr0ngs3cr3t"))
	if failed := refused(t, wrong, budi, notice(t)); failed.Retry || strings.Contains(failed.Error(), "wr0ng") {
		t.Errorf("a wrong token gave %+v", failed)
	}
	for _, to := range []string{"", "08123456789", "budi"} {
		if failed := refused(t, c, to, notice(t)); failed.Retry {
			t.Errorf("%q gave %+v", to, failed)
		}
	}
}

func TestOnlyMetaIsHeardAndOnlyWhereItIsSetUp(t *testing.T) {
	t.Parallel()
	fake := channeltest.NewWhatsApp(t)
	mute, _ := open(t, "whatsapp", fake.Config()).(*channel.WhatsApp)
	ours, _ := open(t, "whatsapp", fake.Listening()).(*channel.WhatsApp)
	asks := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {"7"}, "hub.verify_token": {channeltest.WhatsAppVerify}}
	if answer, err := ours.Challenge(asks); err != nil || answer != "7" {
		t.Errorf("the challenge is answered %q (%v)", answer, err)
	}
	if _, err := mute.Challenge(asks); !incident.Is(err, incident.NotFound) {
		t.Errorf("without a secret: %v", err)
	}
	asks.Set("hub.verify_token", "another")
	if _, err := ours.Challenge(asks); !incident.Is(err, incident.Forbidden) {
		t.Errorf("another token: %v", err)
	}
	for name, c := range map[string]*channel.WhatsApp{"set up": ours, "not set up": mute} {
		if _, err := c.Read(http.Header{"X-Hub-Signature-256": {"sha256="}}, []byte(`{}`)); err == nil {
			t.Errorf("%s: somebody else is heard", name)
		}
	}
}
