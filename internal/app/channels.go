package app

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/channel"
	"github.com/sigap-dev/sigap/internal/store"
)

// Channels are the channels that are set up. Their configuration holds secrets
// and is kept encrypted.
type Channels struct {
	store *store.Store
	seal  sealer
	deps  channel.Deps

	mu   sync.Mutex
	made map[string]made // by kind
}

// made is a channel with the sealed configuration that it was made from.
type made struct {
	sealed  string
	channel channel.Channel
}

const channelsSetting = "channels"

func newChannels(st *store.Store, seal sealer, deps channel.Deps) *Channels {
	return &Channels{store: st, seal: seal, deps: deps, made: map[string]made{}}
}

func (c *Channels) sealed(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	return all, c.store.Setting(ctx, channelsSetting, &all)
}

// Channel gives the one of a kind.
func (c *Channels) Channel(ctx context.Context, kind string) (channel.Channel, error) {
	all, err := c.sealed(ctx)
	if err != nil {
		return nil, err
	}
	sealed, ok := all[kind]
	if !ok && !channel.NeedsNothing(kind) {
		return nil, incident.Errorf(incident.NotFound, "The channel %s is not set up. An admin can do it under Settings, Channels.", kind)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.made[kind]; ok && m.sealed == sealed {
		return m.channel, nil
	}
	config := []byte("{}")
	if sealed != "" {
		if config, err = c.seal.open(sealed); err != nil {
			return nil, fmt.Errorf("read the configuration of channel %s: %w", kind, err)
		}
	}
	ch, err := channel.New(kind, config, c.deps)
	if err != nil {
		return nil, err
	}
	c.made[kind] = made{sealed, ch}
	return ch, nil
}

// List shows each kind of channel, without its secrets. Web push has nothing to
// set up or to see.
func (c *Channels) List(ctx context.Context) ([]api.ChannelState, error) {
	all, err := c.sealed(ctx)
	if err != nil {
		return nil, err
	}
	var out []api.ChannelState
	for _, kind := range channel.Kinds() {
		if kind == "push" {
			continue
		}
		st := api.ChannelState{Kind: kind}
		if sealed, ok := all[kind]; ok {
			st.Set = true
			if config, err := c.seal.open(sealed); err == nil {
				st.Config = shown(kind, config)
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// shown is a configuration without its secrets.
func shown(kind string, config []byte) map[string]any {
	masked, err := channel.Redacted(kind, config)
	var m map[string]any
	if err != nil || json.Unmarshal(masked, &m) != nil {
		return nil
	}
	return m
}

// Put sets a channel up. A setting sent back redacted stays as it is.
func (c *Channels) Put(ctx context.Context, kind string, config []byte) error {
	all, err := c.sealed(ctx)
	if err != nil {
		return err
	}
	if sealed, ok := all[kind]; ok {
		kept, err := c.seal.open(sealed)
		if err != nil {
			return fmt.Errorf("read the configuration of channel %s: %w", kind, err)
		}
		if config, err = channel.Unredacted(config, kept); err != nil {
			return err
		}
	}
	if _, err := channel.New(kind, config, c.deps); err != nil {
		return err
	}
	all[kind] = c.seal.seal(config)
	return c.store.PutSetting(ctx, channelsSetting, all)
}

// Remove takes a channel away.
func (c *Channels) Remove(ctx context.Context, kind string) error {
	all, err := c.sealed(ctx)
	if err != nil {
		return err
	}
	delete(all, kind)
	return c.store.PutSetting(ctx, channelsSetting, all)
}

// sealer encrypts secrets at rest: AES-256 in GCM.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("the secret key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

func (s sealer) seal(plain []byte) string {
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, nil)) //nolint:gosec // it draws its own nonce
}

func (s sealer) open(sealed string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, errors.New("it is damaged")
	}
	plain, err := s.aead.Open(nil, nil, b, nil)
	if err != nil {
		return nil, errors.New("it was encrypted with another secret key")
	}
	return plain, nil
}

func newSecretKey() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return b
}
