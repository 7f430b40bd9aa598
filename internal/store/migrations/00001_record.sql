-- The same text serves both engines. Times are UTC microseconds, documents are
-- JSON that is never queried by field.

-- +goose Up
CREATE TABLE incidents (
    id          TEXT PRIMARY KEY,
    number      BIGINT UNIQUE,
    status      TEXT NOT NULL,
    severity    INTEGER NOT NULL,
    service     TEXT NOT NULL,
    environment TEXT NOT NULL,
    title       TEXT NOT NULL,
    drill       INTEGER NOT NULL,
    opened_at   BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    seq         INTEGER NOT NULL,
    head        TEXT NOT NULL,
    search      TEXT NOT NULL,
    doc         TEXT NOT NULL
);
CREATE INDEX incidents_by_status ON incidents (status, opened_at);
CREATE INDEX incidents_by_opened ON incidents (opened_at);
CREATE INDEX incidents_by_service ON incidents (service, opened_at);

CREATE TABLE entries (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    seq         INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    recorded    BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    data        TEXT NOT NULL,
    prev        TEXT NOT NULL,
    hash        TEXT NOT NULL,
    PRIMARY KEY (incident_id, seq)
);

CREATE TABLE actions (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    owner_id    TEXT NOT NULL,
    due         BIGINT NOT NULL,
    done        BIGINT NOT NULL,
    doc         TEXT NOT NULL
);
CREATE INDEX actions_open ON actions (done, due);

CREATE TABLE alerts (
    id          TEXT PRIMARY KEY,
    key_id      TEXT NOT NULL,
    identity    TEXT NOT NULL,
    source      TEXT NOT NULL,
    sender      TEXT NOT NULL,
    service     TEXT NOT NULL,
    environment TEXT NOT NULL,
    severity    TEXT NOT NULL,
    title       TEXT NOT NULL,
    state       TEXT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    count       BIGINT NOT NULL,
    incident_id TEXT,
    was_real    INTEGER NOT NULL DEFAULT 0,
    was_false   INTEGER NOT NULL DEFAULT 0,
    was_ended   INTEGER NOT NULL DEFAULT 0,
    doc         TEXT NOT NULL,
    UNIQUE (key_id, identity)
);
CREATE INDEX alerts_by_incident ON alerts (incident_id, state);
CREATE INDEX alerts_expiring ON alerts (state, expires_at);
CREATE INDEX alerts_by_last ON alerts (last_at);

CREATE TABLE inbox (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE changes (
    id         TEXT PRIMARY KEY,
    service    TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    doc        TEXT NOT NULL
);
CREATE INDEX changes_by_time ON changes (started_at);

CREATE TABLE people (
    id       TEXT PRIMARY KEY,
    email    TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    doc      TEXT NOT NULL
);
CREATE TABLE teams (
    id  TEXT PRIMARY KEY,
    doc TEXT NOT NULL
);
CREATE TABLE services (
    name TEXT PRIMARY KEY,
    doc  TEXT NOT NULL
);
CREATE TABLE audiences (
    id  TEXT PRIMARY KEY,
    doc TEXT NOT NULL
);

-- What proves who somebody is: sessions, API tokens, senders' keys,
-- invitations, password resets, the first-run link. Only hashes are kept.
CREATE TABLE credentials (
    hash       TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    name       TEXT NOT NULL,
    scope      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
CREATE INDEX credentials_by_kind ON credentials (kind, created_at);

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('incident', 0);

-- +goose Down
DROP TABLE counters;
DROP TABLE settings;
DROP TABLE credentials;
DROP TABLE audiences;
DROP TABLE services;
DROP TABLE teams;
DROP TABLE people;
DROP TABLE changes;
DROP TABLE inbox;
DROP TABLE alerts;
DROP TABLE actions;
DROP TABLE entries;
DROP TABLE incidents;
