package channel

import (
	"context"
	"slices"
	"strings"
)

// scopes are the rights that the app needs for what is set up.
func (s *Slack) scopes() []string {
	needs := []string{"chat:write", "files:write"}
	if s.Listens() {
		needs = append(needs, "commands", "app_mentions:read", "im:history", "channels:history")
	}
	if s.Config.RoomsUpTo > 0 {
		needs = append(needs, "channels:manage", "users:read.email", "reactions:read", "pins:read")
	}
	return needs
}

// Lacks names the scopes that the app has not been given and that what is set
// up needs. Slack says which it has in a header of each answer
// (docs.slack.dev/reference/methods/auth.test).
func (s *Slack) Lacks(ctx context.Context) ([]string, error) {
	answer, err := s.client.AuthTestContext(ctx)
	if err != nil {
		return nil, s.did(err)
	}
	var has []string
	for scope := range strings.SplitSeq(answer.Header.Get("X-OAuth-Scopes"), ",") {
		has = append(has, strings.TrimSpace(scope))
	}
	return slices.DeleteFunc(s.scopes(), func(scope string) bool { return slices.Contains(has, scope) }), nil
}
