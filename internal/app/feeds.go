package app

import (
	"context"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

// IssueFeed gives the secret of a calendar of shifts and ends the one before.
func (a Accounts) IssueFeed(ctx context.Context, person, schedule string) (string, error) {
	old, err := a.Credentials(ctx, store.Feed)
	if err != nil {
		return "", err
	}
	for _, c := range old {
		if c.Person == person && c.Scope == schedule {
			if err := a.Revoke(ctx, store.Feed, c.ID); err != nil {
				return "", err
			}
		}
	}
	return a.Issue(ctx, &store.Credential{Kind: store.Feed, Person: person, Scope: schedule})
}

// Feed says whose calendar a secret opens.
func (a Accounts) Feed(ctx context.Context, secret string) (person, schedule string, err error) {
	c, err := a.Credential(ctx, store.Feed, secret)
	if err != nil {
		return "", "", incident.Errorf(incident.NotFound, "This link is not valid any more.")
	}
	return c.Person, c.Scope, nil
}
