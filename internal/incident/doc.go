// Package incident is the record of a production incident and the rules of
// its process. It does no I/O and knows no other package of Sigap.
//
// An [Incident] is the fold of its timeline: every change to it is a [Fact]
// that an [Edit] records as an [Entry], and the entry alone says how the
// incident changes. So the timeline is the truth, a replay gives the same
// record, and what a page shows can always be traced to who wrote it when.
// Entries are chained by hash: one that was altered, cut or slipped in shows.
//
// The files follow the six stages: identify.go, inform.go, investigate.go,
// act.go, update.go and learn.go hold each stage's facts and their part of the
// record; rail.go says where each stage stands.
package incident
