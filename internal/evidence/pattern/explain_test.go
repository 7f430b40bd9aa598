package pattern

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sigap-dev/sigap/internal/incident"
)

// traffic makes n lines; those that bad picks are returned a second time, as errors.
func traffic(n int, bad func(l incident.LogLine, rnd *rand.Rand) bool) (errors, all []incident.LogLine) {
	rnd := rand.New(rand.NewPCG(9, 10))
	for i := range n {
		l := incident.LogLine{Service: "pay", Host: fmt.Sprint("web-", rnd.IntN(4)), Body: "x", Attrs: map[string]string{
			"region":  []string{"eu-1", "us-1", "us-2", "ap-1", "ap-2", "sa-1", "sa-2", "af-1"}[rnd.IntN(8)],
			"version": []string{"4.2.1", "4.2.0", "4.2.0", "4.2.0", "4.2.0"}[rnd.IntN(5)],
			"trace":   fmt.Sprint(i),
			"level":   "info",
		}}
		if bad(l, rnd) {
			l.Attrs["level"] = "error"
			errors = append(errors, l)
		}
		all = append(all, l)
	}
	return errors, all
}

func TestExplainNamesTheAttributeThatSetsTheErrorsApart(t *testing.T) {
	t.Parallel()
	errors, all := traffic(10_000, func(l incident.LogLine, rnd *rand.Rand) bool {
		return l.Attrs["region"] == "eu-1" && rnd.IntN(5) == 0 || rnd.IntN(200) == 0
	})
	found := Explain(errors, all)
	if len(found) != 1 || found[0].Key != "region" || found[0].Value != "eu-1" {
		t.Fatalf("found %+v, want region=eu-1 alone", found)
	}
	a := found[0]
	if a.Coverage < 0.75 || a.Share > 0.2 || math.Abs(a.Lift-a.Coverage/a.Share) > 1e-9 || a.P > 1e-50 {
		t.Errorf("attribute %+v", a)
	}
}

func TestExplainFindsNothingWhereNothingSetsTheErrorsApart(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]func(incident.LogLine, *rand.Rand) bool{
		"errors at random": func(_ incident.LogLine, rnd *rand.Rand) bool { return rnd.IntN(20) == 0 },
		"only errors":      func(incident.LogLine, *rand.Rand) bool { return true },
		"no errors":        func(incident.LogLine, *rand.Rand) bool { return false },
		"too few to tell": func(l incident.LogLine, _ *rand.Rand) bool {
			return len(l.Attrs["trace"]) == 1 && l.Attrs["trace"] < "4"
		},
		"a rare value only": func(l incident.LogLine, rnd *rand.Rand) bool { return l.Attrs["trace"] == "77" || rnd.IntN(9) == 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if found := Explain(traffic(5_000, bad)); len(found) != 0 {
				t.Errorf("found %+v, want nothing", found)
			}
		})
	}
}

func TestGTestAgreesWithAWorkedExample(t *testing.T) {
	t.Parallel()
	// 30 of 40 errors and 10 of 60 others have it: by hand 2·Σ O·ln(O/E) = 2·(18.858 − 8.755 − 8.755 + 16.425) = 35.55.
	g := gTest(30, 40, 40, 100)
	if math.Abs(g-35.548) > 0.001 {
		t.Errorf("G = %.3f, want 35.548", g)
	}
	if p := chance(3.841); math.Abs(p-0.05) > 1e-4 {
		t.Errorf("chance(3.841) = %v, want 0.05", p)
	}
}
