package version

import (
	"runtime/debug"
	"slices"
	"testing"
)

func TestTheVersionNamesTheBestThatIsKnown(t *testing.T) {
	t.Parallel()
	committed := []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
		{Key: "vcs.time", Value: "2026-11-24T05:00:00Z"},
		{Key: "vcs.modified", Value: "false"},
	}
	changed := slices.Concat(committed[:2], []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}})

	tests := []struct {
		name    string
		release string
		build   debug.BuildInfo
		want    string
	}{
		{
			name:    "a release has its name, whatever the module says",
			release: "1.4.0",
			build:   debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.3.9-0.2026"}, Settings: committed},
			want:    "sigap 1.4.0 (0123456789ab, 2026-11-24) go1.26.8",
		},
		{
			name:  "go install at a version has the module's",
			build: debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.4.0"}},
			want:  "sigap v1.4.0 go1.26.8",
		},
		{
			name:  "a changed tree says so",
			build: debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "(devel)"}, Settings: changed},
			want:  "sigap dev (0123456789ab, modified, 2026-11-24) go1.26.8",
		},
		{
			name: "a build that recorded nothing is a development build",
			want: "sigap dev",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := from(tt.release, &tt.build).String(); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
