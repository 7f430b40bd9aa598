package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/storetest"
	"github.com/sigap-dev/sigap/lab"
	"github.com/sigap-dev/sigap/lab/fault"
	shoppers "github.com/sigap-dev/sigap/lab/load"
)

// TestAFaultThatNoRuleKnowsIsFoundInTheLogs breaks the shop with nobody watching
// it but `sigap agent`: no rule, no probe, no report.
func TestAFaultThatNoRuleKnowsIsFoundInTheLogs(t *testing.T) {
	t.Parallel()
	s := install(t, storetest.SQLite(t))
	p := s.launch()
	l, err := lab.Start(t.Context(), lab.Options{Dir: filepath.Join(t.TempDir(), "shop"), Executable: program})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	users := shoppers.Start(t.Context(), shoppers.Options{URL: l.URL(), Seed: seed(t)})
	t.Cleanup(users.Stop)
	follow(t, p.url, s.key("agent"), l)
	eventually(t, 3*time.Minute, "the shop has sold for a while", func() bool { return users.Recent(40*time.Second, "checkout").Requests > 150 })

	switcher := fault.New(l, fault.Options{})
	if err := switcher.Inject(t.Context(), "disk-full"); err != nil {
		t.Fatal(err)
	}
	var signals struct {
		Candidates []struct {
			Joined []struct{ Source, Service, Title string }
		}
	}
	eventually(t, 3*time.Minute, "the errors in cart's log are a signal", func() bool {
		p.call("GET", "/api/signals", nil, &signals)
		for _, c := range signals.Candidates {
			for _, a := range c.Joined {
				if a.Source == "logs" && a.Service == "cart" && strings.Contains(a.Title, "no space left on device") {
					return true
				}
			}
		}
		return false
	})
}

// follow runs `sigap agent` on the shop's logs until the test ends.
func follow(t *testing.T, server, key string, l *lab.Lab) {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	fmt.Fprintf(&b, "server: %s\nkey: %s\nlogs:\n", server, key)
	for _, service := range l.Services() {
		for _, file := range service.Logs {
			fmt.Fprintf(&b, "  - {service: %s, files: [%q]}\n", service.Name, file.Path)
		}
	}
	fmt.Fprintf(&b, "buffer: {dir: %q}\n", filepath.Join(dir, "buffer"))
	config := filepath.Join(dir, "agent.yaml")
	if err := os.WriteFile(config, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "agent", "--config", config)
	cmd.SysProcAttr = endsWithTest()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}
