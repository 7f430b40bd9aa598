-- How the checks of the evidence did in each incident whose post-mortem is
-- published; graded_at is when that was.

-- +goose Up
CREATE TABLE grades (
    incident_id TEXT NOT NULL,
    check_name  TEXT NOT NULL,
    mark        TEXT NOT NULL,
    graded_at   BIGINT NOT NULL,
    PRIMARY KEY (incident_id, check_name)
);

-- +goose Down
DROP TABLE grades;
