package drill

import (
	"context"
	"fmt"
	"time"
)

const (
	probeEvery  = 2 * time.Second
	probeWindow = 8 * time.Second
	badShare    = 0.08            // of requests that fail
	badMedian   = 1 * time.Second // to answer
)

// watchFromOutside is what an uptime service sees: what share of requests fails,
// and how long they take. It signals as any other sender, over the generic
// webhook, when that is bad twice in a row, and when it is well again.
func (d *Drill) watchFromOutside(ctx context.Context) {
	bad, firing := 0, false
	for sleep(ctx, probeEvery) == nil {
		st := d.users.Recent(probeWindow, "checkout")
		if st.Requests == 0 {
			continue
		}
		share := float64(st.Failures) / float64(st.Requests)
		if share > badShare || st.Median > badMedian {
			bad++
		} else {
			bad = 0
		}
		switch {
		case bad == 2 && !firing:
			firing = true
			d.signal(ctx, "firing", fmt.Sprintf("Checkout seen from outside: %.0f%% fail, median %d ms", share*100, st.Median.Milliseconds()))
		case bad == 0 && firing:
			firing = false
			d.signal(ctx, "resolved", "Checkout seen from outside: well again")
		}
	}
}

func (d *Drill) signal(ctx context.Context, status, title string) {
	body := map[string]any{"title": title, "identity": "checkout-from-outside", "status": status, "service": "front", "environment": "production", "severity": "critical"}
	if err := d.Admin.Call(ctx, "POST", "/in/"+d.keys["generic"], body, nil); err != nil && ctx.Err() == nil {
		d.Logger.Warn("the probe from outside did not reach Sigap", "err", err)
	}
}
