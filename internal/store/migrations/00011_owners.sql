-- What somebody promised is asked for with each first page.

-- +goose Up
CREATE INDEX actions_by_owner ON actions (owner_id, done, due);

-- +goose Down
DROP INDEX actions_by_owner;
