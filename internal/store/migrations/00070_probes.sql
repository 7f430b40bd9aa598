-- Sigap's own probes. next_at is when one is due, and while somebody looks,
-- when they are given up for dead; it is null while a probe is paused.

-- +goose Up
CREATE TABLE probes (
    id      TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    next_at BIGINT,
    doc     TEXT NOT NULL
);
CREATE INDEX probes_due ON probes (next_at);
CREATE INDEX probes_by_service ON probes (service);

-- +goose Down
DROP TABLE probes;
