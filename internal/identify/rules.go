package identify

import (
	"context"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/identify/rule"
	"github.com/sigap-dev/sigap/internal/identify/window"
	"github.com/sigap-dev/sigap/internal/incident"
)

// rules are what people set up beforehand: the policy, the catalog, the windows
// and the rules of their own, and what they taught. They are shared and must not
// be changed.
type rules struct {
	version int64
	policy  incident.Policy
	shadow  *incident.ShadowPolicy // nil: none is tried
	catalog catalog
	windows window.Set
	learned learned
	past    Past
	own     *rule.Set
}

// rules gives what holds at the moment. It asks the store for its version and
// reads it only if that is another one.
func (s *Service) rules(ctx context.Context) (*rules, error) {
	version, err := s.store.Rules(ctx)
	if err != nil {
		return nil, err
	}
	if r := s.known.Load(); r != nil && r.version == version {
		return r, nil
	}
	services, err := s.store.Services(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	shadow, err := s.store.Shadow(ctx)
	if err != nil {
		return nil, err
	}
	set, err := s.store.Windows(ctx, s.now())
	if err != nil {
		return nil, err
	}
	pairs, err := s.store.Pairs(ctx)
	if err != nil {
		return nil, err
	}
	var before Past
	if err := s.store.Setting(ctx, pastSetting, &before); err != nil {
		return nil, err
	}
	own, err := s.store.RuleList(ctx)
	if err != nil {
		return nil, err
	}
	r := &rules{version: version, policy: policy, shadow: shadow, catalog: newCatalog(services), windows: window.Compile(set),
		learned: newLearned(pairs, before.Together), past: before, own: rule.Compile(justRules(own))}
	s.noteRules(ctx) // of the set that goes
	s.known.Store(r)
	return r, nil
}

// catalog is the service catalog as grouping and verdicts look at it.
type catalog struct {
	services map[string]directory.Service
	graph    directory.Graph
	callers  map[string][]string // of each service, those that depend on it
}

func newCatalog(services []directory.Service) catalog {
	c := catalog{services: make(map[string]directory.Service, len(services)), graph: make(directory.Graph, len(services)), callers: map[string][]string{}}
	for _, s := range services {
		c.services[s.Name] = s
		c.graph[s.Name] = s.DependsOn
		for _, on := range s.DependsOn {
			c.callers[on] = append(c.callers[on], s.Name)
		}
	}
	return c
}
