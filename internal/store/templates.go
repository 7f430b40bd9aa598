package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/text"
)

// Templates gives what a team wrote of a kind and language, the newest first;
// nothing if it never did.
func (s *Store) Templates(ctx context.Context, kind text.TemplateKind, lang string, limit int) ([]inform.Template, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT id, kind, lang, text, by_id, by_name, at, error, error_at FROM templates
		WHERE kind = $1 AND lang = $2 ORDER BY id DESC LIMIT $3`, kind, lang, limit)
	if err != nil {
		return nil, fmt.Errorf("read the template %s: %w", kind, err)
	}
	return collect(rows, func(r *sql.Rows) (t inform.Template, err error) {
		var at, errorAt int64
		err = r.Scan(&t.ID, &t.Kind, &t.Lang, &t.Text, &t.By.ID, &t.By.Name, &at, &t.Error, &errorAt)
		t.At, t.ErrorAt = fromMicros(at), fromMicros(errorAt)
		return t, err
	})
}

// AddTemplate keeps a new version of a template.
func (s *Store) AddTemplate(ctx context.Context, t inform.Template) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO templates (id, kind, lang, text, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.ID, t.Kind, t.Lang, t.Text, t.By.ID, t.By.Name, micros(t.At)); err != nil {
			return fmt.Errorf("write the template %s: %w", t.Kind, err)
		}
		return nil
	})
}

// TemplateFailed keeps why a message went out without a template, the newest
// reason.
func (s *Store) TemplateFailed(ctx context.Context, id, why string, at time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE templates SET error = $1, error_at = $2 WHERE id = $3`, plain(why), micros(at), id); err != nil {
			return fmt.Errorf("note that the template %s failed: %w", id, err)
		}
		return nil
	})
}
