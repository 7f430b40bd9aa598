package intake

import (
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// KeySettings are what an integration key is set to. The zero value demands
// nothing and limits nothing beyond what Sigap bears.
type KeySettings struct {
	// Sealed is the secret that the sender signs with, encrypted; empty: no
	// signature is demanded. Before is the one that it replaced, which is good
	// until BeforeUntil, so that the sender can be told of the new one in peace.
	Sealed      string    `json:"sealed,omitempty"`
	Before      string    `json:"before,omitempty"`
	BeforeUntil time.Time `json:"beforeUntil,omitzero"`

	PerMinute int      `json:"perMinute,omitempty"` // requests; beyond, what is not urgent waits
	MaxBytes  int      `json:"maxBytes,omitempty"`  // of a body, decompressed; below what the source may send
	Mapping   *Mapping `json:"mapping,omitempty"`   // of a generic key
}

// Validate names the first setting that cannot be.
func (k *KeySettings) Validate(source string) error {
	switch {
	case k.PerMinute < 0 || k.PerMinute > 1_000_000:
		return incident.FieldError("perMinute", "A limit is 1 to 1,000,000 requests a minute, or 0 for none.")
	case k.MaxBytes != 0 && (k.MaxBytes < 1<<10 || k.MaxBytes > 10<<20):
		return incident.FieldError("maxBytes", "A body's limit is 1 KiB to 10 MiB, or 0 for Sigap's own.")
	case k.Mapping == nil:
		return nil
	case source != "generic":
		return incident.FieldError("mapping", "Only a generic key has a mapping: the other sources are read as they document it.")
	}
	_, err := k.Mapping.Compile()
	return err
}

// Sample is a body that came by a key, as it came.
type Sample struct {
	At          time.Time         `json:"at"`
	ContentType string            `json:"contentType,omitempty"`
	Path        string            `json:"path,omitempty"`    // what followed the key
	Headers     map[string]string `json:"headers,omitempty"` // those that say what the body is
	Body        string            `json:"body"`
	Error       string            `json:"error,omitempty"` // why it was not taken
}
