package channel

import (
	"encoding/json"
	"testing"
)

// aMessage is a message to a bot with every field that is read
// (core.telegram.org/bots/api#message), in a topic of a group, in answer to
// one of the bot's.
const aMessage = `{"update_id":7,"message":{"message_id":12,"message_thread_id":42,"is_topic_message":true,"date":1795486440,
	"from":{"id":1001,"is_bot":false,"first_name":"Rina","language_code":"id"},
	"chat":{"id":-1002001,"type":"supergroup","title":"Ops","is_forum":true},
	"reply_to_message":{"message_id":11,"from":{"id":1,"is_bot":true,"username":"sigap_bot"},"chat":{"id":-1002001,"type":"supergroup"},
		"text":"🔴 SEV1 · INC-142 · Like INC-9, but worse\n\nIt fails"},
	"text":"/finding@Sigap_Bot The pool is full","entities":[{"type":"bot_command","offset":0,"length":18}]}}`

func TestWhatIsWrittenInATopicIsHeardWithWhatItAnswers(t *testing.T) {
	t.Parallel()
	got, id := readTelegramUpdate(json.RawMessage(aMessage), TelegramBot{ID: 1, Name: "sigap_bot"})
	want := Heard{Kind: "telegram", ID: "7", From: "1001", Lang: "id", Chat: "-1002001/42", Room: true, Thread: "12", Text: "/finding The pool is full", About: "INC-142"}
	if got == nil || *got != want || id != 7 {
		t.Errorf("it is heard as %+v (%d), want %+v", got, id, want)
	}
}

func TestWhatIsNotForTheBotIsPassedOver(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"to another bot":     `{"update_id":7,"message":{"message_id":1,"from":{"id":2},"chat":{"id":2,"type":"private"},"text":"/status@other_bot"}}`,
		"of a bot":           `{"update_id":7,"message":{"message_id":1,"from":{"id":2,"is_bot":true},"chat":{"id":2,"type":"group"},"text":"/status"}}`,
		"of a channel":       `{"update_id":7,"channel_post":{"message_id":1,"chat":{"id":2,"type":"channel"},"text":"/status"}}`,
		"of another shape":   `{"update_id":7,"message":{"message_id":"one"}}`,
		"a press of nothing": `{"update_id":7,"callback_query":{"id":"1","from":{"id":2},"data":"/ack"}}`,
	} {
		if got, id := readTelegramUpdate(json.RawMessage(raw), TelegramBot{ID: 1, Name: "sigap_bot"}); got != nil || id != 7 {
			t.Errorf("what is %s is heard as %+v (%d)", name, got, id)
		}
	}
}

func TestAnAnswerToSomebodyElseIsAboutNothing(t *testing.T) {
	t.Parallel()
	raw := `{"update_id":7,"message":{"message_id":2,"from":{"id":2},"chat":{"id":-2,"type":"group"},"text":"ok","reply_to_message":{"message_id":1,"from":{"id":3},"chat":{"id":-2,"type":"group"},"text":"INC-9"}}}`
	if got, _ := readTelegramUpdate(json.RawMessage(raw), TelegramBot{ID: 1, Name: "sigap_bot"}); got == nil || got.About != "" {
		t.Errorf("it is heard as %+v", got)
	}
}

func FuzzReadTelegramUpdate(f *testing.F) {
	f.Add([]byte(aMessage))
	f.Add([]byte(`{"update_id":8,"callback_query":{"id":"1","from":{"id":2},"data":"/ack INC-7","message":{"message_id":1,"chat":{"id":2,"type":"private"}}}}`))
	f.Add([]byte(`{"update_id":9,"message":{"message_id":1,"from":{"id":2},"chat":{"id":2,"type":"private"},"photo":[{}],"caption":"/report x"}}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, id := readTelegramUpdate(raw, TelegramBot{ID: 1, Name: "sigap_bot"})
		if h != nil && (h.Kind != "telegram" || h.From == "" || h.Chat == "" || h.ID == "" && id != 0) {
			t.Errorf("%s is heard as %+v", raw, h)
		}
	})
}
