package directory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/directory"
	"github.com/sigap-dev/sigap/internal/incident"
)

func TestQuietHoursAreThoseOnTheWall(t *testing.T) {
	t.Parallel()
	night, noon := directory.Quiet{From: "22:00", To: "06:00"}, directory.Quiet{From: "12:00", To: "13:30"}
	early := directory.Quiet{From: "23:00", To: "02:30"} // on the wall of Berlin skipped or shown twice once a year
	for _, tt := range []struct {
		name        string
		zone        string
		quiet       directory.Quiet
		at          string
		from, until string // empty: not quiet
	}{
		{"before midnight", "Asia/Jakarta", night, "2027-03-02T16:00:00Z", "2027-03-02T15:00:00Z", "2027-03-02T23:00:00Z"},
		{"after midnight", "Asia/Jakarta", night, "2027-03-02T20:00:00Z", "2027-03-02T15:00:00Z", "2027-03-02T23:00:00Z"},
		{"they begin", "Asia/Jakarta", night, "2027-03-02T15:00:00Z", "2027-03-02T15:00:00Z", "2027-03-02T23:00:00Z"},
		{"they are over", "Asia/Jakarta", night, "2027-03-02T23:00:00Z", "", ""},
		{"by day", "Asia/Jakarta", night, "2027-03-02T05:00:00Z", "", ""},
		{"at noon", "UTC", noon, "2027-03-02T13:29:59Z", "2027-03-02T12:00:00Z", "2027-03-02T13:30:00Z"},
		{"after noon", "UTC", noon, "2027-03-02T13:30:00Z", "", ""},
		{"a short night in spring", "Europe/Berlin", night, "2027-03-28T00:30:00Z", "2027-03-27T21:00:00Z", "2027-03-28T04:00:00Z"},
		{"a long night in autumn", "Europe/Berlin", night, "2027-10-31T00:30:00Z", "2027-10-30T20:00:00Z", "2027-10-31T05:00:00Z"},
		{"the clocks jump over their end", "Europe/Berlin", early, "2027-03-28T00:30:00Z", "2027-03-27T22:00:00Z", "2027-03-28T01:00:00Z"},
		{"nobody said any", "UTC", directory.Quiet{}, "2027-03-02T02:00:00Z", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			p := directory.Person{Timezone: tt.zone, Quiet: tt.quiet}
			from, until, quiet := p.QuietAt(at)
			if quiet != (tt.from != "") || quiet && (from.Format(time.RFC3339) != tt.from || until.Format(time.RFC3339) != tt.until) {
				t.Errorf("at %s quiet is %v, from %s until %s; want from %q until %q", tt.at, quiet, from, until, tt.from, tt.until)
			}
		})
	}
}

func TestQuietHoursThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for quiet, right := range map[directory.Quiet]bool{
		{}: true, {From: "22:00", To: "06:00"}: true, {From: "00:00", To: "23:59"}: true,
		{From: "22:00"}: false, {To: "06:00"}: false, {From: "06:00", To: "06:00"}: false,
		{From: "24:00", To: "06:00"}: false, {From: "9:00", To: "10:00"}: false, {From: "late", To: "early"}: false,
	} {
		p := directory.Person{Name: "Rina", Email: "rina@example.com", Right: incident.Responder, Quiet: quiet}
		p.Normalize()
		err := p.Validate()
		if e, refused := errors.AsType[*incident.Error](err); (err == nil) != right || !right && (!refused || e.Field != "quiet") {
			t.Errorf("quiet hours from %q to %q are answered with %v", quiet.From, quiet.To, err)
		}
	}
}
