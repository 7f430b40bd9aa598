package fault_test

import (
	"flag"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/lab"
	"github.com/sigap-dev/sigap/lab/fault"
	"github.com/sigap-dev/sigap/lab/internal/labtest"
	"github.com/sigap-dev/sigap/lab/load"
)

// TestMain lets more faults be tested at the same time than there are
// processors: the tests wait more than they compute.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "4") // cannot fail: the testing package defines it
	labtest.Main(m)
}

// healthy and hurt tell a shop that serves its users from one that does not,
// by what those saw who tried to buy in the last seconds, from a moment on.
func healthy(users *load.Generator, from time.Time) bool {
	seen := users.Recent(min(2*time.Second, time.Since(from)), "checkout")
	return seen.Requests >= 5 && seen.Failures == 0
}

func hurt(users *load.Generator, from time.Time) bool {
	seen := users.Recent(min(4*time.Second, time.Since(from)), "checkout")
	return seen.Requests >= 5 && seen.FailureRatio() > 0.15
}

func TestEveryFaultHurtsUsersAndRecoveryEndsIt(t *testing.T) {
	t.Parallel()
	for _, f := range fault.Table() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			l := labtest.Start(t, lab.Options{})
			users := load.Start(t.Context(), load.Options{URL: l.URL(), Seed: 1})
			defer users.Stop()
			began := time.Now()
			labtest.Eventually(t, 15*time.Second, "users are served before the fault", func() bool { return healthy(users, began) })

			switcher := fault.New(l, fault.Options{})
			if err := switcher.Inject(t.Context(), f.Name); err != nil {
				t.Fatal(err)
			}
			injected := time.Now()
			took := labtest.Eventually(t, 20*time.Second, "users are hurt", func() bool { return hurt(users, injected) })
			t.Logf("hurt after %s: %+v", took.Round(100*time.Millisecond), users.Recent(4*time.Second, "checkout"))

			if err := switcher.Recover(t.Context(), f.Name); err != nil {
				t.Fatal(err)
			}
			recovered := time.Now()
			took = labtest.Eventually(t, 20*time.Second, "users are served again", func() bool { return healthy(users, recovered) })
			t.Logf("served again after %s: %+v", took.Round(100*time.Millisecond), users.Recent(2*time.Second, "checkout"))
		})
	}
}
