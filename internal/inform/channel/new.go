package channel

import (
	"bytes"
	"encoding/json"
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

type maker func(config json.RawMessage, deps Deps) (Channel, error)

func makers() map[string]maker {
	return map[string]maker{
		"discord":    made(NewDiscord),
		"email":      made(NewEmail),
		"googlechat": made(NewGoogleChat),
		"mattermost": made(NewMattermost),
		"ntfy":       made(NewNtfy),
		"slack":      made(NewSlack),
		"teams":      made(NewTeams),
		"telegram":   made(NewTelegram),
		"webhook":    made(NewWebhook),
	}
}

// Kinds returns the names of the services there are channels for, in order.
func Kinds() []string { return slices.Sorted(maps.Keys(makers())) }

// New returns the channel of a kind with its configuration. It does no I/O, so
// that it also serves to check a configuration; a mistake in one is a
// *incident.Error.
func New(kind string, config json.RawMessage, deps Deps) (Channel, error) {
	make, ok := makers()[kind]
	if !ok {
		return nil, incident.FieldError("kind", "there is no channel %q; there are %s", kind, strings.Join(Kinds(), ", "))
	}
	return make(config, deps.filled())
}

// validated is a configuration that can tell its own mistakes.
type validated interface{ Validate() error }

// made turns a channel's constructor into a maker.
func made[C validated, T Channel](construct func(C, Deps) T) maker {
	return func(raw json.RawMessage, deps Deps) (Channel, error) {
		var config C
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&config); err != nil {
			return nil, incident.FieldError("config", "%s", err)
		}
		if err := config.Validate(); err != nil {
			return nil, err
		}
		return construct(config, deps), nil
	}
}
