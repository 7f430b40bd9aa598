-- Who is on call: schedules, and the ladders that a page climbs.

-- +goose Up
CREATE TABLE schedules (
    id  TEXT PRIMARY KEY,
    doc TEXT NOT NULL
);
CREATE TABLE ladders (
    id  TEXT PRIMARY KEY,
    doc TEXT NOT NULL
);

-- +goose Down
DROP TABLE ladders;
DROP TABLE schedules;
