-- What teams wrote in place of Sigap's own words for a message. Nothing is
-- overwritten: of a kind and language the newest row counts.

-- +goose Up
CREATE TABLE templates (
    id       TEXT PRIMARY KEY, -- in the order of time
    kind     TEXT   NOT NULL,
    lang     TEXT   NOT NULL,
    text     TEXT   NOT NULL,  -- empty: Sigap's own again
    by_id    TEXT   NOT NULL,
    by_name  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    error    TEXT   NOT NULL DEFAULT '', -- why a message went out without it
    error_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX templates_by_kind ON templates (kind, lang, id);

-- +goose Down
DROP TABLE templates;
