package test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/app"
	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/storetest"
	"github.com/sigap-dev/sigap/lab/fault"
)

// drillStages are the six, as the drill prints them, in order.
var drillStages = []string{"identify", "inform", "investigate", "act", "update", "learn"}

// drill runs `sigap drill --auto` in a folder of its own, and gives what it
// printed and the post-mortem that it left.
func drill(t *testing.T, environment []string, args ...string) (printed, postMortem string) {
	t.Helper()
	cmd := exec.Command(program, append([]string{"drill", "--auto"}, args...)...)
	cmd.Dir, cmd.SysProcAttr = t.TempDir(), endsWithTest()
	cmd.Env = append(os.Environ(), environment...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("sigap drill %s: %v\n%s\n%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	path := lines[len(lines)-1]
	if dir, err := filepath.EvalSymlinks(cmd.Dir); err != nil || filepath.Dir(path) != cmd.Dir && filepath.Dir(path) != dir || filepath.Ext(path) != ".md" {
		t.Fatalf("the last line is %q, want the path of a Markdown file in %s", path, cmd.Dir)
	}
	md, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), string(md)
}

// checkStages holds what a drill printed to the six stages, in order.
func checkStages(t *testing.T, printed string) {
	t.Helper()
	rest := printed
	for _, stage := range drillStages {
		at := strings.Index(rest, " "+stage+" ")
		if at < 0 {
			t.Errorf("stage %s is not printed after the ones before it:\n%s", stage, printed)
			return
		}
		rest = rest[at:]
	}
}

// TestADrillGoesFromTheFirstSignalToAWrittenPostMortem is the main job: `sigap
// drill --fault bad-deploy --auto`, as it stands in the README.
func TestADrillGoesFromTheFirstSignalToAWrittenPostMortem(t *testing.T) {
	printed, md := drill(t, nil, "--fault", "bad-deploy")
	t.Log(printed)
	checkStages(t, printed)
	f, err := fault.Find("bad-deploy")
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"# ", "INC-1"} {
		if !strings.Contains(md, must) {
			t.Errorf("the post-mortem does not hold %q:\n%s", must, md)
		}
	}
	if cause := section(t, md, "Cause and contributing factors"); !strings.Contains(cause, f.Cause.Service) || !regexp.MustCompile(f.Cause.Sign).MatchString(cause) {
		t.Errorf("%s; the post-mortem says of the cause:\n%s", f.Cause.Words, cause)
	}
}

// TestADrillGoesOnWhenTheServerIsKilled kills it at random moments of a whole
// drill, twice; the long form every few seconds.
func TestADrillGoesOnWhenTheServerIsKilled(t *testing.T) {
	n := seed(t)
	r := rand.New(rand.NewPCG(n, 11))
	s := install(t, storetest.SQLite(t))
	p := s.launch()
	address := strings.TrimPrefix(p.url, "http://")
	over := make(chan struct{})
	kills := make(chan int)
	go func() {
		done := 0
		defer func() { kills <- done }()
		pause := 20 * time.Second
		if soak() {
			pause = 4 * time.Second
		}
		for {
			select {
			case <-over:
				return
			case <-time.After(pause/2 + time.Duration(r.Int64N(int64(pause)))):
			}
			p.kill()
			p = s.launch("--listen", address)
			done++
		}
	}()
	printed, md := drill(t, []string{"SIGAP_TOKEN=" + s.token}, "--server", p.url, "--fault", "bad-config", "--warmup", "21s")
	close(over)
	t.Logf("%d kills\n%s", <-kills, printed)
	checkStages(t, printed)
	if cause := section(t, md, "Cause and contributing factors"); strings.TrimSpace(cause) == "" {
		t.Errorf("the post-mortem says nothing of the cause:\n%s", md)
	}
	s.store(func(a app.Accounts) {
		if _, err := a.Verify(t.Context(), nil, func(i *incident.Incident, fault error) { t.Errorf("%s: %v", i.Ref(), fault) }); err != nil {
			t.Error(err)
		}
	})
}

// section is what a document says under a heading.
func section(t *testing.T, md, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(md, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("the post-mortem has no section %q:\n%s", heading, md)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// TestSigapSuspectsWhatTheDrillReallyBroke draws a fault and its moment and
// holds Sigap's first three suspects to the lab's own table of causes. The long
// form tries all faults.
func TestSigapSuspectsWhatTheDrillReallyBroke(t *testing.T) {
	n := seed(t)
	r := rand.New(rand.NewPCG(n, 7))
	table := fault.Table()
	r.Shuffle(len(table), func(i, k int) { table[i], table[k] = table[k], table[i] })
	if !soak() {
		table = table[:1]
	}
	for _, f := range table {
		warmup := 40*time.Second + time.Duration(r.Int64N(int64(15*time.Second)))
		t.Run(f.Name, func(t *testing.T) { suspectAfter(t, f, warmup, n) })
	}
}

func suspectAfter(t *testing.T, f fault.Fault, warmup time.Duration, n uint64) {
	t.Helper()
	s := install(t, storetest.SQLite(t))
	p := s.launch()
	printed, md := drill(t, []string{"SIGAP_TOKEN=" + s.token}, "--server", p.url, "--fault", f.Name,
		"--warmup", warmup.String(), "--seed", strconv.FormatUint(n, 10))
	t.Logf("the fault came after %s\n%s", warmup, printed)
	checkStages(t, printed)
	var found struct{ Items []struct{ Ref string } }
	p.call("GET", "/api/incidents?drill=true", nil, &found)
	if len(found.Items) == 0 {
		t.Fatal("there is no incident of a drill")
	}
	ref := ""
	for _, i := range found.Items {
		if strings.Contains(md, i.Ref) {
			ref = i.Ref
		}
	}
	var view struct {
		Incident struct{ Milestones map[string]time.Time }
		Evidence []struct{ Suspicions []suspicion }
	}
	p.call("GET", "/api/incidents/"+ref, nil, &view)
	var suspicions []suspicion
	for _, e := range view.Evidence {
		suspicions = append(suspicions, e.Suspicions...)
	}
	for n, s := range suspicions {
		if n < 3 && s.names(f.Cause) {
			t.Logf("%s: suspect %d of %d is %+v", f.Cause.Words, n+1, len(suspicions), s)
			return
		}
	}
	t.Errorf("%s; the suspects are %+v", f.Cause.Words, suspicions)
}

// suspicion is one of the ranked suspects, as the API gives it.
type suspicion struct{ Of, Service, Text string }

// names reports whether a suspicion is of the true cause. What is outside tells
// us nothing: it shows in the service that calls it.
func (s suspicion) names(c fault.Cause) bool {
	here := s.Service == c.Service || c.Service == "bank" && s.Service == "payment" && s.Of != "change"
	return here && regexp.MustCompile(c.Sign).MatchString(s.Text)
}
