-- Silences and maintenance windows, and why an alert pages nobody for now.

-- +goose Up
CREATE TABLE windows (
    id       TEXT PRIMARY KEY,
    made_at  BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    doc      TEXT NOT NULL
);
CREATE INDEX windows_by_end ON windows (until_at);

ALTER TABLE alerts ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN held_rank INTEGER NOT NULL DEFAULT 0; -- 1: held, 2: held and grave
CREATE INDEX alerts_held ON alerts (id, held_rank) WHERE held_rank > 0 AND state <> 'resolved';

-- +goose Down
DROP INDEX alerts_held;
ALTER TABLE alerts DROP COLUMN held_rank;
ALTER TABLE alerts DROP COLUMN held;
DROP TABLE windows;
