// Package agent is what "sigap agent" does on a server: it follows log files,
// measures the host and chosen processes, reads the metrics that services
// expose, watches configuration files, and sends all of it to Sigap. A team
// without a log or metric store has evidence for an incident because of it.
//
// What it guarantees: a line that was whole in its file when the agent looked
// arrives at least once, through rotation, truncation, a restart of the agent
// and an absence of the server, as long as the buffer's bound allows; what the
// bound makes it drop is counted and reported. Secrets are masked before
// anything leaves the host. It stays small: under 30 MiB resident and 2 % of a
// core at a thousand lines a second.
//
// How: one goroutine collects (files are read when a tick says so, which works
// on every file system), another sends, and between them is a bounded queue: if
// the server is slow the files are the buffer, if it is away the disk is. Each
// part is a type with one step (poll, sample, scrape) that is told the time, so
// that it can be tested without waiting.
//
// What it does not do: read container runtimes' APIs, and act on the host. It
// only ever reads. The systemd journal it reads through journalctl.
package agent
