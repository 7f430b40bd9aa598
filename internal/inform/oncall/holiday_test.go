package oncall_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

var weekdays = []time.Weekday{1, 2, 3, 4, 5}

// officeAndWeekend has rina on weekdays by day and budi at weekends.
func officeAndWeekend(holidays ...oncall.Holiday) oncall.Schedule {
	layer := func(person, from, to string, days ...time.Weekday) oncall.Layer {
		return oncall.Layer{People: []string{person}, Start: "2027-01-01T00:00", Turn: 1, Unit: oncall.Week, Hours: []oncall.Times{{Days: days, From: from, To: to}}}
	}
	return oncall.Schedule{Name: "x", Timezone: "Asia/Jakarta", Holidays: holidays,
		Layers: []oncall.Layer{layer("budi", "00:00", "24:00", time.Saturday, time.Sunday), layer("rina", "09:00", "17:00", weekdays...)}}
}

func TestOnAHolidayTheWeekendsRotationHolds(t *testing.T) {
	t.Parallel()
	p, err := oncall.NewPlan(officeAndWeekend(oncall.Holiday{Date: "2027-03-10", Name: "Idul Fitri"}))
	if err != nil {
		t.Fatal(err)
	}
	jakarta, _ := time.LoadLocation("Asia/Jakarta")
	for moment, want := range map[string]string{"2027-03-09 10:00": "rina", "2027-03-09 23:59": "", "2027-03-10 00:00": "budi", "2027-03-10 10:00": "budi", "2027-03-10 23:59": "budi", "2027-03-11 00:00": "", "2027-03-11 10:00": "rina"} {
		at, err := time.ParseInLocation("2006-01-02 15:04", moment, jakarta)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.At(at); got != want {
			t.Errorf("at %s it is %q, want %q", moment, got, want)
		}
	}
}

// TestShiftsAreTheAnswerOfEveryMomentAmongHolidays: however many holidays leave
// out however many windows, no change is passed over.
func TestShiftsAreTheAnswerOfEveryMomentAmongHolidays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var holidays []oncall.Holiday
		for day := range 60 {
			if rapid.Bool().Draw(t, "holiday") {
				holidays = append(holidays, oncall.Holiday{Date: time.Date(2027, 3, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)})
			}
		}
		s := officeAndWeekend(holidays...)
		s.Layers = slices.DeleteFunc(s.Layers, func(l oncall.Layer) bool { return l.People[0] == "budi" && rapid.Bool().Draw(t, "no weekend") })
		p, err := oncall.NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2027, 2, 25, 0, 0, 0, 0, time.UTC)
		for _, sh := range p.Shifts(from, from.AddDate(0, 0, 80)) {
			for at := sh.From; at.Before(sh.Until); at = at.Add(30 * time.Minute) {
				if got := p.At(at); got != sh.Person {
					t.Fatalf("at %v it is %q, and of the shift %v – %v %q", at, got, sh.From, sh.Until, sh.Person)
				}
			}
		}
	})
}

func calendarOf(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n" + strings.Join(events, "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

var (
	yearBegins = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	yearEnds   = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
)

func TestAHolidayCalendarIsReadByItsDays(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ calendar, want string }{
		"a day":                   {calendarOf("DTSTART;VALUE=DATE:20270310\r\nDTEND;VALUE=DATE:20270311\r\nSUMMARY:Idul Fitri"), "[{2027-03-10 Idul Fitri}]"},
		"without an end":          {calendarOf("DTSTART;VALUE=DATE:20270310\r\nSUMMARY:Idul Fitri"), "[{2027-03-10 Idul Fitri}]"},
		"several days":            {calendarOf("DTSTART;VALUE=DATE:20270310\r\nDTEND;VALUE=DATE:20270312\r\nSUMMARY:a"), "[{2027-03-10 a} {2027-03-11 a}]"},
		"with times":              {calendarOf("DTSTART:20270310T080000Z\r\nDTEND:20270310T170000Z\r\nSUMMARY:a"), "[{2027-03-10 a}]"},
		"until midnight":          {calendarOf("DTSTART:20270310T000000\r\nDTEND:20270311T000000\r\nSUMMARY:a"), "[{2027-03-10 a}]"},
		"the same day twice":      {calendarOf("DTSTART;VALUE=DATE:20270310\r\nSUMMARY:a", "DTSTART;VALUE=DATE:20270310\r\nSUMMARY:b"), "[{2027-03-10 a}]"},
		"out of order":            {calendarOf("DTSTART;VALUE=DATE:20270501\r\nSUMMARY:a", "DTSTART;VALUE=DATE:20270310\r\nSUMMARY:b"), "[{2027-03-10 b} {2027-05-01 a}]"},
		"cancelled":               {calendarOf("DTSTART;VALUE=DATE:20270310\r\nSTATUS:CANCELLED\r\nSUMMARY:a"), "[]"},
		"of another year":         {calendarOf("DTSTART;VALUE=DATE:20250310\r\nSUMMARY:a"), "[]"},
		"without a day":           {calendarOf("SUMMARY:a"), "[]"},
		"an end before the start": {calendarOf("DTSTART;VALUE=DATE:20270310\r\nDTEND;VALUE=DATE:20260101\r\nSUMMARY:a"), "[{2027-03-10 a}]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := oncall.ParseHolidays([]byte(tt.calendar), yearBegins, yearEnds)
			if err != nil || fmt.Sprint(got) != tt.want {
				t.Errorf("got %v %v, want %s", got, err, tt.want)
			}
		})
	}
	if _, err := oncall.ParseHolidays([]byte("<html>"), yearBegins, yearEnds); err == nil {
		t.Error("a page that is no calendar is read as one")
	}
}

func FuzzParseHolidays(f *testing.F) {
	f.Add([]byte(calendarOf("DTSTART;VALUE=DATE:20270310\r\nDTEND;VALUE=DATE:20270312\r\nSUMMARY:a")))
	f.Add([]byte(calendarOf("DTSTART;TZID=Asia/Jakarta:20270310T080000\r\nDTEND:20270310T170000Z\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:\\;\\n")))
	f.Add([]byte("BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nEND:VTIMEZONE\r\nEND:VCALENDAR"))
	f.Fuzz(func(t *testing.T, calendar []byte) {
		days, err := oncall.ParseHolidays(calendar, yearBegins, yearEnds)
		if err != nil {
			return
		}
		s := officeAndWeekend(days...)
		if _, err := oncall.NewPlan(s); err != nil {
			t.Fatalf("what was read cannot be used: %v", err)
		}
		if s.AddHolidays(days); len(s.Holidays) != len(days) {
			t.Fatalf("added twice they are %d, want %d", len(s.Holidays), len(days))
		}
	})
}

func TestTheBundledHolidaysAreDaysInOrder(t *testing.T) {
	t.Parallel()
	days := oncall.Indonesia()
	if _, err := oncall.NewPlan(officeAndWeekend(days...)); err != nil {
		t.Fatal(err)
	}
	s := oncall.Schedule{}
	if s.AddHolidays(slices.Clone(days)); fmt.Sprint(s.Holidays) != fmt.Sprint(days) {
		t.Errorf("they are not in order, or not each once")
	}
}
