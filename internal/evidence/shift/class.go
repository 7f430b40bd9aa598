package shift

import (
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Class is what a series measures, as far as its role in a failure goes.
type Class string

const (
	Latency     Class = "latency"     // how long answers take: always an effect
	Errors      Class = "errors"      // how many answers fail: always an effect
	Traffic     Class = "traffic"     // how much is asked: a rise may be a cause, a fall is an effect
	Saturation  Class = "saturation"  // how full something is: pool, disk, memory, processor, queue
	Restarts    Class = "restarts"    // processes that ended or began
	Certificate Class = "certificate" // how long a certificate is still valid
	Version     Class = "version"     // what runs: build, configuration, replicas
	Other       Class = "other"       // anything else
)

// Cause says whether a change of this class can be a cause. Only changes of
// state can; latency and errors are what causes do to users.
func (c Class) Cause() bool {
	switch c {
	case Saturation, Restarts, Certificate, Version:
		return true
	}
	return false
}

// classWords are read in order: the first class with a word in the name wins,
// so "db_pool_wait_seconds" is saturation and not latency. Words match whole
// parts of a name (split at anything but letters and digits); one that ends in
// * matches the beginning of a part.
var classWords = []struct {
	class Class
	words string
}{
	{Certificate, "cert certs certificate certificates x509 tls_expiry not_after ssl_expiry"},
	{Restarts, "restart* starts crash* oom oomkill* oom_kill* up uptime start_time boot_time terminated evicted evictions"},
	{Version, "version build_info config configuration revision generation replicas instances feature flag flags reload*"},
	{Saturation, "pool pools saturation utilization utilisation usage used free available avail_bytes cpu memory mem heap rss swap disk disks filesystem fs inode* iowait steal load load1 load5 load15 queue* backlog lag pending waiting inflight in_flight connections conns sockets fd fds open_files threads goroutines gc throttl* pressure capacity full entries ephemeral_ports conntrack"},
	{Errors, "error errors err errs fail* exception* panic* 5xx 4xx timeout* timed_out rejected dropped drops retransmits availability success success_rate probe_success reachable healthy unhealthy"},
	{Latency, "latency latencies duration durations response_time response_seconds rtt elapsed delay ttfb"},
	{Traffic, "request requests rps qps hits throughput calls traffic ops messages sessions invocations orders"},
}

// ClassOf reads the class from the metric's name, and from a status label
// that singles out failed requests.
func ClassOf(s incident.Series) Class {
	c := classOfName(s.Name)
	if c == Traffic && failingStatus(s.Labels) {
		return Errors
	}
	return c
}

func classOfName(metric string) Class {
	name := strings.TrimSuffix(strings.Join(parts(metric), "_"), "_per_second")
	for _, c := range classWords {
		for word := range strings.FieldsSeq(c.words) {
			if !hasWord(name, word) {
				continue
			}
			switch { // parts of a histogram of durations
			case c.class == Latency && strings.HasSuffix(name, "_count"):
				return Traffic
			case c.class == Latency && (strings.HasSuffix(name, "_sum") || strings.HasSuffix(name, "_bucket")):
				return Other
			}
			return c.class
		}
	}
	return Other
}

// hasWord says whether word stands in a name between underscores or its ends;
// where word ends in *, the end of the word may be anything.
func hasWord(name, word string) bool {
	word, open := strings.CutSuffix(word, "*")
	for at := 0; ; {
		i := strings.Index(name[at:], word)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(word)
		if (begin == 0 || name[begin-1] == '_') && (open || end == len(name) || name[end] == '_') {
			return true
		}
		at = begin + 1
	}
}

// failingStatus says whether labels single out failed requests.
func failingStatus(labels map[string]string) bool {
	for _, key := range []string{"code", "http_status", "status_code", "statuscode", "response_code", "status"} {
		v := labels[key]
		if len(v) == 3 && v[0] == '5' || v == "error" || v == "failed" {
			return true
		}
	}
	return false
}

// inverse says whether small values of the series are bad: what is left, what
// succeeded, how long it is still good.
func inverse(s incident.Series, c Class) bool {
	if strings.Contains(s.Name, "time_to_") {
		return true // what is left until it is full, or empty
	}
	for _, p := range parts(s.Name) {
		switch p {
		case "free", "available", "avail", "idle", "remaining", "left",
			"availability", "success", "up", "healthy", "reachable", "apdex", "uptime":
			return true
		}
	}
	return c == Certificate
}

// parts splits a name into its lower-case words at anything but letters and
// digits and where camel case begins a new one.
func parts(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		upper := r >= 'A' && r <= 'Z'
		if upper && lower {
			b.WriteByte('_')
		}
		lower = r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		b.WriteRune(r)
	}
	return strings.FieldsFunc(strings.ToLower(b.String()), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}
