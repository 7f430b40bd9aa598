package channeltest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/time/rate"
)

// Teams is a fake of Teams workflows that begin with "When a Teams webhook
// request is received" (learn.microsoft.com/connectors/teams/#microsoft-teams-webhook).
type Teams struct {
	Inbox
	rooms
}

// NewTeams starts a service with workflows that post to rooms.
func NewTeams(t testing.TB, names ...string) *Teams {
	t.Helper()
	// "Rate limiting for connectors": four requests a second
	f := &Teams{Inbox: newInbox(), rooms: newRooms("/workflows/", func() *rate.Limiter { return rate.NewLimiter(4, 4) }, names)}
	f.url = f.serve(t, f.receive, func(w http.ResponseWriter, status int) { teamsError(w, status, "ServerError", "told to fail") })
	return f
}

// teamsError answers as Power Automate's triggers do.
func teamsError(w http.ResponseWriter, status int, code, words string) {
	answerJSON(w, status, map[string]any{"error": map[string]string{"code": code, "message": words}})
}

type adaptiveItem struct {
	Type, Text string
	Items      []adaptiveItem
	Facts      []struct{ Title, Value string }
}

type adaptiveCard struct {
	Type, Version string
	Body          []adaptiveItem
	Actions       []struct{ Type, Title, URL string }
}

func (f *Teams) receive(w http.ResponseWriter, r *http.Request) {
	room, ok := f.room(r)
	if !ok {
		teamsError(w, http.StatusUnauthorized, "DirectApiAuthorizationRequired", "The request must be authenticated.")
		return
	}
	raw, err := io.ReadAll(r.Body)
	var m struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     adaptiveCard
		}
	}
	switch {
	case err != nil || json.Unmarshal(raw, &m) != nil:
		teamsError(w, http.StatusBadRequest, "InvalidRequestContent", "The input is not valid JSON.")
		return
	case len(raw) > 28<<10: // "Limits and specifications": a message of 28 KB
		teamsError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The message is too large.")
		return
	case m.Type != "message" || len(m.Attachments) != 1 || m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive":
		teamsError(w, http.StatusBadRequest, "TriggerInputSchemaMismatch", "The input body does not match the trigger's schema.")
		return
	}
	got, mistake := readAdaptiveCard(m.Attachments[0].Content)
	if mistake != "" {
		teamsError(w, http.StatusBadRequest, "BadRequest", mistake)
		return
	}
	f.mu.Lock()
	wait := f.wait(room, f.now())
	f.mu.Unlock()
	if wait > 0 {
		w.Header().Set("Retry-After", "1")
		teamsError(w, http.StatusTooManyRequests, "WorkflowTriggerRequestsThrottled", "Too many requests.")
		return
	}
	got.To, got.Raw = room, raw
	f.accept(got)
	w.WriteHeader(http.StatusAccepted)
}

// readAdaptiveCard checks a card ("Cards reference": up to version 1.5, links
// as the only actions) and returns what it shows.
func readAdaptiveCard(c adaptiveCard) (got Received, mistake string) {
	if c.Type != "AdaptiveCard" || c.Version == "" || c.Version > "1.5" || len(c.Body) == 0 {
		return got, "Not an Adaptive Card up to version 1.5."
	}
	var texts []string
	var walk func([]adaptiveItem)
	walk = func(items []adaptiveItem) {
		for _, item := range items {
			switch {
			case item.Type == "TextBlock" && item.Text != "":
				texts = append(texts, item.Text)
			case item.Type == "FactSet" && len(item.Facts) > 0:
				for _, fact := range item.Facts {
					texts = append(texts, fact.Title+": "+fact.Value)
				}
			case item.Type == "Container" && len(item.Items) > 0:
				walk(item.Items)
			default:
				mistake = "An element of the type " + item.Type + " is unknown or empty."
			}
		}
	}
	walk(c.Body)
	for _, a := range c.Actions {
		if a.Type != "Action.OpenUrl" || a.Title == "" || !strings.HasPrefix(a.URL, "http") {
			return got, "An action of a webhook's card can only open a link."
		}
		got.Buttons = append(got.Buttons, Button{Text: a.Title, URL: a.URL})
	}
	got.Text, _ = readMarkdown(strings.Join(texts, "\n"))
	return got, mistake
}
