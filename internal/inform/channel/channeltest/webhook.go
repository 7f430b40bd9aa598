package channeltest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Webhook is a receiver that follows docs/channels/webhook.md to the letter.
type Webhook struct {
	Inbox
	URL  string
	keys []string
}

// NewWebhook starts a receiver that takes signatures by any of keys, or, without
// keys, unsigned requests.
func NewWebhook(t testing.TB, keys ...string) *Webhook {
	t.Helper()
	w := &Webhook{Inbox: newInbox(), keys: keys}
	w.URL = w.serve(t, w.receive, func(w http.ResponseWriter, status int) {
		http.Error(w, "told to fail", status)
	})
	return w
}

// Config is the configuration of a channel that this receiver trusts.
func (w *Webhook) Config() json.RawMessage {
	return mustJSON(map[string]any{"keys": w.keys})
}

func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // only ever called with maps of texts
	}
	return raw
}

// webhookTolerance is how far the time of a signature may be from the
// receiver's, against replays (docs/channels/webhook.md, "Check the signature").
const webhookTolerance = 5 * time.Minute

func (w *Webhook) receive(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, "reading the body", http.StatusBadRequest)
		return
	}
	if status, reason := w.refuse(r, body); status != 0 {
		http.Error(rw, reason, status)
		return
	}
	var m struct {
		ID, Incident, Thread, Title string
		Lines                       []string
		Fields                      []struct{ Label, Value string }
		Actions                     []struct{ Label, URL string }
		Plot                        struct{ Data []byte }
	}
	if err := json.Unmarshal(body, &m); err != nil || m.ID == "" || m.Title == "" {
		http.Error(rw, "id and title are required", http.StatusUnprocessableEntity)
		return
	}
	if m.ID != r.Header.Get("Sigap-Delivery") {
		http.Error(rw, "Sigap-Delivery is not the id of the body", http.StatusUnprocessableEntity)
		return
	}
	got := Received{Ref: m.ID, To: "http://" + r.Host + r.URL.RequestURI(), Plot: m.Plot.Data, Raw: body}
	if m.Thread != m.ID {
		got.Thread = m.Thread
	}
	lines := append([]string{m.Title}, m.Lines...)
	for _, f := range m.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	got.Text = strings.Join(lines, "\n")
	for _, a := range m.Actions {
		got.Buttons = append(got.Buttons, Button{Text: a.Label, URL: a.URL})
	}
	w.accept(got)
	rw.WriteHeader(http.StatusNoContent)
}

// refuse returns a status and a reason if the request is not a delivery.
func (w *Webhook) refuse(r *http.Request, body []byte) (status int, reason string) {
	switch {
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "only POST"
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return http.StatusUnsupportedMediaType, "only application/json"
	}
	if err := w.verify(r.Header.Get("Sigap-Signature"), body); err != nil && len(w.keys) > 0 {
		return http.StatusUnauthorized, err.Error()
	}
	return 0, ""
}

// verify is written from the documentation, not from the sender's code.
func (w *Webhook) verify(header string, body []byte) error {
	var stamp string
	var signatures []string
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "t":
			stamp = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return fmt.Errorf("the signature has no time")
	}
	if age := w.time().Sub(time.Unix(seconds, 0)).Abs(); age > webhookTolerance {
		return fmt.Errorf("the signature is %s off", age)
	}
	for _, key := range w.keys {
		mac := hmac.New(sha256.New, []byte(key))
		fmt.Fprintf(mac, "%s.%s", stamp, body)
		for _, signature := range signatures {
			given, err := hex.DecodeString(signature)
			if err == nil && hmac.Equal(given, mac.Sum(nil)) {
				return nil
			}
		}
	}
	return fmt.Errorf("no signature by a known key")
}
