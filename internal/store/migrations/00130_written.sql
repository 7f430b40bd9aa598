-- When somebody wrote to us last: on WhatsApp a day from then they may be
-- answered in any words.

-- +goose Up
CREATE TABLE written (
    kind    TEXT   NOT NULL, -- of the channel
    address TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (kind, address)
);

-- +goose Down
DROP TABLE written;
