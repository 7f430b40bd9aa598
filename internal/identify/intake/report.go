package intake

import (
	"errors"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// parseReport reads what users say went wrong: a report or a list of them, as
// JSON or as a web form, with or without attachments.
// Contract: docs/integrations/report.md.
func parseReport(req Request) (Batch, error) {
	all, err := entries(req, "reports", "tickets")
	if err != nil {
		return Batch{}, err
	}
	var batch Batch
	for i, f := range all {
		switch {
		case i >= maxEntries:
			batch.reject(i, errTooMany)
		case f == nil:
			batch.reject(i, errors.New("not an object: a report needs at least the user's words"))
		default:
			batch.addReport(i, ownReport(f), req.Now)
		}
	}
	return batch, nil
}

func ownReport(f *fields) incident.Report {
	return incident.Report{
		ID:       f.take("id", "ticket", "ticketid"),
		Service:  f.take("service", "app", "product"),
		Words:    f.take("words", "message", "description", "text", "body", "subject", "title"),
		Reporter: f.take("reporter", "customer", "name", "email", "from", "phone", "requester"),
		Channel:  f.take("channel", "via"),
		Segment:  f.take("segment"),
		Noticed:  parseTime(f.take("noticed", "noticedat", "since", "time", "timestamp", "createdat")),
		By:       f.take("by", "recordedby", "agent"),
	}
}

// addReport brings a report within the limits and keeps it, or names it among
// the rejected.
func (b *Batch) addReport(index int, r incident.Report, now time.Time) {
	r.Words = paragraph(r.Words, maxDescription)
	if r.Words == "" {
		b.reject(index, errors.New("no words: send what the user said as message"))
		return
	}
	r.Service, r.Reporter = line(r.Service, maxField), line(r.Reporter, maxField)
	r.Channel, r.Segment, r.By = line(r.Channel, maxField), line(r.Segment, maxField), line(r.By, maxField)
	r.At = plausible(now)
	if r.Noticed = plausible(r.Noticed); r.Noticed.IsZero() || r.Noticed.After(r.At) {
		r.Noticed = r.At
	}
	if r.ID = tidyIdentity(r.ID); r.ID == "" {
		r.ID = hashOf("report", r.Service, r.Reporter, r.Words, r.Noticed.Format(time.RFC3339Nano))
	}
	b.Reports = append(b.Reports, r)
}
