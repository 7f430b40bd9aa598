// Package recorder is the flight recorder: it keeps the last days of log lines
// and metrics of a team that has no log or metric store of its own, so that an
// incident can be looked at with data from before it began.
//
// What it guarantees: what Logs and Metrics accepted is on the disk when they
// return and survives a kill or a power cut; what a crash tore is recognised by
// its checksum and cut off when the recorder is opened; it never grows over its
// limit, and counts what it let go. Delivery is at least once: a sender that
// repeats a batch because the answer was lost stores its lines twice, while
// points of one series at one instant are one point.
//
// How: each kind of record (lines, points) is a stream in a folder of its own.
// A commit appends to a journal and syncs it, once for all callers that wait.
// When about 1 MiB is open, it is ordered by time, compressed and appended as a
// block to a segment file, and the journal begins anew. A block's header says
// which time and which services it holds; the headers are kept in memory, so a
// query reads only the blocks that can have something to say. Retention removes
// whole segments, oldest first.
//
// What it does not know: full-text search, and which process owns the folder.
// One process opens a folder at a time; app sees to that.
package recorder
