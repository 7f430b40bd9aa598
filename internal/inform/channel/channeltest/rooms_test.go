package channeltest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// refusals posts bodies, by what is wrong with them, to a fresh service each,
// and wants an answer that holds the text, or, for one that begins with "ok",
// that the message is accepted.
func refusals(t *testing.T, start func(t *testing.T) (address string, inbox *Inbox), cases map[string][2]string) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, inbox := start(t)
			status, answer := do(t, "POST", address, map[string]string{"Content-Type": "application/json"}, c[0])
			good := strings.HasPrefix(c[1], "ok")
			if accepted := len(inbox.Messages()) == 1; accepted != good || (status/100 == 2) != good || (!good && !strings.Contains(answer, c[1])) {
				t.Errorf("answered %d %s, accepted: %t", status, answer, accepted)
			}
		})
	}
}

func x(n int) string { return strings.Repeat("x", n) }

func TestMattermostRefusesWhatItsDocumentationForbids(t *testing.T) {
	t.Parallel()
	refusals(t, func(t *testing.T) (string, *Inbox) {
		f := NewMattermost(t, "ops")
		return f.url + "/hooks/" + roomKey("ops"), &f.Inbox
	}, map[string][2]string{
		"a text":                        {`{"text":"hi"}`, "ok"},
		"an attachment":                 {`{"attachments":[{"fallback":"a","color":"#CE0E1A"}]}`, "ok"},
		"nothing":                       {`{}`, "No text specified."},
		"what is no JSON":               {`{`, "Unable to parse"},
		"an attachment without summary": {`{"attachments":[{"text":"a"}]}`, "no fallback"},
		"a colour by name":              {`{"attachments":[{"fallback":"a","color":"red"}]}`, "not a hex code"},
		"a post of 16384":               {`{"text":"` + x(16384) + `"}`, "too long"},
	})
}

func TestDiscordRefusesWhatItsDocumentationForbids(t *testing.T) {
	t.Parallel()
	const quiet = `"allowed_mentions":{"parse":[]}`
	embed := func(fields string) string { return `{` + quiet + `,"embeds":[{` + fields + `}]}` }
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	refusals(t, func(t *testing.T) (string, *Inbox) {
		f := NewDiscord(t, "ops")
		return f.url + "/api/webhooks/1/" + roomKey("ops") + "?wait=true", &f.Inbox
	}, map[string][2]string{
		"a text":                    {`{"content":"hi",` + quiet + `}`, "ok"},
		"an embed":                  {embed(`"title":"` + x(256) + `","description":"` + x(4096) + `"`), "ok"},
		"nothing":                   {`{` + quiet + `}`, `"code":50006`},
		"what is no JSON":           {`{`, `"code":50109`},
		"a text of 2001":            {`{"content":"` + x(2001) + `",` + quiet + `}`, "content: Must be between 0 and 2000"},
		"a title of 257":            {embed(`"title":"` + x(257) + `"`), `"code":50035`},
		"a description of 4097":     {embed(`"description":"` + x(4097) + `"`), "description: Must be"},
		"26 fields":                 {embed(`"fields":[` + many(26, `{"name":"a","value":"b"}`) + `]`), "25 or fewer"},
		"a field without name":      {embed(`"fields":[{"name":"","value":"b"}]`), "name: Must be between 1"},
		"a value of 1025":           {embed(`"fields":[{"name":"a","value":"` + x(1025) + `"}]`), "value: Must be between 1"},
		"more than 6000 in all":     {embed(`"description":"` + x(4096) + `","fields":[` + many(2, `{"name":"a","value":"`+x(1000)+`"}`) + `]`), "exceeds maximum size of 6000"},
		"11 embeds":                 {`{` + quiet + `,"embeds":[` + many(11, `{"title":"a"}`) + `]}`, "10 or fewer"},
		"a picture that is missing": {embed(`"title":"a","image":{"url":"attachment://plot.png"}`), "not attached"},
		"a colour beyond white":     {embed(`"title":"a","color":16777216`), "16777215"},
		"mentions":                  {`{"content":"hi"}`, "allowed_mentions"},
	})
}

func TestDiscordSaysNothingUnlessItIsAskedToWait(t *testing.T) {
	t.Parallel()
	f := NewDiscord(t, "ops")
	status, answer := do(t, "POST", f.url+"/api/webhooks/1/"+roomKey("ops"), map[string]string{"Content-Type": "application/json"}, `{"content":"hi","allowed_mentions":{"parse":[]}}`)
	if status != http.StatusNoContent || answer != "" {
		t.Errorf("answered %d %s", status, answer)
	}
}

func TestNtfyRefusesWhatItsDocumentationForbids(t *testing.T) {
	t.Parallel()
	action := `{"action":"view","label":"a","url":"https://a.example"}`
	refusals(t, func(t *testing.T) (string, *Inbox) {
		f := NewNtfy(t, "")
		return f.URL, &f.Inbox
	}, map[string][2]string{
		"a good one":             {`{"topic":"t","message":"` + x(4096) + `","priority":5,"actions":[` + action + `]}`, "ok"},
		"no topic":               {`{"message":"a"}`, `"code":40009`},
		"a topic with a slash":   {`{"topic":"a/b","message":"a"}`, `"code":40009`},
		"a message of 4097":      {`{"topic":"t","message":"` + x(4097) + `"}`, `"code":40014`},
		"a body of 8193":         {`{"topic":"t","message":"` + x(8193) + `"}`, `"code":41303`},
		"a priority of 6":        {`{"topic":"t","priority":6}`, `"code":40007`},
		"four actions":           {`{"topic":"t","actions":[` + strings.Repeat(action+",", 3) + action + `]}`, `"code":40018`},
		"an action without name": {`{"topic":"t","actions":[{"action":"view","url":"https://a.example"}]}`, `"code":40018`},
		"a sequence with spaces": {`{"topic":"t","sequence_id":"a b"}`, `"code":40049`},
		"what is no JSON":        {`{`, `"code":40017`},
	})
}

func TestNtfyKnowsItsTokenAndItsLimit(t *testing.T) {
	t.Parallel()
	f := NewNtfy(t, "tk_right")
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	f.SetClock(func() time.Time { return now })
	for header, want := range map[string]string{"": `"code":40301`, "Bearer tk_wrong": `"code":40101`, "Bearer tk_right": `"event":"message"`} {
		headers := map[string]string{"Content-Type": "application/json"}
		if header != "" {
			headers["Authorization"] = header
		}
		if _, answer := do(t, "POST", f.URL, headers, `{"topic":"t","message":"a"}`); !strings.Contains(answer, want) {
			t.Errorf("%q: %s", header, answer)
		}
	}
	for range 57 {
		do(t, "POST", f.URL, nil, `{"topic":"t"}`)
	}
	if status, answer := do(t, "POST", f.URL, nil, `{"topic":"t"}`); status != 429 || !strings.Contains(answer, `"code":42901`) {
		t.Errorf("after the burst: %d %s", status, answer)
	}
}

func TestGoogleChatRefusesWhatItsDocumentationForbids(t *testing.T) {
	t.Parallel()
	card := func(widgets string) string {
		return `{"cardsV2":[{"cardId":"a","card":{"header":{"title":"t"},"sections":[{"widgets":[` + widgets + `]}]}}]}`
	}
	refusals(t, func(t *testing.T) (string, *Inbox) {
		f := NewGoogleChat(t, "ops")
		return f.url + "/v1/spaces/" + roomKey("ops"), &f.Inbox
	}, map[string][2]string{
		"a text":                   {`{"text":"hi"}`, "ok"},
		"a card":                   {card(`{"textParagraph":{"text":"a &lt; b"}}`), "ok"},
		"nothing":                  {`{}`, "cannot be empty"},
		"what is no JSON":          {`{`, "Invalid JSON"},
		"32001 bytes":              {`{"text":"` + x(31990) + `"}`, "too long"},
		"a thread key of 4001":     {`{"text":"a","thread":{"threadKey":"` + x(4001) + `"}}`, "Thread key"},
		"a card without title":     {`{"cardsV2":[{"card":{}}]}`, "title is required"},
		"two cards without ids":    {`{"cardsV2":[{"card":{"header":{"title":"t"}}},{"card":{"header":{"title":"t"}}}]}`, "id is required"},
		"a section of nothing":     {card(``), "1 to 100 widgets"},
		"an unknown widget":        {card(`{"pigeon":{}}`), "Unknown widget"},
		"markup that is none":      {card(`{"textParagraph":{"text":"a <502> b"}}`), "Unknown markup"},
		"a button to nowhere":      {card(`{"buttonList":{"buttons":[{"text":"a"}]}}`), "text and a link"},
		"a button without a label": {card(`{"buttonList":{"buttons":[{"onClick":{"openLink":{"url":"https://a.example"}}}]}}`), "text and a link"},
	})
}

func TestGoogleChatIgnoresAThreadThatIsNotAskedFor(t *testing.T) {
	t.Parallel()
	f := NewGoogleChat(t, "ops")
	do(t, "POST", f.url+"/v1/spaces/"+roomKey("ops"), nil, `{"text":"a","thread":{"threadKey":"k"}}`)
	do(t, "POST", f.url+"/v1/spaces/"+roomKey("ops")+"?messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD", nil, `{"text":"a","thread":{"threadKey":"k"}}`)
	if got := f.Messages(); got[0].Thread != "" || got[1].Thread != "k" {
		t.Errorf("got %+v", got)
	}
}

func TestTeamsRefusesWhatItsDocumentationForbids(t *testing.T) {
	t.Parallel()
	message := func(card string) string {
		return `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":` + card + `}]}`
	}
	refusals(t, func(t *testing.T) (string, *Inbox) {
		f := NewTeams(t, "ops")
		return f.url + "/workflows/" + roomKey("ops"), &f.Inbox
	}, map[string][2]string{
		"a card":             {message(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"a"}],"actions":[{"type":"Action.OpenUrl","title":"a","url":"https://a.example"}]}`), "ok"},
		"a text":             {`{"text":"hi"}`, "TriggerInputSchemaMismatch"},
		"what is no JSON":    {`{`, "InvalidRequestContent"},
		"another card":       {`{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.hero"}]}`, "TriggerInputSchemaMismatch"},
		"version 1.6":        {message(`{"type":"AdaptiveCard","version":"1.6","body":[{"type":"TextBlock","text":"a"}]}`), "up to version 1.5"},
		"a card of nothing":  {message(`{"type":"AdaptiveCard","version":"1.5","body":[]}`), "Not an Adaptive Card"},
		"an empty block":     {message(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock"}]}`), "unknown or empty"},
		"a pigeon":           {message(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"Pigeon"}]}`), "unknown or empty"},
		"a button that acts": {message(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"a"}],"actions":[{"type":"Action.Submit","title":"a"}]}`), "only open a link"},
		"more than 28 KB":    {message(`{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"` + x(28<<10) + `"}]}`), "RequestEntityTooLarge"},
	})
}

func TestEachServiceKnowsItsRoomsAndLimitsThem(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	mattermost, discord, google, teams := NewMattermost(t, "ops"), NewDiscord(t, "ops"), NewGoogleChat(t, "ops"), NewTeams(t, "ops")
	card := `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"a"}]}}]}`
	for name, c := range map[string]struct {
		inbox   *Inbox
		address string
		body    string
		unknown int // answer to an address that is not one
		burst   int
		limited string
	}{
		"mattermost": {&mattermost.Inbox, mattermost.url + "/hooks/", `{"text":"a"}`, 400, 100, "limit exceeded"},
		"discord":    {&discord.Inbox, discord.url + "/api/webhooks/1/", `{"content":"a","allowed_mentions":{"parse":[]}}`, 404, 5, `"retry_after":0.4`},
		"googlechat": {&google.Inbox, google.url + "/v1/spaces/", `{"text":"a"}`, 404, 3, "RESOURCE_EXHAUSTED"},
		"teams":      {&teams.Inbox, teams.url + "/workflows/", card, 401, 4, "WorkflowTriggerRequestsThrottled"},
	} {
		c.inbox.SetClock(func() time.Time { return now })
		json := map[string]string{"Content-Type": "application/json"}
		if status, _ := do(t, "POST", c.address+"guess", json, c.body); status != c.unknown {
			t.Errorf("%s: a guessed address is answered %d", name, status)
		}
		for range c.burst {
			if status, answer := do(t, "POST", c.address+roomKey("ops"), json, c.body); status/100 != 2 {
				t.Fatalf("%s: in the burst: %d %s", name, status, answer)
			}
		}
		if status, answer := do(t, "POST", c.address+roomKey("ops"), json, c.body); status != 429 || !strings.Contains(answer, c.limited) {
			t.Errorf("%s: after the burst: %d %s", name, status, answer)
		}
		if n := len(c.inbox.Messages()); n != c.burst {
			t.Errorf("%s: %s", name, fmt.Sprint(n))
		}
	}
}
