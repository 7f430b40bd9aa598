package oncall

import "time"

// wall is what a clock on the wall shows, without a zone: seconds since 1970
// as if the zone were UTC. Between two wall times there are always 24 hours a
// day.
type wall int64

const (
	second wall = 1
	hour        = 3600 * second
	day         = 24 * hour
)

const wallLayout = "2006-01-02T15:04"

func parseWall(s string) (wall, error) {
	t, err := time.Parse(wallLayout, s)
	return wall(t.Unix()), err
}

// wallOf is what the clock shows at a moment.
func wallOf(t time.Time, loc *time.Location) wall {
	_, offset := t.In(loc).Zone()
	return wall(t.Unix() + int64(offset))
}

// midnight is the beginning of w's day.
func (w wall) midnight() wall { return w - mod(w, day) }

// weekday of w; 1970 began on a Thursday.
func (w wall) weekday() time.Weekday {
	return time.Weekday(mod(floorDiv(w, day)+wall(time.Thursday), 7))
}

// mod is the remainder that is never negative.
func mod(a, b wall) wall { return ((a % b) + b) % b }

// floorDiv is the quotient rounded down.
func floorDiv(a, b wall) wall { return (a - mod(a, b)) / b }

// farthest is more than any zone was ever away from UTC.
const farthest = 18 * hour

// in is the first moment at which the clock shows w or later. Where clocks
// jump over w that is the jump; where they show w twice, the first time. The
// later of two wall times never comes before the earlier one.
func (w wall) in(loc *time.Location) time.Time {
	at := time.Unix(int64(w-farthest), 0).In(loc)
	for {
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		hit := time.Unix(int64(w)-int64(offset), 0)
		if hit.Before(at) {
			hit = at
		}
		if end.IsZero() || hit.Before(end) {
			return hit.UTC()
		}
		at = end.In(loc)
	}
}
