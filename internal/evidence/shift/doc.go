// Package shift answers, for the numbers around an incident: when did each
// series change, how strongly, which of them are suspects, and, with the
// dependency graph, who is the origin and who only suffers.
//
//   - [Detect] finds the moment of change of one series.
//   - [Origins] ranks services by how much of the symptom begins in them.
//   - [Suspects] ranks series, each with its kind and a reason in numbers.
//   - [Changes] ranks deploys, configuration edits and the like.
//
// Everything here is arithmetic on what is passed in: no I/O, no clock, no
// randomness, so the same data always gives the same verdict. Reasons are
// codes with numbers and never sentences; the caller words them in the
// reader's language. A result is a suspicion to look at first, never a proof:
// only a person confirms a cause.
//
// What it does not know: causes that leave no trace in a series or a change,
// and dependencies that are missing from the graph.
package shift
