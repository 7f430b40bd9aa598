package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// kernel reads from Linux' /proc what gopsutil does not: out-of-memory kills,
// TCP retransmissions, open files, sockets and pressure. A file that is not
// there (another system, an older kernel, a container) is no error.
type kernel struct {
	proc        string
	retransmits uint64 // of the sample before
}

func (k *kernel) sample(s *sampling) {
	for _, part := range []func(*sampling) error{k.kills, k.tcp, k.files, k.sockets, k.pressure} {
		if err := part(s); err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.errs = append(s.errs, err)
		}
	}
}

// fields reads a file of lines "name value value ...".
func (k *kernel) fields(path string) (map[string][]string, error) {
	text, err := os.ReadFile(filepath.Join(k.proc, path))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	lines := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 {
			lines[words[0]] = words[1:]
		}
	}
	return lines, nil
}

// kills counts processes that the kernel killed for want of memory.
func (k *kernel) kills(s *sampling) error {
	lines, err := k.fields("vmstat")
	if err != nil {
		return err
	}
	if values := lines["oom_kill"]; values != nil {
		kills, err := strconv.ParseUint(values[0], 10, 64)
		if err != nil {
			return fmt.Errorf("read oom_kill of vmstat: %w", err)
		}
		s.counter("host_oom_kills_total", float64(kills), nil)
	}
	return nil
}

// tcp reads net/snmp, where a line names the columns and the next has the values.
func (k *kernel) tcp(s *sampling) error {
	text, err := os.ReadFile(filepath.Join(k.proc, "net/snmp"))
	if err != nil {
		return fmt.Errorf("read net/snmp: %w", err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "Tcp:" {
			continue
		}
		if names == nil {
			names = words
			continue
		}
		for i := range min(len(words), len(names)) {
			if names[i] != "RetransSegs" {
				continue
			}
			segments, err := strconv.ParseUint(words[i], 10, 64)
			if err != nil {
				return fmt.Errorf("read RetransSegs of net/snmp: %w", err)
			}
			if rate, ok := s.rate(k.retransmits, segments); ok {
				s.gauge("host_tcp_retransmits_per_second", rate, nil)
			}
			k.retransmits = segments
		}
	}
	return nil
}

// files measures open files against the kernel's limit.
func (k *kernel) files(s *sampling) error {
	text, err := os.ReadFile(filepath.Join(k.proc, "sys/fs/file-nr"))
	if err != nil {
		return fmt.Errorf("read sys/fs/file-nr: %w", err)
	}
	words := strings.Fields(string(text)) // allocated, unused, limit
	if len(words) != 3 {
		return fmt.Errorf("read sys/fs/file-nr: %q is not three numbers", text)
	}
	used, err1 := strconv.ParseFloat(words[0], 64)
	limit, err2 := strconv.ParseFloat(words[2], 64)
	if err := errors.Join(err1, err2); err != nil || limit <= 0 {
		return fmt.Errorf("read sys/fs/file-nr: %w", err)
	}
	s.gauge("host_open_files_ratio", used/limit, nil)
	return nil
}

// sockets counts TCP sockets in use and those that wait out their end.
func (k *kernel) sockets(s *sampling) error {
	lines, err := k.fields("net/sockstat")
	if err != nil {
		return err
	}
	values := lines["TCP:"]
	for i := 0; i+1 < len(values); i += 2 {
		n, err := strconv.ParseFloat(values[i+1], 64)
		if err != nil {
			return fmt.Errorf("read net/sockstat: %w", err)
		}
		switch values[i] {
		case "inuse":
			s.gauge("host_tcp_sockets", n, map[string]string{"state": "in_use"})
		case "tw":
			s.gauge("host_tcp_sockets", n, map[string]string{"state": "time_wait"})
		}
	}
	return nil
}

// pressure reads how much of the last ten seconds some task stalled for want of
// a resource (pressure stall information, Linux 4.20).
func (k *kernel) pressure(s *sampling) error {
	for _, resource := range []string{"cpu", "memory", "io"} {
		lines, err := k.fields("pressure/" + resource)
		if err != nil {
			return err
		}
		for _, value := range lines["some"] {
			average, ok := strings.CutPrefix(value, "avg10=")
			if !ok {
				continue
			}
			percent, err := strconv.ParseFloat(average, 64)
			if err != nil {
				return fmt.Errorf("read pressure/%s: %w", resource, err)
			}
			s.gauge("host_pressure_ratio", percent/100, map[string]string{"resource": resource})
		}
	}
	return nil
}
