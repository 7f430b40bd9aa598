// Package lab runs a small online shop of five real processes on this machine,
// for drills and tests: it writes their configuration, releases and
// certificates, starts and supervises them, and can change any of these as an
// operator would.
//
// It knows nothing of what is wrong with the shop at a moment: that is the
// business of package fault, which uses the methods here. It knows nothing of
// Sigap either, and imports none of its packages: what Sigap learns of the
// shop comes by its log files, its metrics and the public intake.
//
// Everything that the lab writes is in one folder, everything that it starts
// listens on the loopback and ends with it.
package lab
