// Package text words what Sigap says, in English and Indonesian: entries of the
// timeline, the rail of stages, verdicts and evidence, messages to people,
// drafts of updates, and the post-mortem as data, Markdown and HTML.
//
// The record carries codes with figures and no sentences, so that one and the
// same incident reads in each reader's language and time zone. A [Reader] is
// that language and zone. It holds no state and reads no clock: the same record
// gives the same words, and every draft says only what is on record.
//
// Three kinds of text come out. Lines of the timeline carry inline markup, of
// which there is **bold** and `code` and no more. Messages are plain. Parts of
// updates and reviews are Markdown. What people and senders wrote is escaped
// for the kind that it goes into.
package text
