package fault_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/lab"
	"github.com/sigap-dev/sigap/lab/fault"
	"github.com/sigap-dev/sigap/lab/internal/labtest"
	"github.com/sigap-dev/sigap/lab/load"
)

// TestMain lets more faults be tested at the same time than there are
// processors: the tests wait more than they compute.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "3") // cannot fail: the testing package defines it
	labtest.Main(m)
}

// healthy and hurt tell a shop that serves its users from one that does not,
// by what those saw who tried to buy in the last seconds, from a moment on.
func healthy(users *load.Generator, from time.Time) bool {
	seen := users.Recent(min(3*time.Second, time.Since(from)), "checkout")
	return seen.Requests >= 8 && seen.FailureRatio() < 0.1
}

func hurt(users *load.Generator, from time.Time) bool {
	seen := users.Recent(min(4*time.Second, time.Since(from)), "checkout")
	return seen.Requests >= 5 && seen.FailureRatio() > 0.2
}

func TestEveryFaultHurtsUsersAndRecoveryEndsIt(t *testing.T) {
	t.Parallel()
	for _, f := range fault.Table() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			intake := newIntake(t)
			l := labtest.Start(t, lab.Options{})
			users := load.Start(t.Context(), load.Options{URL: l.URL(), Seed: 1})
			defer users.Stop()
			began := time.Now()
			labtest.Eventually(t, 20*time.Second, "users are served before the fault", func() bool { return healthy(users, began) })

			switcher := fault.New(l, fault.Options{ChangesURL: intake.url})
			injected := time.Now()
			if err := switcher.Inject(t.Context(), f.Name); err != nil {
				t.Fatal(err)
			}
			announced := intake.received()
			switch {
			case f.Cause.Announced && (len(announced) != 1 || announced[0].Service != f.Cause.Service || announced[0].Kind != f.Cause.Kind):
				t.Errorf("announced was %+v, the cause is %+v", announced, f.Cause)
			case !f.Cause.Announced && len(announced) != 0:
				t.Errorf("announced was %+v, of a cause that nobody knows of", announced)
			}
			took := labtest.Eventually(t, 25*time.Second, "users are hurt", func() bool { return hurt(users, injected) })
			t.Logf("hurt after %s: %+v", took.Round(100*time.Millisecond), users.Recent(4*time.Second, "checkout"))

			if err := switcher.Recover(t.Context(), f.Name); err != nil {
				t.Fatal(err)
			}
			recovered := time.Now()
			took = labtest.Eventually(t, 25*time.Second, "users are served again", func() bool { return healthy(users, recovered) })
			t.Logf("served again after %s", took.Round(100*time.Millisecond))
		})
	}
}

func TestHarmlessChangesHurtNobodyAndAreAllAnnounced(t *testing.T) {
	t.Parallel()
	intake := newIntake(t)
	l := labtest.Start(t, lab.Options{})
	users := load.Start(t.Context(), load.Options{URL: l.URL(), Seed: 1})
	defer users.Stop()
	switcher := fault.New(l, fault.Options{ChangesURL: intake.url, Seed: 9})
	made := 0
	for {
		err := switcher.Decoy(t.Context(), "")
		if errors.Is(err, fault.ErrNoDecoy) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		made++
	}
	done := time.Now()
	labtest.Eventually(t, 20*time.Second, "users are served", func() bool {
		return users.Recent(time.Since(done), "").Requests > 30
	})
	if failed := labtest.Failures(t, l); failed != nil {
		t.Errorf("users were hurt: %v", failed)
	}
	kinds := make(map[string]int)
	for _, change := range intake.received() {
		kinds[change.Kind]++
	}
	if want := map[string]int{"deploy": 4, "config": 3, "flag": 1}; made != 8 || !cmp.Equal(kinds, want) {
		t.Errorf("of %d changes made these were announced: %v, want %v", made, kinds, want)
	}
}

func TestAPlanAnnouncesTheRealChangeAmongOthersAndNamesNoFault(t *testing.T) {
	t.Parallel()
	intake := newIntake(t)
	l := labtest.Start(t, lab.Options{})
	switcher := fault.New(l, fault.Options{ChangesURL: intake.url, Seed: 2})
	began := time.Now()
	plan := fault.Plan{Fault: "bad-config", At: 200 * time.Millisecond, Decoys: []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond}}
	if err := switcher.Run(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	got := intake.received()
	if len(got) != 4 {
		t.Fatalf("announced were %+v", got)
	}
	for i, change := range got {
		if isReal := i == 2; isReal != (change.Service == "front") {
			t.Errorf("change %d is of %s: the fault is front's, and third", i, change.Service)
		}
		if change.Environment != lab.Environment || change.Author == "" || change.From == change.To || !strings.HasPrefix(change.Diff, "--- a/"+change.Service) {
			t.Errorf("change %d says too little: %+v", i, change)
		}
		if change.StartedAt.Before(began) || change.EndedAt.Before(change.StartedAt) || change.EndedAt.After(time.Now()) {
			t.Errorf("change %d was made from %s to %s, the plan began at %s", i, change.StartedAt, change.EndedAt, began)
		}
	}
	real := got[2]
	if real.Kind != "config" || real.From != "4s" || real.To != "40ms" || !strings.Contains(real.Diff, "\n-  \"payment_timeout\": \"4s\",\n+  \"payment_timeout\": \"40ms\",\n") {
		t.Errorf("the real change is announced as %+v", real)
	}
	for _, body := range intake.bodies {
		for _, f := range fault.Table() {
			if strings.Contains(body, f.Name) || strings.Contains(body, f.Cause.Words) {
				t.Errorf("the intake was told of %s: %s", f.Name, body)
			}
		}
	}
}

func TestAFaultCannotBeInjectedTwiceNorRecoveredBefore(t *testing.T) {
	t.Parallel()
	l := labtest.Start(t, lab.Options{})
	switcher := fault.New(l, fault.Options{})
	if err := switcher.Recover(t.Context(), "bad-config"); err == nil {
		t.Error("recovered from a fault that is not there")
	}
	if err := switcher.Inject(t.Context(), "bad-config"); err != nil {
		t.Fatal(err)
	}
	if err := switcher.Inject(t.Context(), "bad-config"); err == nil {
		t.Error("injected twice")
	}
	if err := switcher.Inject(t.Context(), "bad-luck"); err == nil {
		t.Error("injected what does not exist")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := switcher.Run(ended, fault.Plan{Fault: "bad-deploy", At: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("a plan that was called off ended with %v", err)
	}
}

func TestAnIntakeThatRefusesAChangeIsNamed(t *testing.T) {
	t.Parallel()
	intake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "key unknown", http.StatusUnauthorized)
	}))
	defer intake.Close()
	l := labtest.Start(t, lab.Options{})
	err := fault.New(l, fault.Options{ChangesURL: intake.URL}).Inject(t.Context(), "bad-config")
	if err == nil || !strings.Contains(err.Error(), "401 Unauthorized: key unknown") {
		t.Errorf("the refusal became %v", err)
	}
	if value, err := l.Value("front", "payment_timeout"); value != "40ms" || err != nil {
		t.Errorf("the fault must be in force whatever the intake says: %v, %v", value, err)
	}
}

func TestADrawIsRepeatableAndEveryFaultComesUp(t *testing.T) {
	t.Parallel()
	const earliest, latest = 20 * time.Second, 40 * time.Second
	seen := make(map[string]bool)
	for seed := range uint64(200) {
		plan := fault.Draw(rand.New(rand.NewPCG(seed, 0)), earliest, latest)
		if again := fault.Draw(rand.New(rand.NewPCG(seed, 0)), earliest, latest); !cmp.Equal(plan, again) {
			t.Fatalf("seed %d gives %+v, then %+v", seed, plan, again)
		}
		if plan.At < earliest || plan.At > latest {
			t.Errorf("seed %d breaks the shop at %s", seed, plan.At)
		}
		if d := plan.Decoys; len(d) != 3 || d[0] < 0 || d[1] > plan.At || d[2] <= plan.At {
			t.Errorf("seed %d has harmless changes at %v around %s", seed, d, plan.At)
		}
		seen[plan.Fault] = true
	}
	if len(seen) != len(fault.Table()) {
		t.Errorf("in 200 draws came only %v", seen)
	}
}

// intake stands for Sigap's: it takes change events, and keeps what was sent.
type intake struct {
	url string

	mu     sync.Mutex
	bodies []string
}

func newIntake(t *testing.T) *intake {
	t.Helper()
	i := &intake{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("sent was %s %q, %v", r.Method, r.Header.Get("Content-Type"), err)
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.bodies = append(i.bodies, string(body))
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(server.Close)
	i.url = server.URL + "/in/KEY/changes"
	return i
}

// received decodes what came so far.
func (i *intake) received() []fault.Change {
	i.mu.Lock()
	defer i.mu.Unlock()
	var all []fault.Change
	for _, body := range i.bodies {
		var change fault.Change
		if err := json.Unmarshal([]byte(body), &change); err == nil {
			all = append(all, change)
		}
	}
	return all
}

func TestTheReadmeTellsOfEveryFault(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fault.Table() {
		announced := "no"
		if f.Cause.Announced {
			announced = f.Cause.Kind + " of " + f.Cause.Service
		}
		row := regexp.MustCompile("(?m)^\\| `" + f.Name + "` \\| [^|]+ \\| " + announced + " \\|")
		if !row.Match(readme) {
			t.Errorf("README.md has no row for %s, announced as %q", f.Name, announced)
		}
	}
}
