package app

import (
	"context"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/store"
)

// seed gives a fresh installation what every team has: an engineering and a
// support team, and two audiences with the usual cadence. All of it can be
// changed and removed.
func (a *App) seed(ctx context.Context) error {
	first, err := a.Store.Once(ctx, "seeded", store.NewID())
	if err != nil {
		return err
	}
	var done string
	if err := a.Store.Setting(ctx, "seeded_by", &done); err != nil || done == first {
		return err
	}
	teams, err := a.Store.Teams(ctx)
	if err != nil {
		return err
	}
	if len(teams) == 0 {
		for _, t := range []directory.Team{
			{ID: "engineering", Name: "Engineering", Does: directory.EngineeringTeam},
			{ID: "support", Name: "Support", Does: directory.SupportTeam},
			{ID: "management", Name: "Management", Does: directory.ManagementTeam},
		} {
			t.Members, t.Rooms = []string{}, []directory.Contact{}
			if err := a.Store.PutTeam(ctx, &t); err != nil {
				return err
			}
		}
	}
	for _, au := range []directory.Audience{
		{ID: "internal", Name: map[string]string{"en": "Internal teams", "id": "Tim internal"}, Cadence: map[string]int{"SEV1": 15, "SEV2": 30}, Teams: []string{"engineering", "support"}, Lang: "en"},
		{ID: "management", Name: map[string]string{"en": "Management and stakeholders", "id": "Manajemen dan pemangku kepentingan"}, Cadence: map[string]int{"SEV1": 30, "SEV2": 60}, Teams: []string{"management"}, Lang: "en"},
	} {
		au.People, au.Rooms = []string{}, []directory.Contact{}
		if err := a.Store.PutAudience(ctx, &au); err != nil {
			return err
		}
	}
	return a.Store.PutSetting(ctx, "seeded_by", first)
}
