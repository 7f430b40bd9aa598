package channel_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/inform/channel/channeltest"
)

func pushKey(t *testing.T, secret string) channel.PushKey {
	t.Helper()
	key, err := channel.PushKeyOf([]byte(secret), "https://sigap.example.com")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func openPush(t *testing.T, key channel.PushKey) channel.Channel {
	t.Helper()
	d := deps()
	d.Push = key
	c, err := channel.New("push", json.RawMessage(`{}`), d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPushReachesTheBrowserThatSubscribed(t *testing.T) {
	t.Parallel()
	fake, key := channeltest.NewPush(t), pushKey(t, "secret")
	m := notice(t)
	m.Answer = &channel.Answer{Label: "I’m on it", Done: "You are on it."}
	m.Callback = "https://sigap.example.com/hook/t"
	result := send(t, openPush(t, key), fake.Subscribe(t, "phone", key.Public), m)
	got := fake.Messages()
	if len(got) != 1 || got[0].To != "phone" || result.State != channel.Accepted || result.Ref != got[0].Ref {
		t.Fatalf("got %+v for %+v", result, got)
	}
	wantText(t, got[0].Text, "SEV1 · INC-142 · "+m.Title, m.Lines[0], "Lead: Siti Rahma")
	wantText(t, string(got[0].Raw), `"urgent":true`, `"id":"ntc-0199.ab"`, `"url":"`+m.Actions[0].URL+`"`, `"take":"I’m on it"`, `"callback":"https://sigap.example.com/hook/t"`, `"lang":"en"`)
}

// What has no answer has no button, and a long one still fits into a record.
func TestPushIsNeverSentMoreThanItTakes(t *testing.T) {
	t.Parallel()
	fake, key := channeltest.NewPush(t), pushKey(t, "secret")
	c, to := openPush(t, key), fake.Subscribe(t, "phone", key.Public)
	m := notice(t)
	m.Title, m.Lines = strings.Repeat("é", 3000), []string{strings.Repeat("\"<é", 5000)}
	m.Actions[0].URL += strings.Repeat("t", 300)
	m.Callback = m.Actions[0].URL
	send(t, c, to, m)
	send(t, c, to, channel.Message{ID: "1", Title: "Only a title"})
	if got := fake.Messages(); len(got) != 2 || strings.Contains(string(got[1].Raw), "take") {
		t.Errorf("got %d messages, the last %s", len(got), got[len(got)-1].Raw)
	}
}

func TestPushesErrorsSayWhetherToRetry(t *testing.T) {
	t.Parallel()
	fake, key := channeltest.NewPush(t), pushKey(t, "secret")
	c, to := openPush(t, key), fake.Subscribe(t, "phone", key.Public)
	for status, retry := range map[int]bool{400: false, 413: false, 429: true, 500: true, 503: true} {
		fake.FailNext(1, status)
		if failed := refused(t, c, to, notice(t)); failed.Retry != retry || strings.Contains(failed.Error(), fake.URL) {
			t.Errorf("%d gave %+v", status, failed)
		}
	}
	fake.LoseNext(1)
	if failed := refused(t, c, to, notice(t)); !failed.Retry || !failed.Unsure {
		t.Errorf("a lost answer gave %+v", failed)
	}
	if failed := refused(t, openPush(t, pushKey(t, "another")), to, notice(t)); failed.Retry {
		t.Errorf("another server's key gave %+v", failed)
	}
	fake.Unsubscribe("phone")
	failed := refused(t, c, to, notice(t))
	if failed.Retry {
		t.Errorf("a browser that is gone gave %+v", failed)
	}
	wantText(t, failed.Error(), "allow them on it again")
	for _, address := range []string{"", "{}", "phone", `{"endpoint":"https://push.example/1","keys":{"p256dh":"AA","auth":"AA"}}`} {
		if failed := refused(t, c, address, notice(t)); failed.Retry {
			t.Errorf("the address %q gave %+v", address, failed)
		}
	}
}

// The key is the same at every start, and no two secrets have the same.
func TestThePushKeyIsTheSecretsOwn(t *testing.T) {
	t.Parallel()
	first := pushKey(t, "one")
	if again := pushKey(t, "one"); again != first {
		t.Error("the same secret gave two keys")
	}
	if other := pushKey(t, "two"); other.Public == first.Public || other.Private == first.Private {
		t.Error("two secrets gave one key")
	}
	if len(first.Public) != 87 { // 65 bytes: what PushManager.subscribe takes
		t.Errorf("the public key is %q", first.Public)
	}
}

func TestADeviceTellsThatItHasShownANotification(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]incident.Reach{"shown": incident.Delivered, "clicked": "", "": ""} {
		if got := channel.ReadReport("push", map[string][]string{"state": {said}}); got.State != want {
			t.Errorf("%q says %q, want %q", said, got.State, want)
		}
	}
}

func FuzzSubscription(f *testing.F) {
	f.Add(`{"endpoint":"https://push.example/1","keys":{"p256dh":"BA","auth":"AAAAAAAAAAAAAAAAAAAAAA"}}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, address string) {
		if s, err := channel.ReadSubscription(address); err == nil && (s.Endpoint == "" || s.Keys.Auth == "") {
			t.Errorf("%q was read as %+v", address, s)
		}
	})
}
