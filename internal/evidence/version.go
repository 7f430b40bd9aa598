package evidence

import (
	"math"

	"github.com/sigap-dev/sigap/internal/incident"
)

// versionLabels are the labels by which metrics tell versions apart.
var versionLabels = []string{"version", "app_version", "app_kubernetes_io_version", "service_version", "release", "build"}

// versionZ compares, for each change to a version that the metrics tell apart,
// how often its requests fail with how often those of the other versions do
// that serve beside it or served before: the difference of the log-odds in
// units of its standard error (Wald, with half a request added everywhere).
func versionZ(list []incident.Change, series []incident.Series) map[string]float64 {
	type served struct{ failed, well float64 }
	by := map[string]map[string]served{} // by service and version
	for _, s := range series {
		version, status := versionOf(s), statusOf(s)
		if version == "" || status == "" || !isRequestRate(s) {
			continue
		}
		if by[s.Service] == nil {
			by[s.Service] = map[string]served{}
		}
		n := by[s.Service][version]
		for k := 1; k < len(s.Points); k++ {
			requests := s.Points[k].Value * s.Points[k].At.Sub(s.Points[k-1].At).Seconds()
			if status[0] == '5' {
				n.failed += requests
			} else {
				n.well += requests
			}
		}
		by[s.Service][version] = n
	}
	out := map[string]float64{}
	for _, c := range list {
		of, known := by[c.Service][c.To]
		if c.To == "" || !known || len(by[c.Service]) < 2 {
			continue
		}
		var rest served
		for version, n := range by[c.Service] {
			if version != c.To {
				rest.failed, rest.well = rest.failed+n.failed, rest.well+n.well
			}
		}
		a, b, x, y := of.failed+0.5, of.well+0.5, rest.failed+0.5, rest.well+0.5
		out[c.ID] = (math.Log(a/b) - math.Log(x/y)) / math.Sqrt(1/a+1/b+1/x+1/y)
	}
	return out
}

func versionOf(s incident.Series) string {
	for _, l := range versionLabels {
		if v := s.Labels[l]; v != "" {
			return v
		}
	}
	return ""
}
