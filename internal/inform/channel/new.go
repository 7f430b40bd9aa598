package channel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Deps are what channels need from outside. The zero value reaches public
// addresses only.
type Deps struct {
	HTTP *http.Client     // from NewHTTPClient; nil: one that allows nothing else, with 15 seconds a request
	Dial DialFunc         // from NewDialer, for services that do not speak HTTP; nil: one that allows nothing else
	Now  func() time.Time // nil: time.Now
	Push PushKey          // by which services of web push know us
}

func (d Deps) filled() Deps {
	if d.HTTP == nil {
		d.HTTP = NewHTTPClient(Allow{}, 15*time.Second)
	}
	if d.Dial == nil {
		d.Dial = NewDialer(Allow{})
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return d
}

// kind is what can be done with the configuration of one kind of channel.
type kind struct {
	open   func(json.RawMessage, Deps) (Channel, error)
	redact func(json.RawMessage) (json.RawMessage, error)
}

func kinds() map[string]kind {
	return map[string]kind{
		"discord":    kindOf(NewDiscord),
		"email":      kindOf(NewEmail),
		"googlechat": kindOf(NewGoogleChat),
		"mattermost": kindOf(NewMattermost),
		"ntfy":       kindOf(NewNtfy),
		"push":       kindOf(NewPush),
		"pushover":   kindOf(NewPushover),
		"slack":      kindOf(NewSlack),
		"sms":        kindOf(NewSMS),
		"teams":      kindOf(NewTeams),
		"telegram":   kindOf(NewTelegram),
		"voice":      kindOf(NewVoice),
		"webhook":    kindOf(NewWebhook),
		"whatsapp":   kindOf(NewWhatsApp),
	}
}

// Kinds returns the names of the services there are channels for, in order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds())) }

// KnowsAgain reports whether a service, or who reads it, knows a message that
// comes again by its id and shows it once: a mail by its Message-ID, a webhook
// by its delivery id, a notification by its tag. The others have no way to tell.
func KnowsAgain(kind string) bool { return kind == "email" || kind == "webhook" || kind == "push" }

// NeedsNothing reports whether a kind works without being set up: all that it
// needs is in the contact's address.
func NeedsNothing(kind string) bool { return kind == "webhook" || kind == "push" }

func find(name string) (kind, error) {
	k, ok := kinds()[name]
	if !ok {
		return k, incident.FieldError("kind", "there is no channel %q; there are %s", name, strings.Join(Kinds(), ", "))
	}
	return k, nil
}

// New returns the channel of a kind with its configuration. It does no I/O, so
// that it also serves to check a configuration; a mistake in one is a
// *incident.Error.
func New(kind string, config json.RawMessage, deps Deps) (Channel, error) {
	k, err := find(kind)
	if err != nil {
		return nil, err
	}
	return k.open(config, deps.filled())
}

// Redacted returns a configuration of a kind as it may be shown: its secrets
// masked, however deep they lie.
func Redacted(kind string, config json.RawMessage) (json.RawMessage, error) {
	k, err := find(kind)
	if err != nil {
		return nil, err
	}
	return k.redact(config)
}

// validated is a configuration that can tell its own mistakes.
type validated interface{ Validate() error }

// kindOf makes a kind of a channel's constructor.
func kindOf[C validated, T Channel](construct func(C, Deps) T) kind {
	return kind{
		open: func(raw json.RawMessage, deps Deps) (Channel, error) {
			config, err := read[C](raw)
			if err != nil {
				return nil, err
			}
			if err := config.Validate(); err != nil {
				return nil, err
			}
			return construct(config, deps), nil
		},
		redact: func(raw json.RawMessage) (json.RawMessage, error) {
			config, err := read[C](raw)
			if err != nil {
				return nil, err
			}
			return json.Marshal(config)
		},
	}
}

// read decodes a configuration and refuses fields that nothing would read.
func read[C any](raw json.RawMessage) (config C, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		return config, incident.FieldError("config", "%s", err)
	}
	return config, nil
}

// Unredacted returns edited, a configuration that was shown redacted and sent
// back, with each mask replaced by what stored has in its place. A mask in
// whose place nothing is stored stays, and New refuses it.
func Unredacted(edited, stored json.RawMessage) (json.RawMessage, error) {
	var fresh, old any
	if err := json.Unmarshal(edited, &fresh); err != nil {
		return nil, incident.FieldError("config", "%s", err)
	}
	if len(stored) > 0 {
		if err := json.Unmarshal(stored, &old); err != nil {
			return nil, fmt.Errorf("reading the stored configuration: %w", err)
		}
	}
	return json.Marshal(unmask(fresh, old))
}

func unmask(fresh, old any) any {
	switch fresh := fresh.(type) {
	case string:
		if kept, ok := old.(string); ok && fresh == redacted {
			return kept
		}
	case map[string]any:
		was, _ := old.(map[string]any)
		for name, value := range fresh {
			fresh[name] = unmask(value, was[name])
		}
	case []any:
		was, _ := old.([]any)
		for i, value := range fresh {
			if i < len(was) {
				fresh[i] = unmask(value, was[i])
			}
		}
	}
	return fresh
}
