package recorder

import "slices"

// levels are the levels of incident.LogLine in rising order; a level's place is
// its number on disk, and 0 is unknown.
func levels() []string { return []string{"", "trace", "debug", "info", "warn", "error", "fatal"} }

// levelNumber answers 0 for a word that is not one of ours.
func levelNumber(level string) byte {
	return byte(max(0, slices.Index(levels(), level)))
}

// levelSet is the set of levels in a block: bit n is set if level n occurs.
type levelSet uint8

// reaches reports whether a level of at least minimum is in the set.
func (s levelSet) reaches(minimum byte) bool { return s>>minimum != 0 }
