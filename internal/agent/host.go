package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/net"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// hostSampler measures the utilisation of the host. Rates and ratios over time
// need a sample before, so the first one has fewer metrics.
type hostSampler struct {
	kernel kernel
	disks  map[string]*diskFill // by mount

	at      time.Time // of the sample before
	cpu     cpu.TimesStat
	swapIn  uint64
	ioTime  map[string]uint64 // milliseconds that a device was busy, by device
	network map[string]net.IOCountersStat
}

func newHostSampler(proc string) *hostSampler {
	return &hostSampler{
		kernel:  kernel{proc: proc},
		disks:   map[string]*diskFill{},
		ioTime:  map[string]uint64{},
		network: map[string]net.IOCountersStat{},
	}
}

// sample answers what could be measured, and what could not as an error.
func (h *hostSampler) sample(ctx context.Context, now time.Time) ([]*metricspb.Metric, error) {
	s := &sampling{now: now, elapsed: now.Sub(h.at).Seconds(), first: h.at.IsZero()}
	h.at = now
	for _, part := range []func(context.Context, *sampling) error{h.processor, h.memory, h.space, h.devices, h.networks} {
		s.errs = append(s.errs, part(ctx, s))
	}
	h.kernel.sample(s)
	return s.metrics, errors.Join(s.errs...)
}

// sampling is one sample in the making.
type sampling struct {
	now     time.Time
	elapsed float64 // seconds since the sample before
	first   bool    // there is none before
	metrics []*metricspb.Metric
	errs    []error
}

func (s *sampling) gauge(name string, value float64, labels map[string]string) {
	s.metrics = append(s.metrics, gauge(name, s.now, value, labels))
}

func (s *sampling) counter(name string, value float64, labels map[string]string) {
	s.metrics = append(s.metrics, counter(name, s.now, value, labels))
}

// rate answers a counter's growth a second; nothing after a reset or at first.
func (s *sampling) rate(before, after uint64) (perSecond float64, ok bool) {
	if s.first || s.elapsed <= 0 || after < before {
		return 0, false
	}
	return float64(after-before) / s.elapsed, true
}

func (h *hostSampler) processor(ctx context.Context, s *sampling) error {
	times, err := cpu.TimesWithContext(ctx, false)
	if err != nil || len(times) == 0 {
		return fmt.Errorf("measure the processor: %w", err)
	}
	before, after := h.cpu, times[0]
	h.cpu = after
	if total := busyAndIdle(after) - busyAndIdle(before); !s.first && total > 0 {
		idle := after.Idle - before.Idle
		waiting := after.Iowait - before.Iowait
		s.gauge("host_cpu_busy_ratio", within(1-(idle+waiting)/total), nil)
		s.gauge("host_cpu_iowait_ratio", within(waiting/total), nil)
		s.gauge("host_cpu_steal_ratio", within((after.Steal-before.Steal)/total), nil)
	}
	cores, err := cpu.CountsWithContext(ctx, true)
	if err != nil || cores == 0 {
		return fmt.Errorf("count the processor's cores: %w", err)
	}
	average, err := load.AvgWithContext(ctx)
	if err != nil {
		return fmt.Errorf("measure the load: %w", err)
	}
	s.gauge("host_load_per_core_ratio", average.Load1/float64(cores), nil)
	return nil
}

// busyAndIdle sums all there is; guests' time is part of the user's already.
func busyAndIdle(t cpu.TimesStat) float64 {
	return t.User + t.System + t.Idle + t.Nice + t.Iowait + t.Irq + t.Softirq + t.Steal
}

// within keeps a ratio from leaving 0 to 1 by rounding and counters that step back.
func within(ratio float64) float64 { return max(0, min(1, ratio)) }

func (h *hostSampler) memory(ctx context.Context, s *sampling) error {
	memory, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil || memory.Total == 0 {
		return fmt.Errorf("measure memory: %w", err)
	}
	s.gauge("host_memory_available_ratio", float64(memory.Available)/float64(memory.Total), nil)
	swap, err := mem.SwapMemoryWithContext(ctx)
	if err != nil {
		return fmt.Errorf("measure swap: %w", err)
	}
	if swap.Total > 0 {
		s.gauge("host_swap_used_ratio", float64(swap.Used)/float64(swap.Total), nil)
	}
	if rate, ok := s.rate(h.swapIn, swap.Sin); ok {
		s.gauge("host_swap_in_bytes_per_second", rate, nil)
	}
	h.swapIn = swap.Sin
	return nil
}

// devices measures for which share of the time a block device was busy.
func (h *hostSampler) devices(ctx context.Context, s *sampling) error {
	counters, err := disk.IOCountersWithContext(ctx)
	if err != nil {
		return fmt.Errorf("measure block devices: %w", err)
	}
	for device, c := range counters {
		before, known := h.ioTime[device]
		h.ioTime[device] = c.IoTime
		if virtualDevice(device) || !known {
			continue
		}
		if busy, ok := s.rate(before, c.IoTime); ok {
			s.gauge("disk_io_busy_ratio", within(busy/1000), map[string]string{"device": device})
		}
	}
	return nil
}

func (h *hostSampler) networks(ctx context.Context, s *sampling) error {
	counters, err := net.IOCountersWithContext(ctx, true)
	if err != nil {
		return fmt.Errorf("measure networks: %w", err)
	}
	for _, c := range counters {
		before, known := h.network[c.Name]
		h.network[c.Name] = c
		if !known || virtualInterface(c.Name) {
			continue
		}
		labels := map[string]string{"device": c.Name}
		for name, pair := range map[string][2]uint64{
			"host_network_receive_bytes_per_second":  {before.BytesRecv, c.BytesRecv},
			"host_network_transmit_bytes_per_second": {before.BytesSent, c.BytesSent},
			"host_network_errors_per_second":         {before.Errin + before.Errout, c.Errin + c.Errout},
			"host_network_drops_per_second":          {before.Dropin + before.Dropout, c.Dropin + c.Dropout},
		} {
			if rate, ok := s.rate(pair[0], pair[1]); ok {
				s.gauge(name, rate, labels)
			}
		}
	}
	return nil
}
