package app

import (
	"context"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/sigap-dev/sigap/internal/api"
	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/store"
)

// Accounts is who may sign in, and what programs show instead of a password.
type Accounts struct {
	*store.Store
	sealing func() (sealer, error) // for the secrets that senders sign with
}

const (
	invitationLife = 14 * 24 * time.Hour
	resetLife      = time.Hour
	leastPassword  = 10
)

// hash makes a password's hash by argon2id with the parameters that OWASP
// advises (19 MiB, 2 passes): a sign-in costs the server about 20 ms.
func hash(password string) (string, error) {
	if len(password) < leastPassword {
		return "", incident.FieldError("password", "A password has at least %d characters.", leastPassword)
	}
	return argon2id.CreateHash(password, &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

// nobody is compared with where there is no account, so that the answer takes
// as long.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// SignIn checks a password and begins a session.
func (a Accounts) SignIn(ctx context.Context, email, password string) (*directory.Person, string, error) {
	wrong := incident.Errorf(incident.Forbidden, "The e-mail address or the password is wrong.")
	p, err := a.Person(ctx, strings.ToLower(strings.TrimSpace(email)))
	kept := nobody
	if err == nil {
		if kept, err = a.PasswordHash(ctx, p.ID); err != nil {
			return nil, "", err
		}
	}
	if kept == "" {
		kept = nobody
	}
	ok, err := argon2id.ComparePasswordAndHash(password, kept)
	if err != nil || !ok || p == nil || p.Disabled {
		return nil, "", wrong
	}
	secret, err := a.Issue(ctx, &store.Credential{Kind: store.Session, Person: p.ID, Expires: a.Now().Add(api.SessionLife)})
	return p, secret, err
}

// SignOut ends a session.
func (a Accounts) SignOut(ctx context.Context, secret string) error {
	return a.RevokeSecret(ctx, secret)
}

// SessionPerson is whose session it is.
func (a Accounts) SessionPerson(ctx context.Context, secret string) (*directory.Person, error) {
	c, err := a.Credential(ctx, store.Session, secret)
	if err != nil {
		return nil, err
	}
	return a.Person(ctx, c.Person)
}

// AddUser makes an account with a password.
func (a Accounts) AddUser(ctx context.Context, p *directory.Person, password string) error {
	h, err := hash(password)
	if err != nil {
		return err
	}
	return a.AddPerson(ctx, p, h)
}

// FirstAdmin takes the one-time link's token and makes the first admin.
func (a Accounts) FirstAdmin(ctx context.Context, token string, p *directory.Person, password string) error {
	if has, err := a.HasAdmin(ctx); err != nil || has {
		if err == nil {
			err = incident.Errorf(incident.Conflict, "There is an admin already. Sign in, or ask them for an invitation.")
		}
		return err
	}
	if _, err := a.Credential(ctx, store.FirstRun, token); err != nil {
		return incident.FieldError("token", "This link is not valid any more. The server prints a new one when it starts.")
	}
	h, err := hash(password)
	if err != nil {
		return err
	}
	p.Normalize()
	if err := p.Validate(); err != nil {
		return err
	}
	// Used first: of several that come at once one makes an account.
	if _, err := a.Use(ctx, store.FirstRun, token); err != nil {
		return err
	}
	return a.AddPerson(ctx, p, h)
}

// Invite makes an account without a password and gives the invitation's token.
func (a Accounts) Invite(ctx context.Context, p *directory.Person) (string, error) {
	if err := a.AddPerson(ctx, p, ""); err != nil {
		return "", err
	}
	return a.Issue(ctx, &store.Credential{Kind: store.Invitation, Person: p.ID, Expires: a.Now().Add(invitationLife)})
}

// AcceptInvitation gives an invited account its password.
func (a Accounts) AcceptInvitation(ctx context.Context, token, name, password string) (*directory.Person, error) {
	h, err := hash(password)
	if err != nil {
		return nil, err
	}
	c, err := a.Use(ctx, store.Invitation, token)
	if err != nil {
		return nil, err
	}
	if name != "" {
		if _, err := a.ChangePerson(ctx, c.Person, func(p *directory.Person) error { p.Name = name; return nil }); err != nil {
			return nil, err
		}
	}
	if err := a.SetPassword(ctx, c.Person, h); err != nil {
		return nil, err
	}
	return a.Person(ctx, c.Person)
}

// ResetToken gives the token that lets somebody choose a new password; empty
// if nobody has that address.
func (a Accounts) ResetToken(ctx context.Context, email string) (*directory.Person, string, error) {
	p, err := a.Person(ctx, strings.ToLower(strings.TrimSpace(email)))
	if err != nil || p.Disabled {
		return nil, "", nil //nolint:nilerr // whether an address has an account is nobody's business
	}
	token, err := a.Issue(ctx, &store.Credential{Kind: store.Reset, Person: p.ID, Expires: a.Now().Add(resetLife)})
	return p, token, err
}

// ResetPassword takes the token and sets a new password.
func (a Accounts) ResetPassword(ctx context.Context, token, password string) error {
	h, err := hash(password)
	if err != nil {
		return err
	}
	c, err := a.Use(ctx, store.Reset, token)
	if err != nil {
		return err
	}
	return a.SetPassword(ctx, c.Person, h)
}

// ChangePassword sets a new password for who knows the old one.
func (a Accounts) ChangePassword(ctx context.Context, id, old, password string) error {
	kept, err := a.PasswordHash(ctx, id)
	if err != nil {
		return err
	}
	if ok, err := argon2id.ComparePasswordAndHash(old, kept); err != nil || !ok {
		return incident.FieldError("old", "This is not your present password.")
	}
	h, err := hash(password)
	if err != nil {
		return err
	}
	return a.SetPassword(ctx, id, h)
}

// TokenRight is what an API token may do.
func (a Accounts) TokenRight(ctx context.Context, secret string) (incident.Actor, error) {
	c, err := a.Credential(ctx, store.APIToken, secret)
	if err != nil {
		return incident.Actor{}, err
	}
	return incident.Actor{Kind: incident.SenderActor, ID: c.ID, Name: c.Name, Right: incident.Right(c.Scope)}, nil
}

// IssueToken makes an API token.
func (a Accounts) IssueToken(ctx context.Context, name string, right incident.Right) (string, error) {
	if !right.Valid() {
		return "", incident.FieldError("scope", "A scope is viewer, responder, manager or admin.")
	}
	return a.Issue(ctx, &store.Credential{Kind: store.APIToken, Name: name, Scope: string(right)})
}

// ListTokens lists the API tokens.
func (a Accounts) ListTokens(ctx context.Context) ([]api.Credential, error) {
	all, err := a.Credentials(ctx, store.APIToken)
	out := make([]api.Credential, len(all))
	for n, c := range all {
		out[n] = api.Credential{ID: c.ID, Name: c.Name, Scope: c.Scope, Created: c.Created.Format(time.RFC3339)}
	}
	return out, err
}

// RevokeToken ends an API token.
func (a Accounts) RevokeToken(ctx context.Context, id string) error {
	return a.Revoke(ctx, store.APIToken, id)
}
