package evidence

import (
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/evidence/pattern"
	"github.com/sigap-dev/sigap/internal/incident"
)

// attributes says which properties of the lines hold the errors of the
// incident, or that none does: what they share in how they failed is named, but
// explains nothing.
func attributes(source string, now pattern.Span, before []pattern.Span) incident.Evidence {
	e := incident.Evidence{Check: "attributes", Source: source, State: incident.EvidenceSkipped, Code: "fewErrors", Window: now.Window}
	x := pattern.Explain(now, before)
	for _, f := range x.Found {
		e.Apart = append(e.Apart, incident.Attribute{Where: properties(f.Where), Alike: properties(f.Alike), Outcome: f.Outcome, Errors: f.Errors, Others: f.Others, OfErrors: f.OfErrors, OfOthers: f.OfOthers})
	}
	switch {
	case x.Errors == 0:
	case x.Compared == 0:
		e.Code = "noAttributes"
	case len(e.Apart) == 0 || e.Apart[0].Outcome:
		e.State, e.Code, e.Args = incident.EvidenceNothing, "unexplained", map[string]string{"count": strconv.Itoa(x.Compared)}
	default:
		e.State, e.Code = incident.EvidenceFound, "explained"
	}
	return e
}

// maxProperty bounds what a line may put into the record, in bytes of a key or
// a value.
const maxProperty = 120

func properties(list []pattern.Property) []incident.Property {
	var out []incident.Property
	for _, p := range list {
		out = append(out, incident.Property{Key: clipped(p.Key), Value: clipped(p.Value)})
	}
	return out
}

func clipped(s string) string {
	if len(s) <= maxProperty {
		return s
	}
	return strings.ToValidUTF8(s[:maxProperty], "") + "…"
}
