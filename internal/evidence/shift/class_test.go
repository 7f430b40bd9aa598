package shift_test

import (
	"testing"

	"github.com/sigap-dev/sigap/internal/evidence/shift"
	"github.com/sigap-dev/sigap/internal/incident"
)

func TestClassOfReadsTheUsualNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]shift.Class{
		"http_request_duration_seconds":                  shift.Latency,
		"http_request_duration_seconds_count":            shift.Traffic,
		"http_request_duration_seconds_sum":              shift.Other,
		"http_request_duration_seconds_count_per_second": shift.Traffic,
		"http_request_duration_seconds_sum_per_second":   shift.Other,
		"http.server.request.duration":                   shift.Latency,
		"latency":                                        shift.Latency,
		"http_requests_total":                            shift.Traffic,
		"http_requests_in_flight":                        shift.Saturation,
		"http_error_ratio":                               shift.Errors,
		"availability":                                   shift.Errors,
		"probe_success":                                  shift.Errors,
		"host_tcp_retransmits_per_second":                shift.Errors,
		"db_pool_in_use":                                 shift.Saturation,
		"db_pool_wait_seconds":                           shift.Saturation,
		"disk_quota_used_bytes":                          shift.Saturation,
		"disk_time_to_full_seconds":                      shift.Saturation,
		"node_memory_MemAvailable_bytes":                 shift.Saturation,
		"process_memory_resident_bytes":                  shift.Saturation,
		"process_cpu_seconds_total":                      shift.Saturation,
		"host_load_per_core_ratio":                       shift.Saturation,
		"cache_entries":                                  shift.Saturation,
		"queueDepth":                                     shift.Saturation,
		"up":                                             shift.Restarts,
		"process_start_time_seconds":                     shift.Restarts,
		"process_starts_total":                           shift.Restarts,
		"kube_pod_container_status_restarts":             shift.Restarts,
		"host_oom_kills_total":                           shift.Restarts,
		"tls_peer_not_after_timestamp_seconds":           shift.Certificate,
		"probe_ssl_earliest_cert_expiry":                 shift.Certificate,
		"app_build_info":                                 shift.Version,
		"config_last_reload_success_timestamp":           shift.Version,
		"temperature_celsius":                            shift.Other,
		"supper_guests":                                  shift.Other, // "up" only as a word of its own
		"":                                               shift.Other,
	} {
		if got := shift.ClassOf(incident.Series{Name: name}); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
	failed := incident.Series{Name: "http_requests_total", Labels: map[string]string{"code": "503"}}
	if got := shift.ClassOf(failed); got != shift.Errors {
		t.Errorf("requests answered 503 are %s, want errors", got)
	}
}
