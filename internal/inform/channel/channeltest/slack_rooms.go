package channeltest

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// SlackRoom is a channel that the app made.
type SlackRoom struct {
	Name     string
	Topic    string
	Members  []string
	Archived bool
}

// Room gives a channel that the app made, by its name.
func (f *Slack) Room(name string) (id string, room SlackRoom) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, r := range f.rooms {
		if r.Name == name {
			return id, *r
		}
	}
	return "", SlackRoom{}
}

// Take gives a name to somebody else's channel.
func (f *Slack) Take(name string) { f.set(func() { f.rooms["C0TAKEN"+name] = &SlackRoom{Name: name} }) }

// Mail gives a person of the workspace an address.
func (f *Slack) Mail(user, email string) {
	f.set(func() { f.known[user], f.emails[email] = true, user })
}

// Wrote is a message of somebody, and gives the timestamp that names it.
func (f *Slack) Wrote(conversation, user, text string) (ts string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lastID++
	ts = fmt.Sprintf("1795486440.%06d", f.lastID)
	f.written[conversation+"/"+ts] = user + " " + text
	return ts
}

// slackRoomName: "conversations.create", under Errors: small letters, digits,
// hyphens and underscores.
var slackRoomName = regexp.MustCompile(`^[a-z0-9_-]+$`)

// conversations are the methods of channels and of who is in them.
func (f *Slack) conversations(w http.ResponseWriter, path string, values url.Values) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("X-OAuth-Scopes", f.scopes())
	answer := map[string]any{}
	var refusal *slackRefusal
	switch path {
	case "/conversations.create":
		answer, refusal = f.create(values.Get("name"))
	case "/conversations.setTopic":
		refusal = f.setTopic(values)
	case "/conversations.invite":
		refusal = f.invite(values)
	case "/conversations.archive":
		refusal = f.archive(values)
	case "/conversations.replies":
		answer, refusal = f.replies(values)
	case "/chat.getPermalink":
		answer["permalink"] = "https://team.slack.com/archives/" + values.Get("channel") + "/p" + strings.ReplaceAll(values.Get("message_ts"), ".", "")
	case "/auth.test":
		answer["team"], answer["user_id"] = "T", "U0BOT"
	case "/users.lookupByEmail":
		if user := f.emails[values.Get("email")]; user != "" {
			answer["user"] = map[string]any{"id": user}
		} else {
			refusal = refuse("users_not_found")
		}
	default:
		refusal = refuse("unknown_method")
	}
	slackAnswer(w, answer, refusal)
}

func (f *Slack) create(name string) (map[string]any, *slackRefusal) {
	switch {
	case name == "":
		return nil, refuse("invalid_name_required")
	case utf8.RuneCountInString(name) > 80:
		return nil, refuse("invalid_name_maxlength")
	case !slackRoomName.MatchString(name):
		return nil, refuse("invalid_name_specials")
	case strings.Trim(name, "-_") == "":
		return nil, refuse("invalid_name_punctuation")
	}
	for _, r := range f.rooms {
		if r.Name == name { // an archived one keeps its name
			return nil, refuse("name_taken")
		}
	}
	f.lastID++
	id := fmt.Sprintf("C0NEW%d", f.lastID)
	f.rooms[id], f.known[id] = &SlackRoom{Name: name}, true
	return map[string]any{"channel": map[string]any{"id": id, "name": name}}, nil
}

// room finds a channel that the app is in.
func (f *Slack) room(values url.Values) (*SlackRoom, *slackRefusal) {
	switch room := f.rooms[values.Get("channel")]; {
	case room == nil && f.known[values.Get("channel")]:
		return nil, refuse("not_in_channel")
	case room == nil:
		return nil, refuse("channel_not_found")
	case room.Archived:
		return nil, refuse("is_archived")
	default:
		return room, nil
	}
}

// setTopic: at most 250 characters.
func (f *Slack) setTopic(values url.Values) *slackRefusal {
	room, refusal := f.room(values)
	switch {
	case refusal != nil:
		return refusal
	case utf8.RuneCountInString(values.Get("topic")) > 250:
		return refuse("too_long")
	}
	room.Topic = values.Get("topic")
	return nil
}

// invite: up to 100 people of the workspace who are not there.
func (f *Slack) invite(values url.Values) *slackRefusal {
	room, refusal := f.room(values)
	users := strings.Split(values.Get("users"), ",")
	switch {
	case refusal != nil:
		return refusal
	case values.Get("users") == "":
		return refuse("no_user")
	case len(users) > 100:
		return refuse("too_many_users")
	}
	for _, u := range users {
		switch {
		case !strings.HasPrefix(u, "U") || !f.known[u]:
			return refuse("user_not_found")
		case strings.Contains(strings.Join(room.Members, ",")+",", u+","):
			return refuse("already_in_channel")
		}
	}
	room.Members = append(room.Members, users...)
	return nil
}

func (f *Slack) archive(values url.Values) *slackRefusal {
	room, refusal := f.room(values)
	if refusal != nil {
		if refusal.word == "is_archived" {
			return refuse("already_archived")
		}
		return refusal
	}
	room.Archived = true
	f.closed[values.Get("channel")] = "is_archived"
	return nil
}

// replies gives the message that ts names.
func (f *Slack) replies(values url.Values) (map[string]any, *slackRefusal) {
	said, ok := f.written[values.Get("channel")+"/"+values.Get("ts")]
	if !ok {
		return nil, refuse("thread_not_found")
	}
	user, text, _ := strings.Cut(said, " ")
	return map[string]any{"messages": []any{map[string]any{"type": "message", "user": user, "text": text, "ts": values.Get("ts")}}}, nil
}
