package evidence

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

const (
	probes       = 5
	probeTimeout = 1500 * time.Millisecond
)

// probe asks the service itself, several times at once: one failure may be the
// network's, three are not.
func (c *Collector) probe(ctx context.Context, s *subject) []incident.Evidence {
	e := incident.Evidence{Check: "probe", Source: "sigap", State: incident.EvidenceSkipped, Code: "noProbe"}
	if s.service.Probe == "" || !s.incident.Status.Open() {
		return []incident.Evidence{e}
	}
	type answer struct {
		fault string
		took  time.Duration
	}
	answers := make(chan answer, probes)
	for range probes {
		go func() {
			began := time.Now()
			fault := c.probeOnce(ctx, s.service.Probe)
			answers <- answer{fault, time.Since(began)}
		}()
	}
	failed, detail, slowest := 0, "", time.Duration(0)
	for range probes {
		a := <-answers
		slowest = max(slowest, a.took)
		if a.fault != "" {
			failed++
			detail = a.fault
		}
	}
	e.Args = map[string]string{"failed": strconv.Itoa(failed), "of": strconv.Itoa(probes), "detail": detail, "ms": strconv.FormatInt(slowest.Milliseconds(), 10)}
	e.State, e.Code = incident.EvidenceFound, "probeDown"
	if failed <= probes/2 {
		e.State, e.Code = incident.EvidenceNothing, "probeUp"
		e.Args["of"] = strconv.Itoa(probes - failed)
	}
	return []incident.Evidence{e}
}

// probeOnce gives what is wrong with the answer; nothing if it is well.
func (c *Collector) probeOnce(ctx context.Context, url string) string {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "the address cannot be asked"
	}
	res, err := c.http.Do(req)
	switch {
	case ctx.Err() != nil:
		return fmt.Sprintf("no answer within %.1f s", probeTimeout.Seconds())
	case err != nil:
		return "no connection"
	}
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		return res.Status
	}
	return ""
}
