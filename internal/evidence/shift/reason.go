package shift

// Code names why something is a suspect. Each says which fields of its
// Reason carry numbers; the words are the reader's language's business.
type Code string

// Reasons of series.
const (
	Saturated         Code = "saturated"         // Value of Limit is used (a ratio has the limit 1)
	Rose              Code = "rose"              // from Limit to Value
	Fell              Code = "fell"              // from Limit to Value
	Restarted         Code = "restarted"         // Value times; 0: it went down
	CertificateEnds   Code = "certificateEnds"   // Seconds from the onset until it ends; below 0 it had ended
	VersionChanged    Code = "versionChanged"    // from Limit to Value
	TrafficSurged     Code = "trafficSurged"     // Value times as much
	TrafficDropped    Code = "trafficDropped"    // Value times as much
	StoppedReporting  Code = "stoppedReporting"  // Seconds after the onset; below 0 it stopped before
	BadByItself       Code = "badByItself"       // Value is the share that no dependency explains
	DependencyBad     Code = "dependencyBad"     // Service explains the share Value
	FollowsState      Code = "followsState"      // Metric of the same Service or Host is the state that changed
	ChangedBefore     Code = "changedBefore"     // Seconds before the onset
	ChangedAfter      Code = "changedAfter"      // Seconds after the onset
	ServesTheAffected Code = "servesTheAffected" // Service depends on it, over Value calls
)

// Reasons of changes.
const (
	UnderWay        Code = "underWay"        // it was being rolled out at the onset
	EndedBefore     Code = "endedBefore"     // Seconds before the onset
	SameService     Code = "sameService"     // as the incident's
	DependencyOf    Code = "dependencyOf"    // Service depends on the changed one over Value calls
	SameHost        Code = "sameHost"        // as the incident's service
	NewErrors       Code = "newErrors"       // Value is the share of error templates first seen after it
	VersionFails    Code = "versionFails"    // Value is the z of the new version's error rate against the old
	LargeDiff       Code = "largeDiff"       // Value lines
	RiskyKind       Code = "riskyKind"       // migrations and configuration edits
	Emergency       Code = "emergency"       // its own words say hotfix, rollback, untested
	OutOfHours      Code = "outOfHours"      // begun at night or on a weekend, by its own clock
	SharedWords     Code = "sharedWords"     // Words are also in the alert or the stack traces
	OftenToBlame    Code = "oftenToBlame"    // Value of Limit alike changes were confirmed causes
	ChangedAll      Code = "changedAll"      // Value of Limit services changed at the same time
	ChangesAreUsual Code = "changesAreUsual" // Value is the chance of such a change in any such span
)

// Reason is one reason, as a code and its numbers.
type Reason struct {
	Code    Code     `json:"code"`
	Value   float64  `json:"value,omitempty"`
	Limit   float64  `json:"limit,omitempty"`
	Seconds float64  `json:"seconds,omitempty"`
	Service string   `json:"service,omitempty"`
	Host    string   `json:"host,omitempty"`
	Metric  string   `json:"metric,omitempty"`
	Words   []string `json:"words,omitempty"`
}
