package channeltest

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"strings"
	"testing"
	"time"
)

func TestTheBotAPIRefusesWhatItsDocumentationForbids(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		method, body, want string
	}{
		"a good message":             {"sendMessage", `{"chat_id":"1","text":"hi"}`, `"ok":true`},
		"4096 units":                 {"sendMessage", `{"chat_id":"1","text":"` + long(4096) + `"}`, `"ok":true`},
		"markup does not count":      {"sendMessage", `{"chat_id":"1","parse_mode":"HTML","text":"<b>` + long(4096) + `</b>"}`, `"ok":true`},
		"no text":                    {"sendMessage", `{"chat_id":"1"}`, "Bad Request: message text is empty"},
		"4097 units":                 {"sendMessage", `{"chat_id":"1","text":"` + long(4097) + `"}`, "Bad Request: message is too long"},
		"2049 emoji":                 {"sendMessage", `{"chat_id":"1","text":"` + strings.Repeat("🔥", 2049) + `"}`, "Bad Request: message is too long"},
		"no chat":                    {"sendMessage", `{"text":"hi"}`, "Bad Request: chat_id is empty"},
		"an unknown chat":            {"sendMessage", `{"chat_id":"9","text":"hi"}`, "Bad Request: chat not found"},
		"a tag that is none":         {"sendMessage", `{"chat_id":"1","parse_mode":"HTML","text":"a < b"}`, "can't parse entities: Unsupported start tag"},
		"an unsupported tag":         {"sendMessage", `{"chat_id":"1","parse_mode":"HTML","text":"<p>a</p>"}`, "can't parse entities: Unsupported start tag"},
		"a tag left open":            {"sendMessage", `{"chat_id":"1","parse_mode":"HTML","text":"<b>a"}`, "can't parse entities: Can't find end tag"},
		"tags that cross":            {"sendMessage", `{"chat_id":"1","parse_mode":"HTML","text":"<b><i>a</b></i>"}`, "can't parse entities: Unexpected end tag"},
		"another parse mode":         {"sendMessage", `{"chat_id":"1","parse_mode":"BBCode","text":"a"}`, "unsupported parse_mode"},
		"a body that is none":        {"sendMessage", `{`, "can't parse JSON object"},
		"a button without text":      {"sendMessage", `{"chat_id":"1","text":"a","reply_markup":{"inline_keyboard":[[{"url":"https://a.example"}]]}}`, "Text buttons are unallowed"},
		"a button with two purposes": {"sendMessage", `{"chat_id":"1","text":"a","reply_markup":{"inline_keyboard":[[{"text":"b","url":"https://a.example","callback_data":"c"}]]}}`, "Text buttons are unallowed"},
		"a button to localhost":      {"sendMessage", `{"chat_id":"1","text":"a","reply_markup":{"inline_keyboard":[[{"text":"b","url":"http://localhost/"}]]}}`, "Wrong HTTP URL"},
		"a button to a script":       {"sendMessage", `{"chat_id":"1","text":"a","reply_markup":{"inline_keyboard":[[{"text":"b","url":"javascript:x"}]]}}`, "Wrong HTTP URL"},
		"a button that says a lot":   {"sendMessage", `{"chat_id":"1","text":"a","reply_markup":{"inline_keyboard":[[{"text":"b","callback_data":"` + long(64) + `"}]]}}`, `"ok":true`},
		"one that says too much":     {"sendMessage", `{"chat_id":"1","text":"a","reply_markup":{"inline_keyboard":[[{"text":"b","callback_data":"` + long(65) + `"}]]}}`, "BUTTON_DATA_INVALID"},
		"one that says nothing":      {"sendMessage", `{"chat_id":"1","text":"a","reply_markup":{"inline_keyboard":[[{"text":"b","callback_data":""}]]}}`, "BUTTON_DATA_INVALID"},
		"a reply to nothing":         {"sendMessage", `{"chat_id":"1","text":"a","reply_parameters":{}}`, "can't parse reply parameters"},
		"a photo as JSON":            {"sendPhoto", `{"chat_id":"1","caption":"a"}`, "there is no photo"},
		"an unknown method":          {"sendPigeon", `{"chat_id":"1"}`, "method not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := NewTelegram(t, "1")
			_, answer := do(t, "POST", fake.URL+"/bot"+fake.Token+"/"+c.method, map[string]string{"Content-Type": "application/json"}, c.body)
			if accepted := len(fake.Messages()) == 1; !strings.Contains(answer, c.want) || accepted != (c.want == `"ok":true`) {
				t.Errorf("answered %s, accepted: %t", answer, accepted)
			}
		})
	}
}

// photoForm returns the type and body of a sendPhoto.
func photoForm(t *testing.T, caption string, photo []byte) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	form.WriteField("chat_id", "1")
	form.WriteField("caption", caption)
	part, err := form.CreateFormFile("photo", "plot.png")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(photo)
	form.Close()
	return form.FormDataContentType(), b.String()
}

func TestTheBotAPIChecksAPhotoAndItsCaption(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		caption string
		photo   []byte
		want    string
	}{
		"1024 units":      {strings.Repeat("x", 1024), picture.Bytes(), `"ok":true`},
		"1025 units":      {strings.Repeat("x", 1025), picture.Bytes(), "message caption is too long"},
		"what is no file": {"a", nil, "there is no photo"},
		"what is no PNG":  {"a", []byte("hello"), "IMAGE_PROCESS_FAILED"},
		"what is too big": {"a", append(picture.Bytes(), make([]byte, 10<<20)...), "file is too big"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := NewTelegram(t, "1")
			kind, body := photoForm(t, c.caption, c.photo)
			if _, answer := do(t, "POST", fake.URL+"/bot"+fake.Token+"/sendPhoto", map[string]string{"Content-Type": kind}, body); !strings.Contains(answer, c.want) {
				t.Errorf("answered %s", answer)
			}
		})
	}
}

func TestTheBotAPIKnowsItsBotItsBlocksAndItsMigrations(t *testing.T) {
	t.Parallel()
	fake := NewTelegram(t, "1", "-2")
	fake.Block("1")
	fake.Migrate("-2", -1002)
	json := map[string]string{"Content-Type": "application/json"}
	for _, c := range []struct {
		token, chat string
		status      int
		want        string
	}{
		{"1:x", "1", 401, `"description":"Unauthorized"`},
		{fake.Token, "1", 403, "Forbidden: bot was blocked by the user"},
		{fake.Token, "-2", 400, `"migrate_to_chat_id":-1002`},
		{fake.Token, "-1002", 200, `"ok":true`},
	} {
		status, answer := do(t, "POST", fake.URL+"/bot"+c.token+"/sendMessage", json, `{"chat_id":"`+c.chat+`","text":"hi"}`)
		if status != c.status || !strings.Contains(answer, c.want) {
			t.Errorf("to %s: %d %s", c.chat, status, answer)
		}
	}
}

func TestTheBotAPILimitsAPersonToAMessageASecondAndAGroupToTwentyAMinute(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	for chat, burst := range map[string]int{"1": 5, "-1": 20} {
		fake := NewTelegram(t, chat)
		fake.SetClock(func() time.Time { return now })
		post := func() (int, string) {
			return do(t, "POST", fake.URL+"/bot"+fake.Token+"/sendMessage", map[string]string{"Content-Type": "application/json"}, `{"chat_id":"`+chat+`","text":"hi"}`)
		}
		for range burst {
			if status, answer := post(); status != 200 {
				t.Fatalf("in the burst: %d %s", status, answer)
			}
		}
		status, answer := post()
		if status != 429 || !strings.Contains(answer, `"description":"Too Many Requests: retry after `) || !strings.Contains(answer, `"parameters":{"retry_after":`) {
			t.Errorf("after the burst: %d %s", status, answer)
		}
		fake.SetClock(func() time.Time { return now.Add(4 * time.Second) })
		if status, answer := post(); status != 200 {
			t.Errorf("later: %d %s", status, answer)
		}
	}
}

func TestAnInboxShowsTheFaultsThatItIsTold(t *testing.T) {
	t.Parallel()
	fake := NewTelegram(t, "1")
	post := func() (int, error) {
		status, _ := do(t, "POST", fake.URL+"/bot"+fake.Token+"/sendMessage", map[string]string{"Content-Type": "application/json"}, `{"chat_id":"1","text":"hi"}`)
		return status, nil
	}
	fake.FailNext(2, 503)
	var statuses []int
	for range 3 {
		status, _ := post()
		statuses = append(statuses, status)
	}
	if fmt.Sprint(statuses) != "[503 503 200]" || fake.Calls() != 3 || len(fake.Messages()) != 1 {
		t.Errorf("%v, %d calls, %v", statuses, fake.Calls(), fake.Messages())
	}
}

func TestTheBotAPIChecksWhatAListeningBotAsks(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		method, body, want string
	}{
		"who it is":               {"getMe", `{}`, `"username":"sigap_test_bot"`},
		"what was written":        {"getUpdates", `{"offset":0,"limit":1,"timeout":0,"allowed_updates":["message"]}`, `"text":"one"`},
		"what comes after":        {"getUpdates", `{"offset":2}`, `"text":"two"`},
		"what comes after all":    {"getUpdates", `{"offset":3}`, `"result":[]`},
		"too many":                {"getUpdates", `{"limit":101}`, "Bad Request: invalid limit"},
		"kinds that are no list":  {"getUpdates", `{"allowed_updates":"message"}`, "can't parse allowed_updates"},
		"commands":                {"setMyCommands", `{"commands":[{"command":"ack_1","description":"` + long(256) + `"}],"language_code":"id"}`, `"ok":true`},
		"no commands":             {"setMyCommands", `{}`, "can't parse commands JSON object"},
		"a command in capitals":   {"setMyCommands", `{"commands":[{"command":"Ack","description":"x"}]}`, "BOT_COMMAND_INVALID"},
		"a command of 33":         {"setMyCommands", `{"commands":[{"command":"` + long(33) + `","description":"x"}]}`, "BOT_COMMAND_INVALID"},
		"a command without words": {"setMyCommands", `{"commands":[{"command":"ack","description":""}]}`, "BOT_COMMAND_DESCRIPTION_INVALID"},
		"a command with a novel":  {"setMyCommands", `{"commands":[{"command":"ack","description":"` + long(257) + `"}]}`, "BOT_COMMAND_DESCRIPTION_INVALID"},
		"101 commands":            {"setMyCommands", `{"commands":[` + strings.Repeat(`{"command":"a","description":"x"},`, 100) + `{"command":"a","description":"x"}]}`, "BOT_COMMANDS_TOO_MUCH"},
		"a language that is none": {"setMyCommands", `{"commands":[],"language_code":"Indonesian"}`, "invalid language code"},
		"an answer to no press":   {"answerCallbackQuery", `{"callback_query_id":"9","text":"x"}`, "query ID is invalid"},
		"an answer of 201":        {"answerCallbackQuery", `{"callback_query_id":"9","text":"` + long(201) + `"}`, "MESSAGE_TOO_LONG"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := NewTelegram(t, "1")
			fake.Write(Written{Chat: 1, Text: "one"})
			fake.Write(Written{Chat: 1, Text: "two"})
			_, answer := do(t, "POST", fake.URL+"/bot"+fake.Token+"/"+c.method, map[string]string{"Content-Type": "application/json"}, c.body)
			if !strings.Contains(answer, c.want) || len(fake.Messages()) != 0 {
				t.Errorf("answered %s", answer)
			}
		})
	}
}

func TestTheBotAPITellsOneListenerOnly(t *testing.T) {
	t.Parallel()
	fake := NewTelegram(t, "1")
	ask := func(body string) string {
		_, answer := do(t, "POST", fake.URL+"/bot"+fake.Token+"/getUpdates", map[string]string{"Content-Type": "application/json"}, body)
		return answer
	}
	first := make(chan string, 1)
	go func() { first <- ask(`{"timeout":50}`) }()
	for !strings.Contains(ask(`{"timeout":0}`), "terminated by other getUpdates request") {
		continue // the first has not come yet
	}
	fake.Write(Written{Chat: 1, Text: "one"})
	if got := <-first; !strings.Contains(got, `"text":"one"`) {
		t.Errorf("the one that asks was told %s", got)
	}
	fake.SetWebhook(true)
	if got := ask(`{}`); !strings.Contains(got, "webhook is active") {
		t.Errorf("beside a webhook one is told %s", got)
	}
}
