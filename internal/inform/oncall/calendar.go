package oncall

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Turn is a shift as a calendar shows it.
type Turn struct {
	Shift
	Schedule string // id
	Title    string // "Payments: Rina Wijaya"
}

// Calendar writes turns as an iCalendar feed (RFC 5545) with a name. The same
// turn has the same id in each, so that a calendar that reads it again moves
// and does not double it.
func Calendar(name string, turns []Turn, now time.Time) string {
	c := ics.NewCalendarFor("Sigap")
	c.SetMethod(ics.MethodPublish)
	c.SetXWRCalName(name)
	c.SetRefreshInterval("PT1H")
	for _, t := range turns {
		e := c.AddEvent(fmt.Sprintf("%s-%d@sigap", t.Schedule, t.From.Unix()))
		e.SetDtStampTime(now)
		e.SetStartAt(t.From)
		e.SetEndAt(t.Until)
		e.SetSummary(t.Title)
		e.SetTimeTransparency(ics.TransparencyTransparent) // one may be on call and in a meeting
	}
	return c.Serialize(ics.WithNewLineWindows) // RFC 5545, 3.1: lines end with CRLF
}
