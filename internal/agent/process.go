package agent

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// processSampler measures groups of processes, each found by its command line.
type processSampler struct {
	groups []*processGroup
}

// processGroup is the processes of one configured name.
type processGroup struct {
	config  ProcessConfig
	match   *regexp.Regexp
	started map[int32]int64   // Unix milliseconds, by process, of the sample before
	cpu     map[int32]float64 // seconds
	at      time.Time
	starts  int // of processes since the agent was started: restarts, mostly
}

func newProcessSampler(configs []ProcessConfig) (*processSampler, error) {
	s := &processSampler{}
	for _, c := range configs {
		match, err := regexp.Compile(c.Match)
		if err != nil {
			return nil, fmt.Errorf("processes of %s: %w", c.Name, err)
		}
		s.groups = append(s.groups, &processGroup{config: c, match: match})
	}
	return s, nil
}

// sample looks through the host's processes once for all groups.
func (p *processSampler) sample(ctx context.Context, now time.Time) ([]serviceMetrics, error) {
	if len(p.groups) == 0 {
		return nil, nil
	}
	all, err := process.ProcessesWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	members := make([][]*process.Process, len(p.groups))
	for _, one := range all {
		command, err := one.CmdlineWithContext(ctx)
		if err != nil || command == "" { // ended meanwhile, or the kernel's own
			continue
		}
		for i, group := range p.groups {
			if group.match.MatchString(command) {
				members[i] = append(members[i], one)
			}
		}
	}
	var out []serviceMetrics
	for i, group := range p.groups {
		out = append(out, serviceMetrics{service: group.config.Service, metrics: group.measure(ctx, members[i], now)})
	}
	return out, nil
}

// measure sums over the group. What belongs to others (open files, without
// rights) is left out.
func (g *processGroup) measure(ctx context.Context, members []*process.Process, now time.Time) []*metricspb.Metric {
	first, elapsed := g.at.IsZero(), now.Sub(g.at).Seconds()
	started, seconds := map[int32]int64{}, map[int32]float64{}
	var busy, resident, files float64
	var filesKnown bool
	for _, member := range members {
		began, err := member.CreateTimeWithContext(ctx)
		if err != nil {
			continue // it ended meanwhile
		}
		started[member.Pid] = began
		if !first && g.started[member.Pid] != began {
			g.starts++
		}
		if times, err := member.TimesWithContext(ctx); err == nil {
			seconds[member.Pid] = times.User + times.System
			busy += seconds[member.Pid]
			if g.started[member.Pid] == began {
				busy -= g.cpu[member.Pid]
			}
		}
		if memory, err := member.MemoryInfoWithContext(ctx); err == nil {
			resident += float64(memory.RSS)
		}
		if n, err := member.NumFDsWithContext(ctx); err == nil {
			files += float64(n)
			filesKnown = true
		}
	}
	g.started, g.cpu, g.at = started, seconds, now

	labels := map[string]string{"process": g.config.Name}
	metrics := []*metricspb.Metric{
		gauge("process_instances", now, float64(len(started)), labels),
		counter("process_starts_total", now, float64(g.starts), labels),
	}
	if len(started) > 0 {
		metrics = append(metrics, gauge("process_memory_resident_bytes", now, resident, labels))
	}
	if filesKnown {
		metrics = append(metrics, gauge("process_open_files", now, files, labels))
	}
	if !first && elapsed > 0 {
		metrics = append(metrics, gauge("process_cpu_cores", now, max(0, busy/elapsed), labels))
	}
	return slices.Clip(metrics)
}
