-- Requests to take somebody's shifts over. until_at is when one is over, answered or not.

-- +goose Up
CREATE TABLE swaps (
    id       TEXT PRIMARY KEY,
    until_at BIGINT NOT NULL,
    doc      TEXT NOT NULL
);
CREATE INDEX swaps_by_end ON swaps (until_at);

-- +goose Down
DROP TABLE swaps;
