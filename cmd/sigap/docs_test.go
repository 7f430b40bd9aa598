package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/identify/intake"
	"github.com/sigap-dev/sigap/internal/incident"
)

var (
	nagiosCommand = regexp.MustCompile(`(?m)^ *command_line /usr/bin/env (SIGAP_KEY=\w+) (sigap signal .*)$`)
	checkmkScript = regexp.MustCompile(`(?m)^sigap signal .*$`)
)

// TestTheNotificationCommandsOfThePagesAreRead runs the command lines of the
// page about Nagios and Checkmk as those do, by a shell, against a server.
func TestTheNotificationCommandsOfThePagesAreRead(t *testing.T) {
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(server.Close)
	t.Setenv("SIGAP_KEY", "key")

	macros := strings.NewReplacer("$HOSTNAME$", "pay-1", "$SERVICEDESC$", "Disk /", "$SERVICESTATE$", "CRITICAL", "$SERVICEOUTPUT$", "DISK CRITICAL - 97% used",
		"$HOSTSTATE$", "DOWN", "$HOSTOUTPUT$", "no answer to ping", "$NOTIFICATIONTYPE$", "PROBLEM")
	checkmk := []string{"NOTIFY_HOSTNAME=pay-1", "NOTIFY_SERVICEDESC=Disk /", "NOTIFY_SERVICESTATE=CRIT", "NOTIFY_SERVICEOUTPUT=97% used", "NOTIFY_NOTIFICATIONTYPE=RECOVERY"}
	service := incident.Signal{Title: "pay-1 Disk /: DISK CRITICAL - 97% used", Identity: "pay-1!Disk /", Service: "pay-1", Severity: "CRITICAL", State: incident.Firing}
	host := incident.Signal{Title: "pay-1 is DOWN: no answer to ping", Identity: "pay-1!", Service: "pay-1", Severity: "critical", State: incident.Firing}
	ended := incident.Signal{Title: "pay-1 Disk /: 97% used", Identity: "pay-1!Disk /", Service: "pay-1", Severity: "CRIT", State: incident.Resolved}

	for _, file := range []string{"nagios.md", "nagios.id.md"} {
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", "integrations", file))
		if err != nil {
			t.Fatal(err)
		}
		lines := []string{}
		for _, found := range nagiosCommand.FindAllStringSubmatch(string(page), -1) {
			lines = append(lines, macros.Replace(found[2]))
		}
		lines = append(lines, checkmkScript.FindString(string(page)))
		want := []incident.Signal{service, host, ended}
		if len(lines) != len(want) {
			t.Fatalf("%s has %d commands", file, len(lines))
		}
		for i, line := range lines {
			args := words(t, strings.Replace(line, "https://sigap.example.com", server.URL, 1), checkmk)
			var said bytes.Buffer
			if code := run(t.Context(), args, nil, &said, &said); code != 0 {
				t.Fatalf("%s\n%s", line, said.String())
			}
			parse, _ := intake.ParserFor("generic")
			batch, err := parse(intake.Request{ContentType: "application/json", Body: body, Now: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)})
			if err != nil || len(batch.Signals) != 1 {
				t.Fatalf("%s read as %+v, %v", body, batch, err)
			}
			s := batch.Signals[0]
			if diff := cmp.Diff(want[i], incident.Signal{Title: s.Title, Identity: s.Identity, Service: s.Service, Severity: s.Severity, State: s.State}); diff != "" {
				t.Errorf("%s (-want +got):\n%s", line, diff)
			}
		}
	}
}

// words are the arguments of a sigap command as a shell splits them.
func words(t *testing.T, line string, env []string) []string {
	t.Helper()
	sh := exec.CommandContext(t.Context(), "sh", "-c", `sigap() { printf '%s\0' "$@"; }; `+line)
	sh.Env = env
	out, err := sh.Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}
