package fault

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/sigap-dev/sigap/lab"
	"github.com/sigap-dev/sigap/lab/internal/post"
)

// releases are the files of the releases that are deployed, SERVICE-VERSION.
//
//go:embed releases
var releases embed.FS

// Change is a change event as it is posted to the intake.
type Change struct {
	Kind        string    `json:"kind"` // deploy, config, flag
	Service     string    `json:"service"`
	Environment string    `json:"environment"`
	Summary     string    `json:"summary"`
	Author      string    `json:"author"`
	From        string    `json:"from,omitempty"`
	To          string    `json:"to,omitempty"`
	Diff        string    `json:"diff,omitempty"`
	StartedAt   time.Time `json:"startedAt"`
	EndedAt     time.Time `json:"endedAt"`
}

// release is one that a pipeline deploys.
type release struct {
	service, version string
	summary, author  string
}

// deploy puts a release in force; its undo rolls back.
func deploy(ctx context.Context, l *lab.Lab, r release) (effect, error) {
	files, err := fs.Sub(releases, "releases/"+r.service+"-"+r.version)
	if err != nil {
		return effect{}, err
	}
	before, err := l.Version(r.service)
	if err != nil {
		return effect{}, err
	}
	began := time.Now().UTC()
	diff, err := l.Deploy(ctx, r.service, r.version, files)
	if err != nil {
		return effect{}, err
	}
	return effect{
		changes: []Change{{
			Kind: "deploy", Service: r.service, Environment: lab.Environment,
			Summary: r.service + " " + r.version + ": " + r.summary, Author: r.author,
			From: before, To: r.version, Diff: diff, StartedAt: began, EndedAt: time.Now().UTC(),
		}},
		undo: func(ctx context.Context) ([]Change, error) {
			began := time.Now().UTC()
			if err := l.Rollback(ctx, r.service, before); err != nil {
				return nil, err
			}
			return []Change{{
				Kind: "deploy", Service: r.service, Environment: lab.Environment,
				Summary: r.service + " " + before + ": rolled back", Author: r.author,
				From: r.version, To: before, StartedAt: began, EndedAt: time.Now().UTC(),
			}}, nil
		},
	}, nil
}

// setting is a value of a service's configuration that somebody edits.
type setting struct {
	service, key    string
	value           any
	summary, author string
}

// configure puts a value in force; its undo restores the one before.
func configure(ctx context.Context, l *lab.Lab, s setting) (effect, error) {
	before, err := l.Value(s.service, s.key)
	if err != nil {
		return effect{}, err
	}
	kind := "config"
	if _, isFlag := s.value.(bool); isFlag {
		kind = "flag"
	}
	set := func(ctx context.Context, from, to any, summary string) ([]Change, error) {
		began := time.Now().UTC()
		diff, err := l.Configure(ctx, s.service, s.key, to)
		if err != nil {
			return nil, err
		}
		return []Change{{
			Kind: kind, Service: s.service, Environment: lab.Environment,
			Summary: fmt.Sprintf("%s: %s (%s)", s.service, summary, s.key), Author: s.author,
			From: fmt.Sprint(from), To: fmt.Sprint(to), Diff: diff, StartedAt: began, EndedAt: time.Now().UTC(),
		}}, nil
	}
	changes, err := set(ctx, before, s.value, s.summary)
	if err != nil {
		return effect{}, err
	}
	return effect{
		changes: changes,
		undo: func(ctx context.Context) ([]Change, error) {
			return set(ctx, s.value, before, "as it was before")
		},
	}, nil
}

// announce posts changes to the intake, one request each.
func announce(ctx context.Context, client *http.Client, url string, changes []Change) error {
	for _, change := range changes {
		if err := post.JSON(ctx, client, url, change); err != nil {
			return fmt.Errorf("announce %q: %w", change.Summary, err)
		}
	}
	return nil
}
