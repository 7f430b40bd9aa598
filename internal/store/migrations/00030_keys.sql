-- +goose Up

-- What a sender's key is set to; secrets in it are sealed.
CREATE TABLE key_settings (
    id  TEXT PRIMARY KEY,
    doc TEXT NOT NULL
);

-- Secrets that a key had before it was rotated: good until then.
CREATE TABLE key_secrets (
    hash     TEXT PRIMARY KEY,
    key_id   TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX key_secrets_by_key ON key_secrets (key_id);

-- The first and the last body that came by a key, for the settings to show.
CREATE TABLE key_samples (
    key_id TEXT NOT NULL,
    which  TEXT NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (key_id, which)
);

-- What was answered to a request with an Idempotency-Key; an empty document is
-- one under way.
CREATE TABLE answered (
    hash TEXT PRIMARY KEY,
    at   BIGINT NOT NULL,
    doc  TEXT NOT NULL
);
CREATE INDEX answered_by_time ON answered (at);

-- +goose Down
DROP TABLE answered;
DROP TABLE key_samples;
DROP TABLE key_secrets;
DROP TABLE key_settings;
