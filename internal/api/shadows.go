package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform/oncall"
)

func (s *Server) registerShadows() {
	type learning struct {
		ID   string `path:"id"`
		Body struct {
			Person string    `json:"person"`
			Of     string    `json:"of,omitempty" doc:"Whom they shadow; empty: whoever is on call"`
			Until  time.Time `json:"until"`
		}
	}
	route(s, incident.Responder, http.MethodPost, "/api/schedules/{id}/shadows", "Let somebody learn: they are told of pages and never asked; oneself, or as a manager anybody", func(ctx context.Context, in *learning) (*body[oncall.Schedule], error) {
		b := in.Body
		if err := s.mayPut(ctx, b.Person); err != nil {
			return nil, err
		}
		if !b.Until.After(s.Now()) {
			return nil, incident.FieldError("until", "This time is over.")
		}
		return s.changeSchedule(ctx, in.ID, func(v *oncall.Schedule) error {
			v.Shadows = slices.DeleteFunc(v.Shadows, func(o oncall.Shadow) bool { return o.Person == b.Person || !o.Until.After(s.Now()) })
			v.Shadows = append(v.Shadows, oncall.Shadow{Person: b.Person, Of: b.Of, Until: b.Until.UTC()})
			return nil
		})
	})
	type oneShadow struct {
		ID     string `path:"id"`
		Person string `path:"person"`
	}
	route(s, incident.Responder, http.MethodDelete, "/api/schedules/{id}/shadows/{person}", "End that somebody learns; oneself, or as a manager anybody", func(ctx context.Context, in *oneShadow) (*body[oncall.Schedule], error) {
		return s.changeSchedule(ctx, in.ID, func(v *oncall.Schedule) error {
			at := slices.IndexFunc(v.Shadows, func(o oncall.Shadow) bool { return o.Person == in.Person })
			if at < 0 {
				return incident.Errorf(incident.NotFound, "Nobody with this id learns here.")
			}
			if err := mayPutOnCall(viewerOf(ctx), in.Person); err != nil {
				return err
			}
			v.Shadows = slices.Delete(v.Shadows, at, at+1)
			return nil
		})
	})
}
