-- When an alert fired before, and for how long.

-- +goose Up
ALTER TABLE alerts ADD COLUMN spells TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE alerts DROP COLUMN spells;
