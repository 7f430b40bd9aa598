package evidence

import (
	"context"
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/evidence/probe"
	"github.com/sigap-dev/sigap/internal/incident"
)

// asked is how often a look is taken, all at once: one failure may be the
// network's, three are not.
const asked = 5

// liveTimeout is short: the verdict waits for it.
const liveTimeout = 1500 * time.Millisecond

// probe asks the service itself, by the address in the catalog or else by its
// probes, those that look at what users need first.
func (c *Collector) probe(ctx context.Context, s *subject) []incident.Evidence {
	e := incident.Evidence{Check: "probe", Source: "sigap", State: incident.EvidenceSkipped, Code: "noProbe"}
	p, ok := c.probeOf(ctx, s)
	if !ok || !s.incident.Status.Open() {
		return []incident.Evidence{e}
	}
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	outcomes := make(chan probe.Outcome, asked)
	for range asked {
		go func() { outcomes <- c.prober.Look(ctx, &p) }()
	}
	failed, slowest := 0, time.Duration(0)
	var fault incident.Reason
	for range asked {
		o := <-outcomes
		slowest = max(slowest, o.Took)
		if o.Fault != nil {
			failed++
			fault = *o.Fault
		}
	}
	e.Args = map[string]string{"failed": strconv.Itoa(failed), "of": strconv.Itoa(asked), "ms": strconv.FormatInt(slowest.Milliseconds(), 10)}
	e.State, e.Code = incident.EvidenceFound, "probeDown"
	if failed <= asked/2 {
		e.State, e.Code = incident.EvidenceNothing, "probeUp"
		e.Args["of"] = strconv.Itoa(asked - failed)
		return []incident.Evidence{e}
	}
	e.Args["fault"] = fault.Code
	for name, value := range fault.Args {
		e.Args["fault."+name] = value
	}
	return []incident.Evidence{e}
}

// probeOf is how a service is asked; false if nobody set that up.
func (c *Collector) probeOf(ctx context.Context, s *subject) (probe.Probe, bool) {
	if s.service.Probe != "" {
		p := probe.Probe{Name: s.service.Name, Service: s.service.Name, Kind: probe.HTTP, Target: s.service.Probe}
		return p, p.Validate() == nil
	}
	all, err := c.store.ProbesOf(ctx, s.service.Name)
	if err != nil {
		c.log.Warn("the probes of a service cannot be read", "service", s.service.Name, "err", err)
	}
	for _, kind := range []probe.Kind{probe.HTTP, probe.TCP, probe.TLS, probe.DNS} {
		for _, w := range all {
			if w.Kind == kind {
				return w.Probe, true
			}
		}
	}
	return probe.Probe{}, false
}
