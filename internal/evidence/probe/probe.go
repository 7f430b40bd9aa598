// Package probe asks a service from outside whether it is well: over HTTP, by
// a connection, by its name, by its certificate. One look at a time; who looks
// when is the caller's.
package probe

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Kind is how a service is asked.
type Kind string

const (
	HTTP Kind = "http" // the target is a URL
	TCP  Kind = "tcp"  // host:port, which takes a connection
	DNS  Kind = "dns"  // a name, which has an address
	TLS  Kind = "tls"  // host:port, whose certificate is good and stays so for a while
)

// What a probe has if it does not say.
const (
	DefaultEvery    = 30 // seconds
	DefaultTimeout  = 5  // seconds
	DefaultFailures = 2
	DefaultDays     = 14
	defaultStatus   = "2xx"
)

// Probe is what is asked, and what is well.
type Probe struct {
	ID       string `json:"id,omitempty" readOnly:"true"`
	Name     string `json:"name" doc:"As its alert is called" example:"Checkout answers"`
	Service  string `json:"service" doc:"Whose candidate its failure joins or opens"`
	Kind     Kind   `json:"kind" enum:"http,tcp,dns,tls"`
	Target   string `json:"target" doc:"http: a URL; tcp and tls: host:port; dns: a name" example:"https://shop.example/healthz"`
	Status   string `json:"status,omitempty" doc:"http: answers that are well, such as 2xx or 200,401; 2xx unless told" example:"2xx"`
	Text     string `json:"text,omitempty" doc:"http: what the answer must hold within its first 64 KiB"`
	Address  string `json:"address,omitempty" doc:"dns: an address that must be among the name's"`
	Days     int    `json:"days,omitempty" doc:"tls: days that the certificate must still be valid; 14 unless told"`
	Every    int    `json:"every,omitempty" doc:"Seconds from one look to the next, 10 to 86400; 30 unless told"`
	Timeout  int    `json:"timeout,omitempty" doc:"Seconds until no answer is a failure, 1 to 30; 5 unless told"`
	Failures int    `json:"failures,omitempty" doc:"Looks in a row that must fail until it is a signal, 1 to 10; 2 unless told"`
	Severity string `json:"severity,omitempty" doc:"As a sender words it; critical unless told, of a certificate that ends soon warning"`
	Paused   bool   `json:"paused,omitempty" doc:"Nobody looks"`
}

// longest is how long a text of a probe may be.
const longest = 500

// Validate fills in what was left out and names the first field that cannot be.
func (p *Probe) Validate() error {
	p.Name, p.Target, p.Service = strings.TrimSpace(p.Name), strings.TrimSpace(p.Target), strings.TrimSpace(p.Service)
	for field, s := range map[string]string{"name": p.Name, "service": p.Service, "target": p.Target} {
		if s == "" || len(s) > longest {
			return incident.FieldError(field, "It is missing, or longer than %d characters.", longest)
		}
	}
	if len(p.Text) > longest || len(p.Severity) > longest {
		return incident.FieldError("text", "It is longer than %d characters.", longest)
	}
	for _, n := range []struct {
		field             string
		of                *int
		unless, from, max int
	}{{"every", &p.Every, DefaultEvery, 10, 86_400}, {"timeout", &p.Timeout, DefaultTimeout, 1, 30}, {"failures", &p.Failures, DefaultFailures, 1, 10}} {
		if *n.of == 0 {
			*n.of = n.unless
		}
		if *n.of < n.from || *n.of > n.max {
			return incident.FieldError(n.field, "It is from %d to %d.", n.from, n.max)
		}
	}
	return p.validateKind()
}

func (p *Probe) validateKind() error {
	switch p.Kind {
	case HTTP:
		return p.validateHTTP()
	case TCP:
		return p.validateHostPort()
	case DNS:
		if strings.ContainsAny(p.Target, "/: ") {
			return incident.FieldError("target", "A name, such as shop.example.")
		}
		if _, err := netip.ParseAddr(p.Address); p.Address != "" && err != nil {
			return incident.FieldError("address", "An IP address, such as 203.0.113.7.")
		}
		return nil
	case TLS:
		if p.Days == 0 {
			p.Days = DefaultDays
		}
		if p.Days < 1 || p.Days > 365 {
			return incident.FieldError("days", "It is from 1 to 365.")
		}
		return p.validateHostPort()
	}
	return incident.FieldError("kind", "A probe is http, tcp, dns or tls.")
}

func (p *Probe) validateHTTP() error {
	u, err := url.Parse(p.Target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return incident.FieldError("target", "A URL, such as https://shop.example/healthz.")
	}
	if u.User != nil {
		return incident.FieldError("target", "A probe shows its target to everybody who may see probes; leave name and password out.")
	}
	if p.Status == "" {
		p.Status = defaultStatus
	}
	for want := range strings.SplitSeq(p.Status, ",") {
		if !isStatus(strings.TrimSpace(want)) {
			return incident.FieldError("status", "Write 2xx, or 200,401.")
		}
	}
	return nil
}

// isStatus reports whether s is a status, or a hundred of them such as 2xx.
func isStatus(s string) bool {
	if len(s) != 3 || s[0] < '1' || s[0] > '5' {
		return false
	}
	_, err := strconv.Atoi(s)
	return s[1:] == "xx" || err == nil
}

func (p *Probe) validateHostPort() error {
	host, port, err := net.SplitHostPort(p.Target)
	n, notANumber := strconv.ParseUint(port, 10, 16)
	if err != nil || host == "" || notANumber != nil || n == 0 {
		return incident.FieldError("target", "A host and its port, such as db.example:5432.")
	}
	return nil
}

// expects reports whether a status is one that is well.
func (p *Probe) expects(status int) bool {
	got := strconv.Itoa(status)
	return slices.ContainsFunc(strings.Split(p.Status, ","), func(want string) bool {
		want = strings.TrimSpace(want)
		return want == got || strings.HasSuffix(want, "xx") && want[0] == got[0]
	})
}

// State is how a probe stands.
type State struct {
	Outcome
	Failed int       `json:"failed,omitempty"` // looks in a row that failed
	Firing bool      `json:"firing,omitempty"` // that is signalled
	Since  time.Time `json:"since,omitzero"`   // it has been well, or not, since
}

// Watched is a probe and how it stands.
type Watched struct {
	Probe
	State State `json:"state"`
}

// again is how soon a look that failed is repeated: to be sure, one does not
// wait for the next turn.
const again = 5 * time.Second

// After gives how the probe stands after one more look, when to look next, and
// what is to be signalled, if that is news.
func (w *Watched) After(o Outcome) (next State, at time.Time, news incident.SignalState) {
	next = State{Outcome: o, Failed: w.State.Failed, Firing: w.State.Firing, Since: w.State.Since}
	every := time.Duration(w.Every) * time.Second
	if wasWell := w.State.Fault == nil; next.Since.IsZero() || wasWell != (o.Fault == nil) {
		next.Since = o.At
	}
	if o.Fault == nil {
		next.Failed, next.Firing = 0, false
		if w.State.Firing {
			news = incident.Resolved
		}
		return next, o.At.Add(every), news
	}
	next.Failed++
	if next.Failed >= w.Failures && !w.State.Firing {
		next.Firing, news = true, incident.Firing
	}
	if !next.Firing {
		every = min(every, again)
	}
	return next, o.At.Add(every), news
}

// Signal is what a probe's failure, or the end of it, is to stage 1. Title says
// what is wrong.
func (p *Probe) Signal(state incident.SignalState, title string, o Outcome) incident.Signal {
	severity := cmp.Or(p.Severity, "critical")
	if p.Severity == "" && o.Fault != nil && o.Fault.Code == CertEnds {
		severity = "warning"
	}
	s := incident.Signal{
		Source: "probe", Identity: "probe:" + p.ID, State: state, Title: title, Service: p.Service, Severity: severity,
		Labels: map[string]string{"probe": p.Name, "target": p.Target},
	}
	if p.Kind == HTTP {
		s.URL = p.Target
	}
	return s
}
