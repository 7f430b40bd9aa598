package text

import (
	"strconv"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Mark says how a check did.
func (r Reader) Mark(m incident.Mark) string { return r.say("mark." + string(m)) }

// GradeReason says why a check was graded as it was; empty if a person did it.
func (r Reader) GradeReason(why incident.Reason) string {
	if key := "grade." + why.Code; r.has(key) {
		return r.say(key, "what", cut(oneLine(why.Args["what"]), 80))
	}
	return ""
}

// CheckRecord says how a check did in the incidents that were graded.
func (r Reader) CheckRecord(c incident.CheckRecord) string {
	key := "record.says"
	switch {
	case c.Claimed() == 0:
		key = "record.none"
	case c.Poor():
		key = "record.poor"
	}
	return r.say(key, "right", strconv.Itoa(c.Right), "of", strconv.Itoa(c.Claimed()))
}

func (r Reader) gradedEntry(who string, f incident.Graded) Line {
	key, marks := "entry.gradedByCause", []string{}
	for _, g := range f.Grades {
		if g.Why.Code == "" {
			key = "entry.graded"
		}
		marks = append(marks, r.EvidenceName(g.Check)+": "+r.Mark(g.Mark))
	}
	return Line{Icon: "scale", Tone: "minor", Text: r.mark(key, "who", who), Detail: inline(strings.Join(marks, " · "))}
}
