package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// The generator draws what a day of monitoring sends, half of it or more
// nothing that anybody should be woken for. It knows nothing of the rules that
// judge it.

// sent is one body that a sender sends.
type sent struct {
	At     time.Time `json:"at"`
	Source string    `json:"source"`
	Body   any       `json:"body"`
}

type generated struct {
	Kind     string           `json:"kind"`
	Signals  []sent           `json:"signals"`
	Changes  []map[string]any `json:"changes,omitempty"`
	Critical bool             `json:"critical_production"`
}

// drawer draws one case.
type drawer struct {
	*rand.Rand
	at time.Time
}

func newDrawer(seed, stream uint64) *drawer {
	d := &drawer{rand.New(rand.NewPCG(seed, stream)), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
	d.at = d.at.Add(d.between(0, 14*24*time.Hour))
	return d
}

func (d *drawer) between(low, high time.Duration) time.Duration {
	return low + time.Duration(d.Int64N(int64(high-low)))
}

func (d *drawer) pick(of ...string) string { return of[d.IntN(len(of))] }

func generateVerdicts(out io.Writer, n int, seed uint64) error {
	enc := json.NewEncoder(out)
	for k := range n {
		d := newDrawer(seed, uint64(k))
		kinds := []func(*drawer) generated{outage, manySources, spreading, gettingGraver, blip, staging, maintenance, trafficPeak, flapping, lowSeverity}
		if err := enc.Encode(kinds[d.IntN(len(kinds))](d)); err != nil {
			return err
		}
	}
	return nil
}

// alert is an Alertmanager's message of one alert.
func (d *drawer) alert(at, began time.Time, firing bool, labels map[string]string) sent {
	status, end := "firing", time.Time{}
	if !firing {
		status, end = "resolved", at
	}
	fingerprint := fmt.Sprintf("%x", []byte(labels["alertname"]+labels["service"]))
	return sent{at, "alertmanager", map[string]any{
		"version": "4", "groupKey": "{}", "status": status, "receiver": "sigap", "truncatedAlerts": 0, "groupLabels": map[string]string{}, "commonLabels": labels,
		"commonAnnotations": map[string]string{}, "externalURL": "http://alertmanager:9093",
		"alerts": []any{map[string]any{"status": status, "labels": labels, "annotations": map[string]string{"summary": labels["alertname"] + " at " + labels["service"]},
			"startsAt": began.Format(time.RFC3339), "endsAt": end.Format(time.RFC3339), "generatorURL": "http://prometheus/graph", "fingerprint": fingerprint}},
	}}
}

func (d *drawer) labels(name, service, environment, severity string) map[string]string {
	return map[string]string{"alertname": name, "service": service, "environment": environment, "severity": severity}
}

func (d *drawer) service() string {
	return d.pick("checkout", "payment", "search", "login", "orders", "catalogue", "api-gateway")
}

// lasting is an alert from its beginning to its end.
func (d *drawer) lasting(at time.Time, length time.Duration, labels map[string]string) []sent {
	return []sent{d.alert(at, at, true, labels), d.alert(at.Add(length), at, false, labels)}
}

func inOrder(lists ...[]sent) []sent {
	var all []sent
	for _, l := range lists {
		all = append(all, l...)
	}
	for i := 1; i < len(all); i++ {
		for k := i; k > 0 && all[k].At.Before(all[k-1].At); k-- {
			all[k], all[k-1] = all[k-1], all[k]
		}
	}
	return all
}

func outage(d *drawer) generated {
	s := d.service()
	return generated{Kind: "outage", Critical: true, Signals: d.lasting(d.at, d.between(12*time.Minute, time.Hour), d.labels(d.pick("HighErrorRatio", "ServiceDown", "CheckoutFails"), s, d.pick("production", "prod"), "critical"))}
}

func manySources(d *drawer) generated {
	s, length := d.service(), d.between(10*time.Minute, time.Hour)
	event := func(at time.Time, action string) sent {
		return sent{at, "pagerduty", map[string]any{"routing_key": "0123456789abcdef0123456789abcdef", "event_action": action, "dedup_key": "outside-" + s,
			"payload": map[string]any{"summary": s + " is not reachable from outside", "source": "probe", "severity": d.pick("critical", "error"), "component": s, "custom_details": map[string]string{"environment": "production"}}}}
	}
	later := d.at.Add(d.between(10*time.Second, 3*time.Minute))
	return generated{Kind: "many sources", Critical: true, Signals: inOrder(d.lasting(d.at, length, d.labels("HighErrorRatio", s, "production", d.pick("critical", "error"))),
		[]sent{event(later, "trigger"), event(later.Add(length), "resolve")})}
}

func spreading(d *drawer) generated {
	var all [][]sent
	length := d.between(15*time.Minute, time.Hour)
	for k, s := range []string{"payment", "checkout", "api-gateway"} {
		all = append(all, d.lasting(d.at.Add(time.Duration(k)*d.between(10*time.Second, time.Minute)), length, d.labels("HighLatency", s, "production", "critical")))
	}
	return generated{Kind: "spreading", Critical: true, Signals: inOrder(all...)}
}

func gettingGraver(d *drawer) generated {
	s, length := d.service(), d.between(15*time.Minute, time.Hour)
	return generated{Kind: "getting graver", Critical: true, Signals: inOrder(d.lasting(d.at, length, d.labels("DiskFilling", s, "production", "warning")),
		d.lasting(d.at.Add(d.between(2*time.Minute, 8*time.Minute)), length, d.labels("ServiceDown", s, "production", "critical")))}
}

func blip(d *drawer) generated {
	return generated{Kind: "blip", Signals: d.lasting(d.at, d.between(10*time.Second, 100*time.Second), d.labels(d.pick("HighLatency", "HighErrorRatio", "ProbeFailed"), d.service(), "production", d.pick("critical", "warning")))}
}

func staging(d *drawer) generated {
	return generated{Kind: "staging", Signals: d.lasting(d.at, d.between(5*time.Minute, 2*time.Hour), d.labels("ServiceDown", d.service(), d.pick("staging", "dev", "test"), "critical"))}
}

func maintenance(d *drawer) generated {
	s, length := d.service(), d.between(3*time.Minute, 20*time.Minute)
	began := d.at.Add(-d.between(time.Minute, 5*time.Minute))
	return generated{Kind: "maintenance", Signals: d.lasting(d.at, length, d.labels("ServiceDown", s, "production", d.pick("critical", "warning"))),
		Changes: []map[string]any{{"id": "m", "kind": "infrastructure", "service": s, "environment": "production", "summary": d.pick("planned maintenance of ", "maintenance window: upgrade of ") + s,
			"startedAt": began, "endedAt": d.at.Add(length + d.between(time.Minute, 20*time.Minute))}}}
}

func trafficPeak(d *drawer) generated {
	s, length := d.service(), d.between(5*time.Minute, 40*time.Minute)
	return generated{Kind: "traffic peak", Signals: inOrder(d.lasting(d.at, length, d.labels("HighRequestRate", s, "production", "warning")),
		d.lasting(d.at.Add(d.between(0, time.Minute)), length, d.labels("HighCPU", s, "production", d.pick("warning", "info"))))}
}

func flapping(d *drawer) generated {
	s, severity := d.service(), d.pick("critical", "warning")
	var all [][]sent
	at := d.at
	for range 4 + d.IntN(6) {
		up := d.between(15*time.Second, 90*time.Second)
		all = append(all, d.lasting(at, up, d.labels("HighLatency", s, "production", severity)))
		at = at.Add(up + d.between(20*time.Second, 2*time.Minute))
	}
	return generated{Kind: "flapping", Signals: inOrder(all...)}
}

func lowSeverity(d *drawer) generated {
	return generated{Kind: "low severity", Signals: d.lasting(d.at, d.between(10*time.Minute, 3*time.Hour), d.labels(d.pick("CertificateEndsInAMonth", "BackupLate", "DiskFilling"), d.service(), "production", d.pick("warning", "info")))}
}
