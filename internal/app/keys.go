package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/identify"
	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

// drillScope marks the key of a drill's own system.
const drillScope = "drill:"

// signingOverlap is how long the secret that a sender signed with is good after
// it was replaced.
const signingOverlap = 24 * time.Hour

// SenderKey is the sender that a key belongs to, with what it is set to.
func (a Accounts) SenderKey(ctx context.Context, secret string) (api.SenderKey, error) {
	c, set, err := a.Key(ctx, secret)
	if err != nil {
		return api.SenderKey{}, err
	}
	source, drill := strings.CutPrefix(c.Scope, drillScope)
	k := api.SenderKey{Key: identify.Key{ID: c.ID, Name: c.Name, Source: source, Drill: drill},
		PerMinute: set.PerMinute, MaxBytes: set.MaxBytes, Mapping: set.Mapping}
	sealed := []string{set.Sealed}
	if set.BeforeUntil.After(a.Now()) {
		sealed = append(sealed, set.Before)
	}
	for _, s := range sealed {
		if s == "" {
			continue
		}
		plain, err := a.open(s)
		if err != nil {
			return api.SenderKey{}, fmt.Errorf("read the signing secret of key %s: %w", c.ID, err)
		}
		k.Signing = append(k.Signing, string(plain))
	}
	return k, nil
}

func (a Accounts) open(sealed string) ([]byte, error) {
	seal, err := a.sealing()
	if err != nil {
		return nil, err
	}
	return seal.open(sealed)
}

// IssueKey makes a sender's key that demands and limits nothing.
func (a Accounts) IssueKey(ctx context.Context, name, source string, drill bool) (string, error) {
	return a.MakeKey(ctx, name, source, drill, api.KeyChange{})
}

// MakeKey makes a sender's key and sets it.
func (a Accounts) MakeKey(ctx context.Context, name, source string, drill bool, set api.KeyChange) (string, error) {
	if err := api.CheckSource(source); err != nil {
		return "", err
	}
	if err := a.change(&intake.KeySettings{}, source, set); err != nil {
		return "", err
	}
	c := &store.Credential{Kind: store.SenderKey, Name: name, Scope: source}
	if drill {
		c.Scope = drillScope + source
	}
	secret, err := a.Issue(ctx, c)
	if err != nil || set == (api.KeyChange{}) {
		return secret, err
	}
	return secret, a.ChangeKey(ctx, c.ID, set)
}

// ChangeKey sets a key. What the change leaves out stays.
func (a Accounts) ChangeKey(ctx context.Context, id string, set api.KeyChange) error {
	return a.Store.ChangeKey(ctx, id, func(c *store.Credential, kept *intake.KeySettings) error {
		if set.Name != nil {
			c.Name = *set.Name
		}
		return a.change(kept, strings.TrimPrefix(c.Scope, drillScope), set)
	})
}

// change applies a change to settings.
func (a Accounts) change(kept *intake.KeySettings, source string, set api.KeyChange) error {
	if set.PerMinute != nil {
		kept.PerMinute = *set.PerMinute
	}
	if set.MaxBytes != nil {
		kept.MaxBytes = *set.MaxBytes
	}
	if set.Mapping != nil {
		kept.Mapping = set.Mapping
	}
	if set.Signing != nil {
		if err := a.setSigning(kept, *set.Signing); err != nil {
			return err
		}
	}
	return kept.Validate(source)
}

// setSigning replaces the secret that a sender signs with; an empty one demands
// no signature any more.
func (a Accounts) setSigning(kept *intake.KeySettings, secret string) error {
	kept.Before, kept.BeforeUntil = "", time.Time{}
	if secret == "" {
		kept.Sealed = ""
		return nil
	}
	seal, err := a.sealing()
	if err != nil {
		return err
	}
	sealed := seal.seal([]byte(secret))
	if kept.Sealed != "" {
		kept.Before, kept.BeforeUntil = kept.Sealed, a.Now().Add(signingOverlap)
	}
	kept.Sealed = sealed
	return nil
}

// RotateKey gives the key of an id or name a new secret. The old one is good
// for the overlap, the end of which it gives too.
func (a Accounts) RotateKey(ctx context.Context, idOrName string, overlap time.Duration) (secret string, until time.Time, err error) {
	if overlap < 0 || overlap > 90*24*time.Hour {
		return "", until, incident.FieldError("overlap", "The old secret may stay good for up to 90 days.")
	}
	keys, err := a.Credentials(ctx, store.SenderKey)
	if err != nil {
		return "", until, err
	}
	id := ""
	for _, c := range keys {
		if c.ID == idOrName || c.Name == idOrName {
			if id != "" {
				return "", until, incident.Errorf(incident.Conflict, "Several keys have the name %q: say the id of one.", idOrName)
			}
			id = c.ID
		}
	}
	if id == "" {
		return "", until, incident.Errorf(incident.NotFound, "There is no key %q.", idOrName)
	}
	until = a.Now().Add(overlap)
	secret, err = a.Store.RotateKey(ctx, id, until)
	return secret, until, err
}

// ListKeys lists the senders' keys, without their secrets.
func (a Accounts) ListKeys(ctx context.Context) ([]api.KeyView, error) {
	all, err := a.Credentials(ctx, store.SenderKey)
	if err != nil {
		return nil, err
	}
	settings, err := a.KeySettings(ctx)
	if err != nil {
		return nil, err
	}
	rotated, err := a.OldSecrets(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]api.KeyView, len(all))
	for n, c := range all {
		source, drill := strings.CutPrefix(c.Scope, drillScope)
		set := settings[c.ID]
		out[n] = api.KeyView{Credential: api.Credential{ID: c.ID, Name: c.Name, Scope: source, Created: c.Created.Format(time.RFC3339)},
			Drill: drill, Signed: set.Sealed != "", PerMinute: set.PerMinute, MaxBytes: set.MaxBytes, Mapping: set.Mapping}
		if until, ok := rotated[c.ID]; ok {
			out[n].OldUntil = &until
		}
		if set.BeforeUntil.After(a.Now()) {
			out[n].SigningOldUntil = &set.BeforeUntil
		}
	}
	return out, nil
}

// maxFetched bounds what is read of an address that somebody named.
const maxFetched = 1 << 20

// fetcher reads what lies at an address that a sender or a manager named, such
// as the certificate that signed a message, or a calendar of holidays.
func fetcher(client *http.Client) func(ctx context.Context, address string) ([]byte, error) {
	return func(ctx context.Context, address string) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		res, err := client.Do(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, maxFetched))
		err = errors.Join(err, res.Body.Close())
		if err == nil && res.StatusCode != http.StatusOK {
			err = fmt.Errorf("fetch %s: it answers %s", address, res.Status)
		}
		return body, err
	}
}
