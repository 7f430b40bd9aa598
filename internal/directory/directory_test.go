package directory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

func TestAPersonIsRefusedByTheFieldThatCannotBe(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*directory.Person){
		"name":     func(p *directory.Person) { p.Name = "" },
		"email":    func(p *directory.Person) { p.Email = "Rina <rina@example.com>" },
		"right":    func(p *directory.Person) { p.Right = "owner" },
		"lang":     func(p *directory.Person) { p.Lang = "jv" },
		"timezone": func(p *directory.Person) { p.Timezone = "Jakarta" },
		"theme":    func(p *directory.Person) { p.Theme = "pink" },
	} {
		p := directory.Person{Name: " Rina  Wijaya ", Email: " Rina@Example.com", Right: incident.Responder}
		p.Normalize()
		if err := p.Validate(); err != nil || p.Name != "Rina Wijaya" || p.Email != "rina@example.com" {
			t.Fatalf("a person with the defaults is refused: %v (%+v)", err, p)
		}
		change(&p)
		if e, ok := errors.AsType[*incident.Error](p.Validate()); !ok || e.Field != field {
			t.Errorf("a wrong %s is reported as %v", field, p.Validate())
		}
	}
}

func TestAServiceCannotDependOnItself(t *testing.T) {
	t.Parallel()
	s := directory.Service{Name: "payment", DependsOn: []string{"bank"}}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	s.DependsOn = append(s.DependsOn, "payment")
	if s.Validate() == nil {
		t.Error("a circle of one was taken")
	}
	if (&directory.Service{Name: "\npayment"}).Validate() == nil {
		t.Error("a name with a line break was taken")
	}
}

func TestNeighboursAreThoseOneCallAwayInEitherDirection(t *testing.T) {
	t.Parallel()
	g := directory.Graph{"front": {"cart", "payment"}, "payment": {"bank"}}
	for _, c := range []struct {
		a, b string
		want bool
	}{{"front", "payment", true}, {"payment", "front", true}, {"front", "bank", false}, {"cart", "payment", false}} {
		if got := g.Neighbours(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
	if got := g.Callers("payment"); len(got) != 1 || got[0] != "front" {
		t.Errorf("callers of payment: %v", got)
	}
}

func TestADrillIsPlayedByItsOwnTeamOrElseByTheRealOnes(t *testing.T) {
	t.Parallel()
	plays := func(t directory.Team) bool { return t.Drill }
	real, players := directory.Team{ID: "real"}, directory.Team{ID: "players", Drill: true}
	for _, c := range []struct {
		teams []directory.Team
		drill bool
		want  string
	}{
		{[]directory.Team{real, players}, true, "players"}, {[]directory.Team{real, players}, false, "real"}, {[]directory.Team{real}, true, "real"},
	} {
		got := directory.ForDrill(c.teams, c.drill, plays)
		if len(got) != 1 || got[0].ID != c.want {
			t.Errorf("drill %v among %d teams: %v", c.drill, len(c.teams), got)
		}
	}
	if got := directory.ForDrill([]directory.Team{players}, false, plays); len(got) != 0 {
		t.Errorf("players were called for an incident: %v", got)
	}
}

func TestAServiceIsNamedByLettersDigitsAndAFewSigns(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"payment": true, "pembayaran-2": true, "Zürich/api": true, "決済": true, "a b.c_d/e:f@g-h": true, "7": true, "½": true, strings.Repeat("é", 100): true,
		"": false, "-payment": false, " payment": false, "pay\nment": false, "payment!": false, "pay\x00ment": false, "\xff": false, strings.Repeat("é", 101): false,
	} {
		s := directory.Service{Name: name}
		if err := s.Validate(); (err == nil) != want {
			t.Errorf("%q: %v, want it to do: %v", name, err, want)
		}
	}
}
