package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

// People gives everybody with an account, by name.
func (s *Store) People(ctx context.Context) ([]directory.Person, error) {
	return list[directory.Person](ctx, s.read, "person", `SELECT doc FROM people ORDER BY lower(email)`)
}

// Person gives somebody by id or e-mail address.
func (s *Store) Person(ctx context.Context, idOrEmail string) (*directory.Person, error) {
	return scanDoc[directory.Person](s.read.QueryRowContext(ctx, `SELECT doc FROM people WHERE id = $1 OR email = $1`, idOrEmail), "person")
}

// PasswordHash gives the hash of somebody's password; empty if they have none yet.
func (s *Store) PasswordHash(ctx context.Context, id string) (hash string, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT password FROM people WHERE id = $1`, id).Scan(&hash)
	return hash, err
}

// AddPerson makes an account; the password's hash is empty for an invited one.
func (s *Store) AddPerson(ctx context.Context, p *directory.Person, passwordHash string) error {
	p.Normalize()
	if err := p.Validate(); err != nil {
		return err
	}
	p.ID, p.Created, p.Invited = NewID(), s.Now(), passwordHash == ""
	doc, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM people WHERE email = $1`, p.Email).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return incident.FieldError("email", "There is an account with %s already.", p.Email)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO people (id, email, password, doc) VALUES ($1, $2, $3, $4)`, p.ID, p.Email, passwordHash, string(doc))
		return err
	})
}

// ChangePerson changes an account by fn, as it stands at that moment.
func (s *Store) ChangePerson(ctx context.Context, id string, fn func(*directory.Person) error) (*directory.Person, error) {
	var p *directory.Person
	err := s.tx(ctx, func(tx *sql.Tx) (err error) {
		if p, err = scanDoc[directory.Person](tx.QueryRowContext(ctx, `SELECT doc FROM people WHERE id = $1`+s.forUpdate(), id), "person"); err != nil {
			return err
		}
		if err := fn(p); err != nil {
			return err
		}
		p.Normalize()
		if err := p.Validate(); err != nil {
			return err
		}
		doc, err := json.Marshal(p)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE people SET email = $2, doc = $3 WHERE id = $1`, id, p.Email, string(doc))
		return err
	})
	return p, err
}

// SetPassword gives an account a password and ends its sessions.
func (s *Store) SetPassword(ctx context.Context, id, hash string) error {
	if _, err := s.ChangePerson(ctx, id, func(p *directory.Person) error { p.Invited = false; return nil }); err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE people SET password = $2 WHERE id = $1`, id, hash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM credentials WHERE person_id = $1 AND kind IN ('session', 'reset', 'invite')`, id)
		return err
	})
}

// HasAdmin reports whether anybody can administer Sigap yet.
func (s *Store) HasAdmin(ctx context.Context) (bool, error) {
	people, err := s.People(ctx)
	for _, p := range people {
		if p.Right == incident.Admin && !p.Disabled && !p.Invited {
			return true, nil
		}
	}
	return false, err
}

// Teams gives all teams.
func (s *Store) Teams(ctx context.Context) ([]directory.Team, error) {
	return list[directory.Team](ctx, s.read, "team", `SELECT doc FROM teams ORDER BY id`)
}

// PutTeam writes a team; an empty id makes a new one.
func (s *Store) PutTeam(ctx context.Context, t *directory.Team) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.ID == "" {
		t.ID = NewID()
	}
	return s.put(ctx, "teams", "id", t.ID, t)
}

// Services gives the catalog.
func (s *Store) Services(ctx context.Context) ([]directory.Service, error) {
	return list[directory.Service](ctx, s.read, "service", `SELECT doc FROM services ORDER BY name`)
}

// Service gives one of the catalog.
func (s *Store) Service(ctx context.Context, name string) (*directory.Service, error) {
	return scanDoc[directory.Service](s.read.QueryRowContext(ctx, `SELECT doc FROM services WHERE name = $1`, name), "service")
}

// PutService writes a service.
func (s *Store) PutService(ctx context.Context, v *directory.Service) error {
	if err := v.Validate(); err != nil {
		return err
	}
	if v.DependsOn == nil {
		v.DependsOn = []string{}
	}
	return s.put(ctx, "services", "name", v.Name, v)
}

// SeeService adds a service that a signal named, unless it is known.
func (t *Tx) SeeService(v directory.Service) error {
	if v.Validate() != nil {
		return nil // a name that the catalog cannot hold stays on the alert alone
	}
	v.Seen, v.DependsOn = true, []string{}
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	res, err := t.tx.ExecContext(t.ctx, `INSERT INTO services (name, doc) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, v.Name, string(doc))
	if err != nil {
		return fmt.Errorf("add service %s: %w", v.Name, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return newRules(t.ctx, t.tx)
}

// Audiences gives those who get regular updates.
func (s *Store) Audiences(ctx context.Context) ([]directory.Audience, error) {
	return list[directory.Audience](ctx, s.read, "audience", `SELECT doc FROM audiences ORDER BY id`)
}

// PutAudience writes an audience.
func (s *Store) PutAudience(ctx context.Context, a *directory.Audience) error {
	if a.ID == "" {
		a.ID = NewID()
	}
	return s.put(ctx, "audiences", "id", a.ID, a)
}

// Remove deletes a team, a service, an audience, a schedule or a ladder.
func (s *Store) Remove(ctx context.Context, table, key string) error {
	column, ok := map[string]string{"teams": "id", "services": "name", "audiences": "id", "schedules": "id", "ladders": "id"}[table]
	if !ok {
		return fmt.Errorf("remove from %q: no such list", table)
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE `+column+` = $1`, key); err != nil {
			return fmt.Errorf("remove %s from %s: %w", key, table, err)
		}
		return newRules(ctx, tx)
	})
}

func (s *Store) put(ctx context.Context, table, column, key string, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (`+column+`, doc) VALUES ($1, $2) ON CONFLICT (`+column+`) DO UPDATE SET doc = excluded.doc`, key, string(doc)); err != nil {
			return fmt.Errorf("write %s of %s: %w", key, table, err)
		}
		return newRules(ctx, tx)
	})
}

func list[T any](ctx context.Context, db *sql.DB, what, query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list each %s: %w", what, err)
	}
	return collect(rows, func(r *sql.Rows) (T, error) {
		v, err := scanDoc[T](r, what)
		if err != nil {
			var zero T
			return zero, err
		}
		return *v, nil
	})
}
