// Package version says which Sigap this is.
//
// A build by the Makefile carries the release's name; any other build (go
// install, go run) falls back on what the Go toolchain recorded about it, so
// that a bug report can always name a commit.
package version

import (
	"fmt"
	"runtime/debug"
	"time"
)

// release is the release's name, set by the linker (see the Makefile); empty
// in other builds.
var release string

// Info describes a build.
type Info struct {
	Version  string    // the release's name, or the module's version, or "dev"
	Commit   string    // the full commit hash; empty if unknown
	Time     time.Time // when the commit was made, in UTC; zero if unknown
	Modified bool      // the tree had changes that the commit does not have
	Go       string    // the Go version that built it
}

// Get returns what is known about the running binary.
func Get() Info {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return from(release, build)
}

// from reads a build's record; a release's name wins over the module's version.
func from(release string, build *debug.BuildInfo) Info {
	info := Info{Version: release, Go: build.GoVersion}
	if info.Version == "" {
		info.Version = build.Main.Version
	}
	if info.Version == "" || info.Version == "(devel)" {
		info.Version = "dev"
	}
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			info.Commit = s.Value
		case "vcs.time":
			// An unreadable time is no more than an unknown one.
			info.Time, _ = time.Parse(time.RFC3339, s.Value)
		case "vcs.modified":
			info.Modified = s.Value == "true"
		}
	}
	return info
}

// String is the line that `sigap version` prints.
func (i Info) String() string {
	line := "sigap " + i.Version
	if i.Commit != "" {
		line += fmt.Sprintf(" (%.12s", i.Commit)
		if i.Modified {
			line += ", modified"
		}
		if !i.Time.IsZero() {
			line += ", " + i.Time.UTC().Format(time.DateOnly)
		}
		line += ")"
	}
	if i.Go != "" {
		line += " " + i.Go
	}
	return line
}
