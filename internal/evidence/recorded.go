package evidence

import (
	"context"
	"iter"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/recorder"
)

// Recorded is Sigap's own flight recorder as a source.
type Recorded struct{ recorder *recorder.Recorder }

// NewRecorded makes a source of the recorder.
func NewRecorded(r *recorder.Recorder) Recorded { return Recorded{r} }

// Name names the source.
func (Recorded) Name() string { return "recorder" }

// Series gives what agents measured of the services and their hosts.
func (r Recorded) Series(ctx context.Context, services []string, w incident.Window) ([]incident.Series, error) {
	return r.recorder.QuerySeries(ctx, recorder.SeriesQuery{Window: w, Services: services, WithHosts: true, Derive: true})
}

// Lines gives what agents read from the services' logs.
func (r Recorded) Lines(ctx context.Context, services []string, w incident.Window) iter.Seq2[incident.LogLine, error] {
	return r.recorder.QueryLogs(ctx, recorder.LogQuery{Window: w, Services: services})
}
