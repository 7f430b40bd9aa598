package channeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// Slack is a fake of Slack (docs.slack.dev): its Web API for one bot in a
// workspace with some channels and people, and what it tells the app's server.
type Slack struct {
	Inbox
	URL   string
	Token string

	known  map[string]bool // channels (C…) and people (U…)
	closed map[string]string
	posted map[string]bool // "conversation/ts"
	limits map[string]*rate.Limiter
	files  map[string]*slackFile
	lastID int

	revoked map[string]bool // scopes that the app has not
	emails  map[string]string
	rooms   map[string]*SlackRoom // that the app made, by id
	written map[string]string     // what people wrote, by "conversation/ts": "user text"
}

type slackFile struct {
	length   int
	content  []byte
	alt      string
	complete bool
}

// NewSlack starts a workspace with channels ("C1") and people ("U1").
func NewSlack(t testing.TB, ids ...string) *Slack {
	t.Helper()
	f := &Slack{
		Inbox: newInbox(), Token: "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy",
		known: map[string]bool{}, closed: map[string]string{}, posted: map[string]bool{},
		limits: map[string]*rate.Limiter{}, files: map[string]*slackFile{},
		revoked: map[string]bool{}, emails: map[string]string{}, rooms: map[string]*SlackRoom{}, written: map[string]string{},
	}
	for _, id := range ids {
		f.known[id] = true
	}
	f.URL = f.serve(t, f.receive, func(w http.ResponseWriter, status int) {
		http.Error(w, "<html>told to fail</html>", status) // Slack's 5xx come with a page
	})
	return f
}

// Config is the configuration of a channel that uses this workspace.
func (f *Slack) Config() json.RawMessage {
	return mustJSON(map[string]any{"token": f.Token, "api": f.URL})
}

// Listening is the configuration of a channel that hears, too, what happens in
// the workspace.
func (f *Slack) Listening() json.RawMessage {
	return mustJSON(map[string]any{"token": f.Token, "api": f.URL, "signingSecret": SlackSecret})
}

// Close makes Slack refuse messages to a channel with a word: "is_archived", "not_in_channel".
func (f *Slack) Close(channel, word string) { f.set(func() { f.closed[channel] = word }) }

// slackRefusal is an answer with ok: false, and its status 200
// (docs.slack.dev/apis/web-api/#responses).
type slackRefusal struct {
	word     string
	messages []string
	more     map[string]any // what else the answer holds
}

func refuse(word string, messages ...string) *slackRefusal {
	return &slackRefusal{word: word, messages: messages}
}

func (f *Slack) receive(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/upload/") {
		f.upload(w, r)
		return
	}
	values, err := slackArguments(r)
	if err != nil {
		slackAnswer(w, nil, refuse("invalid_form_data"))
		return
	}
	if refusal := f.authorise(r, values); refusal != nil {
		slackAnswer(w, nil, refusal)
		return
	}
	if refusal := f.lacks(strings.TrimPrefix(r.URL.Path, "/")); refusal != nil {
		slackAnswer(w, nil, refusal)
		return
	}
	switch r.URL.Path {
	case "/chat.postMessage":
		f.postMessage(w, values)
	case "/chat.postEphemeral":
		f.postEphemeral(w, values)
	case "/files.getUploadURLExternal":
		answer, refusal := f.beginUpload(values)
		slackAnswer(w, answer, refusal)
	case "/files.completeUploadExternal":
		answer, refusal := f.completeUpload(values)
		slackAnswer(w, answer, refusal)
	default:
		f.conversations(w, r.URL.Path, values)
	}
}

// slackArguments reads a form or JSON (docs.slack.dev/apis/web-api/#methods_supporting_json).
func slackArguments(r *http.Request) (url.Values, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err := r.ParseForm()
		return r.Form, err
	}
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&fields); err != nil {
		return nil, err
	}
	values := url.Values{}
	for name, raw := range fields {
		text := string(raw)
		_ = json.Unmarshal(raw, &text) // a text loses its quotes, anything else stays JSON
		values.Set(name, text)
	}
	return values, nil
}

// authorise: "Token" may be a header or an argument.
func (f *Slack) authorise(r *http.Request, values url.Values) *slackRefusal {
	token := values.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	switch token {
	case f.Token:
		return nil
	case "":
		return refuse("not_authed")
	}
	return refuse("invalid_auth")
}

func slackAnswer(w http.ResponseWriter, answer map[string]any, refusal *slackRefusal) {
	if refusal != nil {
		answer = map[string]any{"ok": false, "error": refusal.word}
		maps.Copy(answer, refusal.more)
		if refusal.messages != nil {
			answer["response_metadata"] = map[string]any{"messages": refusal.messages}
		}
	} else {
		answer["ok"] = true
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(mustJSON(answer))
}

// postMessage: docs.slack.dev/reference/methods/chat.postMessage.
func (f *Slack) postMessage(w http.ResponseWriter, values url.Values) {
	conversation, refusal := f.conversation(values.Get("channel"))
	if refusal != nil {
		slackAnswer(w, nil, refusal)
		return
	}
	got, refusal := readSlackMessage(values)
	if refusal != nil {
		slackAnswer(w, nil, refusal)
		return
	}
	if wait := f.limit(conversation); wait > 0 {
		// docs.slack.dev/apis/web-api/rate-limits#responding: 429, Retry-After in whole seconds
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited"}`)
		return
	}
	ts := f.record(conversation, values.Get("thread_ts"), got)
	slackAnswer(w, map[string]any{"channel": conversation, "ts": ts, "message": map[string]any{"type": "message", "text": got.Text, "ts": ts}}, nil)
}

// conversation returns where a message to channel goes: for a person, to the
// direct conversation with the bot ("App DMs").
func (f *Slack) conversation(channel string) (string, *slackRefusal) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if word := f.closed[channel]; word != "" {
		return "", refuse(word)
	}
	kind, rest := channel[:min(1, len(channel))], channel[min(1, len(channel)):]
	switch {
	case kind == "U" && f.known[channel]:
		return "D" + rest, nil
	case kind == "D" && f.known["U"+rest], kind == "C" && f.known[channel]:
		return channel, nil
	}
	return "", refuse("channel_not_found")
}

// limit: "Posting messages": one a second a channel, short bursts allowed.
func (f *Slack) limit(conversation string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	limiter, ok := f.limits[conversation]
	if !ok {
		limiter = rate.NewLimiter(1, 5)
		f.limits[conversation] = limiter
	}
	now := f.now()
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// record notes a message; a thread that is not there is ignored, and the
// message lands beside it.
func (f *Slack) record(conversation, thread string, got Received) (ts string) {
	f.mu.Lock()
	f.lastID++
	ts = fmt.Sprintf("1795486440.%06d", f.lastID)
	f.posted[conversation+"/"+ts] = true
	if f.posted[conversation+"/"+thread] {
		got.Thread = conversation + "/" + thread
	}
	f.mu.Unlock()
	got.Ref, got.To = conversation+"/"+ts, conversation
	if direct, ok := strings.CutPrefix(conversation, "D"); ok {
		got.To = "U" + direct
	}
	f.accept(got)
	return ts
}

// beginUpload: docs.slack.dev/reference/methods/files.getUploadURLExternal.
func (f *Slack) beginUpload(values url.Values) (map[string]any, *slackRefusal) {
	length, err := strconv.Atoi(values.Get("length"))
	switch {
	case values.Get("filename") == "" || err != nil || length <= 0:
		return nil, refuse("invalid_arguments")
	case len(values.Get("alt_txt")) > 1000:
		return nil, refuse("alt_txt_too_large")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lastID++
	id := fmt.Sprintf("F%06d", f.lastID)
	f.files[id] = &slackFile{length: length, alt: values.Get("alt_txt")}
	return map[string]any{"upload_url": f.URL + "/upload/" + id, "file_id": id}, nil
}

// upload: "Working with files": the content as it is or as a form, answered
// 200, or another status if it is not what was announced.
func (f *Slack) upload(w http.ResponseWriter, r *http.Request) {
	content, err := uploaded(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	file := f.files[strings.TrimPrefix(r.URL.Path, "/upload/")]
	switch {
	case err != nil || r.Method != http.MethodPost:
		http.Error(w, "bad upload", http.StatusBadRequest)
	case file == nil || file.complete:
		http.Error(w, "no such upload", http.StatusNotFound)
	case len(content) != file.length:
		http.Error(w, "length differs", http.StatusBadRequest)
	default:
		file.content = content
		fmt.Fprintf(w, "OK - %d", len(content))
	}
}

func uploaded(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return io.ReadAll(r.Body)
	}
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// completeUpload: docs.slack.dev/reference/methods/files.completeUploadExternal;
// a direct conversation must be named by its own id, not by the person's.
func (f *Slack) completeUpload(values url.Values) (map[string]any, *slackRefusal) {
	var files []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(values.Get("files")), &files); err != nil || len(files) == 0 {
		return nil, refuse("invalid_arguments")
	}
	conversation, thread := values.Get("channel_id"), values.Get("thread_ts")
	if strings.HasPrefix(conversation, "U") {
		return nil, refuse("invalid_channel")
	}
	if _, refusal := f.conversation(conversation); conversation != "" && refusal != nil {
		return nil, refuse("invalid_channel")
	}
	for _, given := range files {
		f.mu.Lock()
		file := f.files[given.ID]
		ready := file != nil && file.content != nil && !file.complete
		if ready {
			file.complete = true
		}
		f.mu.Unlock()
		if !ready {
			return nil, refuse("file_not_found")
		}
		if conversation != "" {
			f.record(conversation, thread, Received{Text: file.alt, Plot: bytes.Clone(file.content)})
		}
	}
	return map[string]any{"files": []map[string]any{{"id": files[0].ID, "title": files[0].Title}}}, nil
}
