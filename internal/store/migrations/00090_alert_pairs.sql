-- Which classes of alerts people merged and split. merged counts the merges
-- since the last split, split the splits since the last merge.

-- +goose Up
CREATE TABLE alert_pairs (
    a      TEXT NOT NULL,
    b      TEXT NOT NULL, -- not before a
    merged INTEGER NOT NULL,
    split  INTEGER NOT NULL,
    PRIMARY KEY (a, b)
);

-- +goose Down
DROP TABLE alert_pairs;
