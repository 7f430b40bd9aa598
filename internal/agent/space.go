package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/disk"
	"gonum.org/v1/gonum/stat"
)

const (
	fillMemory  = time.Hour        // of a disk's filling that the fit goes by
	fillMinimum = 10 * time.Minute // of it that a forecast needs
	fillFurther = 7 * 24 * time.Hour
)

// space measures how full the file systems on devices are, in bytes and inodes,
// and when they will be full if they go on to fill as in the last hour.
func (h *hostSampler) space(ctx context.Context, s *sampling) error {
	mounts, err := disk.PartitionsWithContext(ctx, false)
	if err != nil {
		return fmt.Errorf("list mounts: %w", err)
	}
	seen := map[string]bool{} // devices: bind mounts show the same one again
	for _, mount := range mounts {
		if seen[mount.Device] || readOnly(mount) {
			continue
		}
		seen[mount.Device] = true
		usage, err := disk.UsageWithContext(ctx, mount.Mountpoint)
		if err != nil {
			s.errs = append(s.errs, fmt.Errorf("measure disk %s: %w", mount.Mountpoint, err))
			continue
		}
		if usage.Used+usage.Free == 0 {
			continue
		}
		labels := map[string]string{"mount": mount.Mountpoint}
		// Of what users may use: the share kept for root is not theirs.
		s.gauge("disk_used_ratio", float64(usage.Used)/float64(usage.Used+usage.Free), labels)
		if usage.InodesTotal > 0 {
			s.gauge("disk_inodes_used_ratio", float64(usage.InodesUsed)/float64(usage.InodesTotal), labels)
		}
		fill := h.disks[mount.Mountpoint]
		if fill == nil {
			fill = &diskFill{}
			h.disks[mount.Mountpoint] = fill
		}
		if left, ok := fill.add(s.now, float64(usage.Used), float64(usage.Free)); ok {
			s.gauge("disk_time_to_full_seconds", left.Seconds(), labels)
		}
	}
	return nil
}

func readOnly(mount disk.PartitionStat) bool {
	return slices.Contains(mount.Opts, "ro") || strings.HasPrefix(mount.Device, "/dev/loop")
}

// virtualDevice reports devices that are parts of another or no disk at all.
func virtualDevice(name string) bool {
	return strings.HasPrefix(name, "loop") || strings.HasPrefix(name, "ram") || strings.HasPrefix(name, "zram")
}

// virtualInterface reports what carries no traffic of its own.
func virtualInterface(name string) bool {
	return name == "lo" || strings.HasPrefix(name, "veth") || strings.HasPrefix(name, "docker") || strings.HasPrefix(name, "br-")
}

// diskFill remembers how full a disk was, a sample a minute at most.
type diskFill struct {
	at   []float64 // Unix seconds
	used []float64 // bytes
}

// add notes a sample and forecasts when the disk is full, by a straight line
// through the last hour. There is no forecast for a disk that does not fill, for
// less than ten minutes, and for more than a week ahead.
func (d *diskFill) add(now time.Time, used, free float64) (left time.Duration, ok bool) {
	at := float64(now.UnixMilli()) / 1000
	if n := len(d.at); n == 0 || at-d.at[n-1] >= 60 {
		d.at, d.used = append(d.at, at), append(d.used, used)
	}
	for at-d.at[0] > fillMemory.Seconds() {
		d.at, d.used = d.at[1:], d.used[1:]
	}
	if at-d.at[0] < fillMinimum.Seconds() {
		return 0, false
	}
	_, slope := stat.LinearRegression(d.at, d.used, nil, false)
	if slope <= 0 || free/slope > fillFurther.Seconds() {
		return 0, false
	}
	return time.Duration(free / slope * float64(time.Second)), true
}
