package drill

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/client"
	"github.com/sigap-dev/sigap/lab"
)

// player is one of those who respond, with an account of their own.
type player struct {
	*client.Client
	ID, Name string
	does     string // engineering, support, management
}

// cast is everyone who plays.
type cast struct {
	rina, budi, sari, dewi, andi, hadi *player
	mail                               *mailbox
	agent                              *exec.Cmd
	before                             map[string]json.RawMessage // settings as they were, by path
}

func (c *cast) stop() {
	if c.mail != nil {
		c.mail.close()
	}
	if c.agent != nil && c.agent.Process != nil {
		_ = c.agent.Process.Signal(os.Interrupt)
		_ = c.agent.Wait()
	}
}

// hire makes the players' accounts, as far as an earlier drill has not, signs
// them in, and gives each a way to be reached.
func (d *Drill) hire(ctx context.Context) (*cast, error) {
	mail, err := newMailbox(d.Receiver)
	if err != nil {
		return nil, err
	}
	c := &cast{mail: mail, before: map[string]json.RawMessage{}}
	for _, p := range []struct {
		to                      **player
		name, lang, right, does string
	}{
		{&c.rina, "Rina Wijaya", d.Lang, "manager", "engineering"}, {&c.budi, "Budi Santoso", "id", "responder", "engineering"},
		{&c.sari, "Sari Putri", "en", "responder", "engineering"}, {&c.dewi, "Dewi Anggraini", "id", "responder", "support"},
		{&c.andi, "Andi Hidayat", "en", "responder", "support"}, {&c.hadi, "Hadi Kusuma", "id", "viewer", "management"},
	} {
		for range 3 { // an invitation whose answer was lost is made anew, for another address
			if *p.to, err = d.hireOne(ctx, mail, p.name, p.lang, p.right, p.does); err == nil || ctx.Err() != nil {
				break
			}
		}
		if err != nil {
			return c, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return c, nil
}

type account struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Contacts []struct {
		ID, Kind, Address string
	} `json:"contacts"`
}

func (d *Drill) hireOne(ctx context.Context, mail *mailbox, name, lang, right, does string) (*player, error) {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	email := fmt.Sprintf("%s+%s@drill.example", first, strings.ToLower(rand.Text()[:6]))
	var invited struct {
		Person account `json:"person"`
		Link   string  `json:"link"`
	}
	if err := d.Admin.Call(ctx, "POST", "/api/people", map[string]any{"name": name, "email": email, "right": right, "lang": lang, "timezone": "Asia/Jakarta"}, &invited); err != nil {
		return nil, err
	}
	link, err := url.Parse(invited.Link)
	if err != nil {
		return nil, err
	}
	p := &player{Client: client.New(d.Admin.Server(), ""), ID: invited.Person.ID, Name: name, does: does}
	p.Patience = patience
	if err := p.Call(ctx, "POST", "/api/invitations/accept", map[string]any{"token": link.Query().Get("token"), "password": rand.Text()}, nil); err != nil {
		return nil, err
	}
	return p, d.Admin.Call(ctx, "POST", "/api/people/"+p.ID+"/contacts", map[string]any{"kind": "webhook", "address": mail.address(p.ID)}, nil)
}

// makeKeys makes a key for each that sends, marked as a drill's.
func (d *Drill) makeKeys(ctx context.Context) (map[string]string, error) {
	keys := map[string]string{}
	for source, name := range map[string]string{"alertmanager": "Prometheus", "generic": "Uptime probe", "change": "Deploy pipeline", "agent": "Agent", "report": "Help desk"} {
		var made struct{ Secret string }
		if err := d.Admin.Call(ctx, "POST", "/api/keys", map[string]any{"name": name, "source": source, "drill": true}, &made); err != nil {
			return nil, err
		}
		keys[source] = made.Secret
	}
	return keys, nil
}

// change writes a setting for the time of the drill.
func (d *Drill) change(ctx context.Context, path string, with func(map[string]any)) error {
	var now json.RawMessage
	if err := d.Admin.Call(ctx, "GET", path, nil, &now); err != nil {
		return err
	}
	if _, kept := d.cast.before[path]; !kept {
		d.cast.before[path] = now
	}
	var v map[string]any
	if err := json.Unmarshal(now, &v); err != nil {
		return err
	}
	with(v)
	return d.Admin.Call(ctx, "PUT", path, v, nil)
}

// restore puts the settings back as they were before the drill.
func (d *Drill) restore() {
	if d.cast == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for path, v := range d.cast.before {
		if err := d.Admin.Call(ctx, "PUT", path, v, nil); err != nil {
			d.Logger.Warn("a setting was not put back after the drill", "setting", path, "err", err)
		}
	}
}

// describe tells Sigap of the shop: services, teams, audiences, where to look,
// and shorter limits, as a drill is shorter than a night.
func (d *Drill) describe(ctx context.Context) error {
	teams := map[string][]string{}
	for _, p := range []*player{d.cast.budi, d.cast.sari, d.cast.rina, d.cast.dewi, d.cast.andi, d.cast.hadi} {
		teams[p.does] = append(teams[p.does], p.ID)
	}
	for id, members := range teams {
		name := map[string]string{"engineering": "Shop engineering", "support": "Shop support", "management": "Shop management"}[id]
		if err := d.Admin.Call(ctx, "PUT", "/api/teams", map[string]any{"id": "drill-" + id, "name": name, "kind": id, "members": members, "rooms": []any{}, "drill": true}, nil); err != nil {
			return err
		}
	}
	for _, s := range d.lab.Services() {
		probe := "http://" + s.Address + "/healthz"
		if s.Outside {
			probe = ""
		}
		body := map[string]any{"name": s.Name, "environment": lab.Environment, "team": "drill-engineering", "tier": s.Tier, "dependsOn": orEmpty(s.DependsOn), "probe": probe, "seen": false}
		if err := d.Admin.Call(ctx, "PUT", "/api/services", body, nil); err != nil {
			return err
		}
	}
	for _, a := range []map[string]any{
		{"id": "drill-internal", "drill": true, "name": map[string]string{"en": "Internal teams", "id": "Tim internal"}, "cadence": map[string]int{"SEV1": 15, "SEV2": 30}, "people": []string{}, "teams": []string{"drill-engineering", "drill-support"}, "rooms": []any{}, "lang": d.Lang},
		{"id": "drill-management", "drill": true, "name": map[string]string{"en": "Management and stakeholders", "id": "Manajemen dan pemangku kepentingan"}, "cadence": map[string]int{"SEV1": 30, "SEV2": 60}, "people": []string{}, "teams": []string{"drill-management"}, "rooms": []any{}, "lang": d.Lang},
	} {
		if err := d.Admin.Call(ctx, "PUT", "/api/audiences", a, nil); err != nil {
			return err
		}
	}
	if p := d.lab.Prometheus(); p != "" {
		if err := d.change(ctx, "/api/sources", func(v map[string]any) { v["prometheus"] = p }); err != nil {
			return err
		}
	}
	return d.change(ctx, "/api/policy", func(v map[string]any) {
		v["hold"] = 8 * time.Second
		v["ackLimit"] = max(20*time.Second, 6*d.Pace)
	})
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// startAgent runs `sigap agent` on the shop's logs and metrics, as on a server.
func (d *Drill) startAgent(ctx context.Context) error {
	var b strings.Builder
	fmt.Fprintf(&b, "server: %s\nkey: %s\nhost: shop-1\nenvironment: %s\nlogs:\n", d.Admin.Server(), d.keys["agent"], lab.Environment)
	for _, s := range d.lab.Services() {
		for _, l := range s.Logs {
			if !s.Outside {
				fmt.Fprintf(&b, "  - {service: %s, files: [%q]}\n", s.Name, l.Path)
			}
		}
	}
	b.WriteString("metrics:\n  interval: 2s\n  scrape:\n")
	for _, s := range d.lab.Services() {
		if !s.Outside {
			fmt.Fprintf(&b, "    - {service: %s, url: \"http://%s/metrics\"}\n", s.Name, s.Address)
		}
	}
	fmt.Fprintf(&b, "buffer: {dir: %q}\n", filepath.Join(d.Dir, "agent"))
	path := filepath.Join(d.Dir, "agent.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(d.Dir, "agent.log"))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, d.Executable, "agent", "--config", path) //nolint:gosec // our own program
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 3 * time.Second
	d.cast.agent = cmd
	return cmd.Start()
}
