package channel

import (
	"errors"
	"fmt"
	"log/slog"
)

// Secret is a token, password, key or secret address. Every way of printing
// or encoding it shows only whether it is set; Reveal gives the value to the
// code that must send it.
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format keeps verbs that bypass String, as %d does, from showing the value.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText covers JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText refuses the redacted form, so that a configuration that was
// read, edited and sent back cannot overwrite a secret with its own mask.
func (s *Secret) UnmarshalText(text []byte) error {
	if string(text) == redacted {
		return errors.New("a redacted value is not a secret: send the value, or keep the stored one")
	}
	*s = Secret(text)
	return nil
}
