-- The team's own rules about alerts, and what became of each.

-- +goose Up
CREATE TABLE rules (
    id         TEXT PRIMARY KEY,
    place      INTEGER NOT NULL, -- they are asked in this order
    doc        TEXT    NOT NULL,
    matched    BIGINT  NOT NULL DEFAULT 0,
    matched_at BIGINT  NOT NULL DEFAULT 0,
    error      TEXT    NOT NULL DEFAULT '',
    error_at   BIGINT  NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE rules;
