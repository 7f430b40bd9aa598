package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Setting reads a setting into v and leaves v as it is if nobody has set it.
func (s *Store) Setting(ctx context.Context, name string, v any) error {
	var doc string
	switch err := s.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&doc); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("read setting %s: %w", name, err)
	}
	if err := json.Unmarshal([]byte(doc), v); err != nil {
		return fmt.Errorf("read setting %s: %w", name, err)
	}
	return nil
}

// PutSetting writes a setting.
func (s *Store) PutSetting(ctx context.Context, name string, v any) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return putSetting(ctx, tx, name, v) })
}

func putSetting(ctx context.Context, tx *sql.Tx, name string, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, string(doc)); err != nil {
		return fmt.Errorf("write setting %s: %w", name, err)
	}
	return newRules(ctx, tx)
}

// Rules numbers the state of what people set up, the policy and the catalog of
// services among it: while it is the same, so are they. Read it before them.
func (s *Store) Rules(ctx context.Context) (version int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'rules'`).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read the version of the rules: %w", err)
	}
	return version, nil
}

func newRules(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'rules'`); err != nil {
		return fmt.Errorf("number the rules anew: %w", err)
	}
	return nil
}

// Once gives the setting's value, or writes what make gives if there is none
// yet; of several that try at once all get the same.
func (s *Store) Once(ctx context.Context, name string, value string) (string, error) {
	var kept string
	err := s.tx(ctx, func(tx *sql.Tx) error {
		doc, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, string(doc)); err != nil {
			return err
		}
		var have string
		if err := tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&have); err != nil {
			return err
		}
		return json.Unmarshal([]byte(have), &kept)
	})
	return kept, err
}

// Policy is what the team decided beforehand, or the default.
func (s *Store) Policy(ctx context.Context) (incident.Policy, error) {
	p := incident.DefaultPolicy()
	return p, s.Setting(ctx, policySetting, &p)
}

const (
	policySetting = "policy"
	shadowSetting = "policy.shadow"
)

// PutPolicy writes the policy.
func (s *Store) PutPolicy(ctx context.Context, p incident.Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return s.PutSetting(ctx, policySetting, p)
}

// Shadow is the policy that runs in shadow; nil if there is none.
func (s *Store) Shadow(ctx context.Context) (*incident.ShadowPolicy, error) {
	var p *incident.ShadowPolicy
	return p, s.Setting(ctx, shadowSetting, &p)
}

// PutShadow puts a policy in shadow in place of the one before; nil: none.
func (s *Store) PutShadow(ctx context.Context, p *incident.ShadowPolicy) error {
	return s.PutSetting(ctx, shadowSetting, p)
}

// AdoptShadow puts the policy in shadow in force and ends its trial. It is a
// conflict if another one is in shadow by now, or none.
func (s *Store) AdoptShadow(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var doc string
		switch err := tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, shadowSetting).Scan(&doc); {
		case errors.Is(err, sql.ErrNoRows):
			doc = "null"
		case err != nil:
			return fmt.Errorf("read setting %s: %w", shadowSetting, err)
		}
		var p *incident.ShadowPolicy
		if err := json.Unmarshal([]byte(doc), &p); err != nil {
			return fmt.Errorf("read setting %s: %w", shadowSetting, err)
		}
		if p == nil || p.ID != id {
			return errNotInShadow
		}
		done, err := tx.ExecContext(ctx, `UPDATE settings SET value = 'null' WHERE name = $1 AND value = $2`, shadowSetting, doc)
		if err != nil {
			return fmt.Errorf("end the shadow: %w", err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 { // somebody was faster
			return errors.Join(err, errNotInShadow)
		}
		return putSetting(ctx, tx, policySetting, p.Policy)
	})
}

var errNotInShadow = incident.Errorf(incident.Conflict, "That policy is not in shadow any more: somebody put it in force, replaced it or threw it away.")
