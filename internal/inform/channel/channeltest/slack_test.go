package channeltest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// call calls a method of the Web API with a form.
func (f *Slack) call(t *testing.T, method string, arguments map[string]string) (int, string) {
	t.Helper()
	form := url.Values{"token": {f.Token}}
	for name, value := range arguments {
		form.Set(name, value)
	}
	return do(t, "POST", f.URL+"/"+method, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, form.Encode())
}

func TestPostMessageRefusesWhatItsDocumentationForbids(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	plain := func(n int) string { return `{"type":"plain_text","text":"` + long(n) + `"}` }
	many := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	button := func(fields string) string {
		return `[{"type":"actions","elements":[{"type":"button","text":` + plain(1) + fields + `}]}]`
	}
	for name, c := range map[string]struct{ argument, value, want string }{
		"a good text":             {"text", "hi", `"ok":true`},
		"nothing to say":          {"username", "x", `"error":"no_text"`},
		"a text over 40000":       {"text", long(40001), `"error":"msg_too_long"`},
		"blocks that are none":    {"blocks", "{", `"error":"invalid_blocks_format"`},
		"attachments that are no": {"attachments", "{", `"error":"invalid_attachments"`},
		"101 attachments":         {"attachments", many(101, `{"text":"a"}`), `"error":"too_many_attachments"`},
		"an unknown block":        {"blocks", `[{"type":"pigeon"}]`, "[ERROR] unsupported type: pigeon [json-pointer:/blocks/0/type]"},
		"a header of 150":         {"blocks", `[{"type":"header","text":` + plain(150) + `}]`, `"ok":true`},
		"a header of 151":         {"blocks", `[{"type":"header","text":` + plain(151) + `}]`, "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		"a header in markup":      {"blocks", `[{"type":"header","text":{"type":"mrkdwn","text":"a"}}]`, "unsupported type: mrkdwn"},
		"a header without text":   {"blocks", `[{"type":"header"}]`, "missing required field"},
		"a section of 3000":       {"blocks", `[{"type":"section","text":` + plain(3000) + `}]`, `"ok":true`},
		"a section of 3001":       {"blocks", `[{"type":"section","text":` + plain(3001) + `}]`, "must be less than 3001 characters"},
		"an empty section":        {"blocks", `[{"type":"section"}]`, "missing required field: text"},
		"an empty text":           {"blocks", `[{"type":"section","text":` + plain(0) + `}]`, "must be more than 0 characters"},
		"10 fields":               {"blocks", `[{"type":"section","fields":` + many(10, plain(2000)) + `}]`, `"ok":true`},
		"11 fields":               {"blocks", `[{"type":"section","fields":` + many(11, plain(1)) + `}]`, "no more than 10 items"},
		"a field of 2001":         {"blocks", `[{"type":"section","fields":[` + plain(2001) + `]}]`, "must be less than 2001 characters"},
		"emoji in markup":         {"blocks", `[{"type":"section","text":{"type":"mrkdwn","text":"a","emoji":true}}]`, "emoji is of plain_text"},
		"a context":               {"blocks", `[{"type":"context","elements":[{"type":"mrkdwn","text":"a"}]}]`, `"ok":true`},
		"a context of 11":         {"blocks", `[{"type":"context","elements":` + many(11, `{"type":"mrkdwn","text":"a"}`) + `}]`, "must have 1 to 10 items"},
		"51 blocks":               {"blocks", many(51, `{"type":"divider"}`), "no more than 50 items"},
		"a block id twice":        {"blocks", many(2, `{"type":"divider","block_id":"a"}`), "must be unique"},
		"a good button":           {"blocks", button(`,"action_id":"a","url":"https://a.example","style":"primary"`), `"ok":true`},
		"no button":               {"blocks", `[{"type":"actions","elements":[]}]`, "must have 1 to 25 items"},
		"a button without id":     {"blocks", button(``), "json-pointer:/blocks/0/elements/0/action_id"},
		"a button of 76":          {"blocks", `[{"type":"actions","elements":[{"type":"button","text":` + plain(76) + `,"action_id":"a"}]}]`, "must be less than 76 characters"},
		"a button in markup":      {"blocks", `[{"type":"actions","elements":[{"type":"button","text":{"type":"mrkdwn","text":"a"},"action_id":"a"}]}]`, "must be a plain_text object"},
		"a link over 3000":        {"blocks", button(`,"action_id":"a","url":"https://a.example/` + long(3000) + `"`), "must be less than 3001 characters"},
		"a link that is none":     {"blocks", button(`,"action_id":"a","url":"nowhere"`), "must be a valid URL"},
		"an unknown style":        {"blocks", button(`,"action_id":"a","style":"loud"`), "must be primary or danger"},
		"a value over 2000":       {"blocks", button(`,"action_id":"a","value":"` + long(2001) + `"`), "must be less than 2001 characters"},
		"a menu":                  {"blocks", `[{"type":"actions","elements":[{"type":"menu"}]}]`, "unsupported type: menu"},
		"blocks in attachments":   {"attachments", `[{"blocks":[{"type":"pigeon"}]}]`, "json-pointer:/attachments/0/blocks/0/type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := NewSlack(t, "C1")
			_, answer := fake.call(t, "chat.postMessage", map[string]string{"channel": "C1", c.argument: c.value})
			if accepted := len(fake.Messages()) == 1; !strings.Contains(answer, c.want) || accepted != (c.want == `"ok":true`) {
				t.Errorf("answered %s, accepted: %t", answer, accepted)
			}
		})
	}
}

func TestPostMessageKnowsItsTokenAndItsChannels(t *testing.T) {
	t.Parallel()
	fake := NewSlack(t, "C1", "C2", "C3", "U1")
	fake.Close("C2", "is_archived")
	fake.Close("C3", "not_in_channel")
	for _, c := range []struct{ token, channel, want string }{
		{"", "C1", `"error":"not_authed"`},
		{"xoxb-x", "C1", `"error":"invalid_auth"`},
		{fake.Token, "", `"error":"channel_not_found"`},
		{fake.Token, "C9", `"error":"channel_not_found"`},
		{fake.Token, "D9", `"error":"channel_not_found"`},
		{fake.Token, "C2", `"error":"is_archived"`},
		{fake.Token, "C3", `"error":"not_in_channel"`},
		{fake.Token, "U1", `"channel":"D1"`},
	} {
		status, answer := fake.call(t, "chat.postMessage", map[string]string{"token": c.token, "channel": c.channel, "text": "hi"})
		if status != http.StatusOK || !strings.Contains(answer, c.want) {
			t.Errorf("to %q: %d %s", c.channel, status, answer)
		}
	}
	if _, answer := fake.call(t, "chat.pigeon", nil); !strings.Contains(answer, "unknown_method") {
		t.Errorf("an unknown method: %s", answer)
	}
}

func TestSlackLimitsAChannelToAMessageASecond(t *testing.T) {
	t.Parallel()
	fake := NewSlack(t, "C1", "C2")
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	fake.SetClock(func() time.Time { return now })
	post := func(channel string) (int, string) {
		return fake.call(t, "chat.postMessage", map[string]string{"channel": channel, "text": "hi"})
	}
	for range 5 {
		post("C1")
	}
	if status, answer := post("C1"); status != 429 || answer != `{"ok":false,"error":"ratelimited"}` {
		t.Errorf("after the burst: %d %s", status, answer)
	}
	if status, _ := post("C2"); status != 200 {
		t.Errorf("another channel: %d", status)
	}
	fake.SetClock(func() time.Time { return now.Add(2 * time.Second) })
	if status, _ := post("C1"); status != 200 {
		t.Errorf("later: %d", status)
	}
}

func TestAnUploadIsOnlyWhatWasAnnouncedAndOnlyOnce(t *testing.T) {
	t.Parallel()
	fake := NewSlack(t, "C1", "U1")
	for name, arguments := range map[string]map[string]string{
		"invalid_arguments": {"filename": "", "length": "3"},
		"alt_txt_too_large": {"filename": "a.png", "length": "3", "alt_txt": strings.Repeat("x", 1001)},
	} {
		if _, answer := fake.call(t, "files.getUploadURLExternal", arguments); !strings.Contains(answer, name) {
			t.Errorf("%v: %s", arguments, answer)
		}
	}
	fake.call(t, "files.getUploadURLExternal", map[string]string{"filename": "a.png", "length": "3"})
	complete := func(channel string) string {
		_, answer := fake.call(t, "files.completeUploadExternal", map[string]string{"files": `[{"id":"F000001"}]`, "channel_id": channel})
		return answer
	}
	upload := func(id, content string) int {
		res, err := http.Post(fake.URL+"/upload/"+id, "application/octet-stream", strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		return res.StatusCode
	}
	if answer := complete("C1"); !strings.Contains(answer, "file_not_found") {
		t.Errorf("before the content came: %s", answer)
	}
	if got := fmt.Sprint(upload("F000009", "abc"), upload("F000001", "abcd"), upload("F000001", "abc")); got != "404 400 200" {
		t.Errorf("uploads: %s", got)
	}
	for _, channel := range []string{"U1", "C9"} {
		if answer := complete(channel); !strings.Contains(answer, "invalid_channel") {
			t.Errorf("to %s: %s", channel, answer)
		}
	}
	if answer := complete("C1"); !strings.Contains(answer, `"ok":true`) || string(fake.Messages()[0].Plot) != "abc" {
		t.Errorf("in order: %s", answer)
	}
	if answer := complete("C1"); !strings.Contains(answer, "file_not_found") {
		t.Errorf("a second time: %s", answer)
	}
}

func TestSlackNamesTheScopeThatAMethodLacks(t *testing.T) {
	t.Parallel()
	fake := NewSlack(t, "C1", "U1")
	ask := func(method, body string) string {
		_, answer := do(t, "POST", fake.URL+"/"+method, map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + fake.Token}, body)
		return answer
	}
	for method, body := range map[string]string{"chat.postMessage": `{"channel":"C1","text":"x"}`, "chat.postEphemeral": `{"channel":"C1","user":"U1","text":"x"}`} {
		if got := ask(method, body); !strings.Contains(got, `"ok":true`) {
			t.Errorf("%s: %s", method, got)
		}
	}
	if got := ask("chat.postEphemeral", `{"channel":"C1","user":"U9","text":"x"}`); !strings.Contains(got, "user_not_in_channel") {
		t.Errorf("to somebody who is not there: %s", got)
	}
	fake.Revoke("chat:write")
	if got := ask("chat.postMessage", `{"channel":"C1","text":"x"}`); !strings.Contains(got, `"error":"missing_scope"`) || !strings.Contains(got, `"needed":"chat:write"`) {
		t.Errorf("without its scope: %s", got)
	}
}

func TestSlackRefusesWhatItsRulesForChannelsForbid(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		method, body, want string
	}{
		"a name of 80":                {"conversations.create", `{"name":"` + long(80) + `"}`, `"ok":true`},
		"a name of 81":                {"conversations.create", `{"name":"` + long(81) + `"}`, "invalid_name_maxlength"},
		"no name":                     {"conversations.create", `{}`, "invalid_name_required"},
		"a name in capitals":          {"conversations.create", `{"name":"INC-1"}`, "invalid_name_specials"},
		"a name with a space":         {"conversations.create", `{"name":"inc 1"}`, "invalid_name_specials"},
		"a name of signs":             {"conversations.create", `{"name":"--"}`, "invalid_name_punctuation"},
		"a name that is taken":        {"conversations.create", `{"name":"taken"}`, "name_taken"},
		"a topic of 250":              {"conversations.setTopic", `{"channel":"C0NEW1","topic":"` + long(250) + `"}`, `"ok":true`},
		"a topic of 251":              {"conversations.setTopic", `{"channel":"C0NEW1","topic":"` + long(251) + `"}`, "too_long"},
		"a topic where one is not":    {"conversations.setTopic", `{"channel":"C1","topic":"x"}`, "not_in_channel"},
		"a topic nowhere":             {"conversations.setTopic", `{"channel":"C9","topic":"x"}`, "channel_not_found"},
		"somebody":                    {"conversations.invite", `{"channel":"C0NEW1","users":"U1"}`, `"ok":true`},
		"somebody who is there":       {"conversations.invite", `{"channel":"C0NEW1","users":"U2"}`, "already_in_channel"},
		"somebody of elsewhere":       {"conversations.invite", `{"channel":"C0NEW1","users":"U9"}`, "user_not_found"},
		"nobody":                      {"conversations.invite", `{"channel":"C0NEW1"}`, "no_user"},
		"101 people":                  {"conversations.invite", `{"channel":"C0NEW1","users":"` + strings.Repeat("U1,", 100) + `U1"}`, "too_many_users"},
		"an end":                      {"conversations.archive", `{"channel":"C0NEW1"}`, `"ok":true`},
		"an address of somebody":      {"users.lookupByEmail", `{"email":"u2@example.com"}`, `"id":"U2"`},
		"an address of nobody":        {"users.lookupByEmail", `{"email":"u9@example.com"}`, "users_not_found"},
		"a message that is not there": {"conversations.replies", `{"channel":"C0NEW1","ts":"1.1"}`, "thread_not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := NewSlack(t, "C1", "U1")
			fake.Take("taken")
			fake.Mail("U2", "u2@example.com")
			ask := func(method, body string) string {
				_, answer := do(t, "POST", fake.URL+"/"+method, map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + fake.Token}, body)
				return answer
			}
			ask("conversations.create", `{"name":"inc-1"}`)
			ask("conversations.invite", `{"channel":"C0NEW1","users":"U2"}`)
			if got := ask(c.method, c.body); !strings.Contains(got, c.want) {
				t.Errorf("answered %s", got)
			}
			for _, scope := range slackScopes[c.method] {
				fake.Revoke(scope)
			}
			if got := ask(c.method, c.body); !strings.Contains(got, "missing_scope") {
				t.Errorf("without its scopes it is answered %s", got)
			}
		})
	}
}

func TestSlackTakesNothingInAnArchivedChannel(t *testing.T) {
	t.Parallel()
	fake := NewSlack(t, "U1")
	ask := func(method, body string) string {
		_, answer := do(t, "POST", fake.URL+"/"+method, map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + fake.Token}, body)
		return answer
	}
	ask("conversations.create", `{"name":"inc-1"}`)
	ask("conversations.archive", `{"channel":"C0NEW1"}`)
	for method, want := range map[string]string{"conversations.archive": "already_archived", "conversations.setTopic": "is_archived", "conversations.invite": "is_archived", "chat.postMessage": "is_archived"} {
		if got := ask(method, `{"channel":"C0NEW1","users":"U1","topic":"x","text":"x"}`); !strings.Contains(got, want) {
			t.Errorf("%s: %s", method, got)
		}
	}
	if got := ask("conversations.create", `{"name":"inc-1"}`); !strings.Contains(got, "name_taken") {
		t.Errorf("its name is free: %s", got)
	}
}
