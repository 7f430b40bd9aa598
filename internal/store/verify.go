package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Verify checks the timelines of the named incidents, or of all: each chain is
// whole and each record is what its timeline replays to. It counts the whole
// ones, names the others to fault, and gives an error if there are any.
func (s *Store) Verify(ctx context.Context, refs []string, fault func(*incident.Incident, error)) (whole int, err error) {
	if len(refs) == 0 {
		if refs, err = s.incidentIDs(ctx); err != nil {
			return 0, err
		}
	}
	broken := 0
	for _, ref := range refs {
		i, err := s.Incident(ctx, ref)
		if err != nil {
			return whole, err
		}
		if err := s.verify(ctx, i); err != nil {
			broken++
			fault(i, err)
			continue
		}
		whole++
	}
	if broken > 0 {
		return whole, fmt.Errorf("%d of %d timelines are not what was written", broken, broken+whole)
	}
	return whole, nil
}

func (s *Store) verify(ctx context.Context, i *incident.Incident) error {
	entries, err := s.AllEntries(ctx, i.ID)
	if err != nil {
		return err
	}
	replayed, err := incident.Replay(entries)
	if err != nil {
		return err
	}
	if replayed.Head != i.Head || replayed.Seq != i.Seq {
		return fmt.Errorf("the timeline ends at entry %d, the record was written at entry %d", replayed.Seq, i.Seq)
	}
	want, err := json.Marshal(replayed)
	if err != nil {
		return err
	}
	have, err := json.Marshal(i)
	if err != nil {
		return err
	}
	if !bytes.Equal(want, have) {
		return errors.New("the record is not what its timeline replays to")
	}
	return nil
}

func (s *Store) incidentIDs(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id FROM incidents ORDER BY opened_at`)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return collect(rows, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
}
