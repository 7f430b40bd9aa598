package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/client"
)

// pageLimit is how long somebody may wait for a page's content.
const pageLimit = 100 * time.Millisecond

// pages measures what a person waits for.
func pages(ctx context.Context, o options) error {
	s, err := startServer(ctx, o, o.data)
	if err != nil {
		return err
	}
	defer s.stop()
	admin, err := s.admin(ctx)
	if err != nil {
		return err
	}
	var found struct {
		Items []struct {
			Ref string `json:"ref"`
		} `json:"items"`
	}
	if err := admin.Call(ctx, "GET", "/api/incidents?status=investigating&limit=1", nil, &found); err != nil {
		return err
	}
	if len(found.Items) == 0 {
		return errors.New("the store has no open incident")
	}
	long := found.Items[0].Ref
	for _, v := range []struct{ what, path string }{
		{"home, API", "/api/home"},
		{"the long incident (" + long + ")", "/api/incidents/" + long},
		{"its newest entries", "/api/incidents/" + long + "/entries"},
		{"an old incident", "/api/incidents/INC-5000"},
		{"list of incidents", "/api/incidents"},
		{"search for two words", "/api/incidents?q=disk+service-7"},
		{"search for what does not occur", "/api/incidents?q=unicorn"},
		{"signals", "/api/signals"},
		{"post-mortem", "/api/incidents/INC-5000/review"},
		{"actions", "/api/actions"},
	} {
		t, err := asks(ctx, admin, v.path, o.rounds)
		if err != nil {
			return err
		}
		o.table.within(v.what, t, pageLimit)
	}
	return browser(ctx, s, o, long)
}

func asks(ctx context.Context, c *client.Client, path string, rounds int) (times, error) {
	var t times
	for range rounds {
		var body []byte
		began := time.Now()
		if err := c.Call(ctx, "GET", path, nil, &body); err != nil {
			return nil, err
		}
		t = append(t, time.Since(began))
	}
	return t, nil
}

// browser opens the incident's page in Chromium with a cold cache, from the
// navigation to its newest entry on the screen. It needs what the browser
// tests need.
func browser(ctx context.Context, s *server, o options, ref string) error {
	const password = "bench-bench-bench"
	email := fmt.Sprintf("bench-%d@example.com", time.Now().UnixNano())
	add := exec.CommandContext(ctx, s.binary, "user", "add", "--admin", "--email", email, "--password-stdin", "--data", s.data)
	add.Stdin = strings.NewReader(password)
	add.Stderr = os.Stderr
	if err := add.Run(); err != nil {
		return fmt.Errorf("make an account: %w", err)
	}
	cmd := exec.CommandContext(ctx, "node", filepath.Join("tools", "bench", "page.mjs"), s.url, ref, email, password, strconv.Itoa(o.rounds))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("open the page in a browser: %w", err)
	}
	var cold times
	for line := range strings.Lines(string(out)) {
		ms, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
		if err != nil {
			return fmt.Errorf("read the browser's times: %w", err)
		}
		cold = append(cold, time.Duration(ms*float64(time.Millisecond)))
	}
	o.table.within("Chromium, cold cache: navigation to the newest entry drawn", cold, pageLimit)
	return nil
}
