-- Each view of an incident counts the newest grades.

-- +goose Up
CREATE INDEX grades_by_age ON grades (graded_at, check_name, mark);

-- +goose Down
DROP INDEX grades_by_age;
