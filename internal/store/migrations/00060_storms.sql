-- The pages to each contact that may still be answered: in a storm all but the
-- first few are gathered to one summary a minute.

-- +goose Up
CREATE TABLE pages (
    lane        TEXT    NOT NULL, -- the contact; a drill's lie apart
    incident_id TEXT    NOT NULL REFERENCES incidents (id),
    notice      TEXT    NOT NULL,
    gathered    INTEGER NOT NULL, -- 0: it went out by itself
    at          BIGINT  NOT NULL, -- when it was to go out
    told        BIGINT  NOT NULL, -- when a summary listed it first; 0: none has
    due         BIGINT  NOT NULL, -- of a gathered one: when the next summary goes
    doc         TEXT    NOT NULL, -- the delivery
    PRIMARY KEY (lane, incident_id, notice)
);

-- +goose Down
DROP TABLE pages;
