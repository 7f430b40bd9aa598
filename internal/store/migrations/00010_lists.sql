-- What lists, grouping and search read, so that they read no whole record: the
-- records that there are already are filled in after the start (Store.Fill).

-- +goose Up
-- brief lies before the document: reading it reads nothing of the document.
ALTER TABLE incidents RENAME COLUMN search TO brief;
ALTER TABLE incidents ADD COLUMN nobody INTEGER NOT NULL DEFAULT 0;
-- 1: brief, incident_groups and words say what the document says.
ALTER TABLE incidents ADD COLUMN filled INTEGER NOT NULL DEFAULT 0;
CREATE INDEX incidents_to_fill ON incidents (status) WHERE filled = 0;
CREATE INDEX incidents_nobody ON incidents (status) WHERE nobody = 1;

-- The open records that an alert may join, by service and the like.
CREATE TABLE incident_groups (
    name        TEXT NOT NULL,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    PRIMARY KEY (name, incident_id)
);
CREATE INDEX incident_groups_by_incident ON incident_groups (incident_id);

-- Each word of each timeline, as bytes: they are looked for by how they begin,
-- which no collation may have a say in. A timeline only grows, and so does this.
CREATE TABLE words (
    word        BYTEA NOT NULL,
    incident_id TEXT  NOT NULL REFERENCES incidents (id),
    PRIMARY KEY (word, incident_id)
);

-- 0: the advance copy of what pages, 1: all bodies in their order, 2: set aside.
ALTER TABLE inbox ADD COLUMN lane INTEGER NOT NULL DEFAULT 1;
UPDATE inbox SET lane = 2, id = substr(id, 2) WHERE id >= 'x';
CREATE INDEX inbox_by_turn ON inbox (lane, id);

-- What changes with the policy and the catalog of services, which each process
-- keeps in memory.
INSERT INTO counters (name, value) VALUES ('rules', 0);

CREATE TABLE heartbeats (
    key_id TEXT   NOT NULL,
    name   TEXT   NOT NULL,
    sender TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    every  BIGINT NOT NULL,
    grace  BIGINT NOT NULL,
    due    BIGINT NOT NULL,
    missed BIGINT NOT NULL,
    PRIMARY KEY (key_id, name)
);
CREATE INDEX heartbeats_by_due ON heartbeats (missed, due);

-- +goose Down
DROP TABLE heartbeats;
DELETE FROM counters WHERE name = 'rules';
DROP INDEX inbox_by_turn;
UPDATE inbox SET id = 'x' || id WHERE lane = 2;
ALTER TABLE inbox DROP COLUMN lane;
DROP TABLE words;
DROP TABLE incident_groups;
DROP INDEX incidents_nobody;
DROP INDEX incidents_to_fill;
ALTER TABLE incidents DROP COLUMN filled;
ALTER TABLE incidents DROP COLUMN nobody;
ALTER TABLE incidents RENAME COLUMN brief TO search;
