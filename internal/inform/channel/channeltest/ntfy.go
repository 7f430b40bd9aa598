package channeltest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// Ntfy is a fake of an ntfy server that takes messages as JSON
// (docs.ntfy.sh/publish/#publish-as-json).
type Ntfy struct {
	Inbox
	URL   string
	Token string // when set, publishing needs it

	limiter *rate.Limiter
	lastID  int
}

// NewNtfy starts a server; with a token, only who has it may publish.
func NewNtfy(t testing.TB, token string) *Ntfy {
	t.Helper()
	// "Limitations": 60 requests at once, then one every five seconds
	f := &Ntfy{Inbox: newInbox(), Token: token, limiter: rate.NewLimiter(rate.Every(5*time.Second), 60)}
	f.URL = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { ntfyError(w, status, status*100+1, "told to fail") })
	return f
}

// Config is the configuration of a channel that uses this server.
func (f *Ntfy) Config() json.RawMessage {
	return mustJSON(map[string]any{"server": f.URL, "token": f.Token})
}

// ntfyError answers with code, http, error and link, as server/errors.go has them.
func ntfyError(w http.ResponseWriter, status, code int, words string) {
	answerJSON(w, status, map[string]any{"code": code, "http": status, "error": words, "link": "https://ntfy.sh/docs/publish/"})
}

type ntfyPublish struct {
	Topic, Title, Message, Click string
	Priority                     int
	Tags                         []string
	SequenceID                   string `json:"sequence_id"`
	Actions                      []struct{ Action, Label, URL string }
}

func (f *Ntfy) receive(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	allowed := f.limiter.AllowN(f.now(), 1)
	f.mu.Unlock()
	if !allowed {
		ntfyError(w, http.StatusTooManyRequests, 42901, "limit reached: too many requests")
		return
	}
	switch given := r.Header.Get("Authorization"); {
	case f.Token != "" && given == "":
		ntfyError(w, http.StatusForbidden, 40301, "forbidden")
		return
	case f.Token != "" && given != "Bearer "+f.Token:
		ntfyError(w, http.StatusUnauthorized, 40101, "unauthorized")
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 8192+1)) // twice the message limit, server.go
	var m ntfyPublish
	if len(raw) > 8192 {
		ntfyError(w, http.StatusRequestEntityTooLarge, 41303, "JSON body too large")
		return
	}
	if err != nil || json.Unmarshal(raw, &m) != nil {
		ntfyError(w, http.StatusBadRequest, 40017, "invalid request: request body must be message JSON")
		return
	}
	if code, words := ntfyMistake(m); code != 0 {
		ntfyError(w, http.StatusBadRequest, code, words)
		return
	}
	f.mu.Lock()
	f.lastID++
	id := "ntfy" + strconv.Itoa(f.lastID)
	f.mu.Unlock()
	got := Received{Ref: id, To: m.Topic, Text: strings.TrimSpace(m.Title + "\n" + m.Message), Raw: raw}
	for _, a := range m.Actions {
		got.Buttons = append(got.Buttons, Button{Text: a.Label, URL: a.URL})
	}
	f.accept(got)
	answerJSON(w, http.StatusOK, map[string]any{"id": id, "sequence_id": m.SequenceID, "time": f.time().Unix(), "event": "message", "topic": m.Topic, "message": m.Message})
}

// ntfyMistake checks what the documentation limits: the topic, the message
// (a longer one would become an attachment, and its text unreadable), the
// priority, the actions and the sequence id.
func ntfyMistake(m ntfyPublish) (code int, words string) {
	name := regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`)
	switch {
	case !name.MatchString(m.Topic):
		return 40009, "invalid request: topic invalid"
	case len(m.Message) > 4096:
		return 40014, "invalid request: attachments not allowed"
	case m.Priority < 0 || m.Priority > 5:
		return 40007, "invalid priority parameter"
	case m.SequenceID != "" && !name.MatchString(m.SequenceID):
		return 40049, "invalid request: sequence ID invalid"
	case len(m.Actions) > 3:
		return 40018, "invalid request: actions invalid, too many actions"
	}
	for _, a := range m.Actions {
		u, err := url.Parse(a.URL)
		if a.Action != "view" || a.Label == "" || err != nil || u.Scheme == "" {
			return 40018, "invalid request: actions invalid"
		}
	}
	return 0, ""
}
