package shift

import (
	"maps"
	"slices"

	"github.com/sigap-dev/sigap/internal/incident"
)

// calleeLabels name whom a series measures the calls to, as its caller sees
// them: OpenTelemetry's peer.service, Istio's destination_service and what
// people commonly write.
var calleeLabels = []string{"dependency", "peer_service", "peer.service", "destination_service", "downstream", "upstream", "remote_service", "target_service", "callee"}

// Callee is the service that a series measures the calls to; empty if it
// measures its own service.
func Callee(s incident.Series) string {
	if v := namedCallee(s); v != s.Service {
		return v
	}
	return ""
}

func namedCallee(s incident.Series) string {
	for _, label := range calleeLabels {
		if v := s.Labels[label]; v != "" {
			return v
		}
	}
	return ""
}

// seenByCallers gives the measures of calls to services that send none
// themselves, such as a bank's, to those services, and adds the calls to the
// graph: what a caller waits for there begins there, as far as anybody can
// see. Neither argument is modified.
func seenByCallers(series []incident.Series, graph Graph) ([]incident.Series, Graph) {
	speak := map[string]bool{}
	for _, s := range series {
		speak[s.Service] = speak[s.Service] || namedCallee(s) == ""
	}
	out, calls := slices.Clone(series), maps.Clone(graph)
	for i, s := range out {
		callee := Callee(s)
		if callee == "" || speak[callee] || s.Service == "" {
			continue
		}
		out[i].Service = callee
		if len(graph) > 0 && !slices.Contains(calls[s.Service], callee) {
			calls[s.Service] = append(slices.Clone(calls[s.Service]), callee)
		}
	}
	return out, calls
}
