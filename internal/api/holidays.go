package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

// Of a calendar of holidays, those of the year before and of the three ahead
// are of use.
const (
	holidaysBehind = 365 * 24 * time.Hour
	holidaysAhead  = 3 * 365 * 24 * time.Hour
)

func (s *Server) registerHolidays() {
	type holidaysFrom struct {
		ID   string `path:"id"`
		Body struct {
			Indonesia bool   `json:"indonesia,omitempty" doc:"Indonesia's national holidays, as they are bundled: without joint leave"`
			URL       string `json:"url,omitempty" maxLength:"2000" doc:"Of an iCalendar file, which is read once"`
			Calendar  string `json:"calendar,omitempty" maxLength:"1000000" doc:"An iCalendar file"`
		}
	}
	route(s, incident.Manager, http.MethodPost, "/api/schedules/{id}/holidays", "Add holidays to a schedule: bundled ones, or those of an iCalendar file", func(ctx context.Context, in *holidaysFrom) (*body[oncall.Schedule], error) {
		var days []oncall.Holiday
		var err error
		switch b := in.Body; {
		case b.Indonesia:
			days = oncall.Indonesia()
		case b.URL != "":
			days, err = s.holidaysAt(ctx, b.URL)
		default:
			days, err = s.holidaysOf([]byte(b.Calendar))
		}
		if err != nil {
			return nil, err
		}
		return s.changeSchedule(ctx, in.ID, func(v *oncall.Schedule) error {
			v.AddHolidays(days)
			return nil
		})
	})
	type noHolidays struct {
		ID string `path:"id"`
	}
	route(s, incident.Manager, http.MethodDelete, "/api/schedules/{id}/holidays", "Take all holidays of a schedule away", func(ctx context.Context, in *noHolidays) (*body[oncall.Schedule], error) {
		return s.changeSchedule(ctx, in.ID, func(v *oncall.Schedule) error {
			v.Holidays = nil
			return nil
		})
	})
}

// holidaysAt reads a calendar at an address, as far as the guard of outgoing
// connections lets it.
func (s *Server) holidaysAt(ctx context.Context, address string) ([]oncall.Holiday, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, incident.FieldError("url", "This is no address such as https://example.com/holidays.ics.")
	}
	raw, err := s.Fetch(ctx, u.String())
	if err != nil {
		return nil, incident.FieldError("url", "The calendar could not be read there. Paste the file instead.")
	}
	return s.holidaysOf(raw)
}

func (s *Server) holidaysOf(raw []byte) ([]oncall.Holiday, error) {
	today := s.Now().UTC().Truncate(24 * time.Hour)
	days, err := oncall.ParseHolidays(raw, today.Add(-holidaysBehind), today.Add(holidaysAhead))
	if err == nil && len(days) == 0 {
		err = incident.FieldError("calendar", "The calendar holds no day of the year before or of the three ahead.")
	}
	return days, err
}
