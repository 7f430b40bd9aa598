package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Loki is a Grafana Loki as a source.
type Loki struct {
	base string
	http *http.Client
}

// NewLoki makes a source of the Loki at base.
func NewLoki(base string, client *http.Client) *Loki {
	return &Loki{base: strings.TrimSuffix(base, "/"), http: client}
}

// Name names the source.
func (*Loki) Name() string { return "loki" }

const (
	lokiPage  = 5000     // lines a request; Loki's own default limit
	lokiPages = 10       // requests at most for one window
	lokiBody  = 64 << 20 // bytes of an answer
)

// lokiLabels name a service, in the order of trust.
var lokiLabels = []string{"service_name", "service", "app", "job", "container"}

// Lines gives the services' lines, the oldest first, page by page.
func (l *Loki) Lines(ctx context.Context, services []string, w incident.Window) iter.Seq2[incident.LogLine, error] {
	return func(yield func(incident.LogLine, error) bool) {
		if len(services) == 0 {
			return // Loki refuses to be asked for everything
		}
		label, err := l.serviceLabel(ctx)
		if err != nil {
			yield(incident.LogLine{}, err)
			return
		}
		names := make([]string, len(services))
		for n, s := range services {
			names[n] = regexp.QuoteMeta(s)
		}
		query := fmt.Sprintf("{%s=~%s}", label, strconv.Quote(strings.Join(names, "|")))
		from := w.From
		for range lokiPages {
			lines, err := l.page(ctx, query, label, from, w.To)
			if err != nil {
				yield(incident.LogLine{}, err)
				return
			}
			for _, line := range lines {
				if !yield(line, nil) {
					return
				}
			}
			if len(lines) < lokiPage {
				return
			}
			from = lines[len(lines)-1].At.Add(1)
		}
		yield(incident.LogLine{}, errMore)
	}
}

// serviceLabel finds which label this Loki names services by.
func (l *Loki) serviceLabel(ctx context.Context) (string, error) {
	var answer struct {
		Data []string `json:"data"`
	}
	if err := l.get(ctx, "/loki/api/v1/labels", nil, &answer); err != nil {
		return "", err
	}
	for _, name := range lokiLabels {
		if slices.Contains(answer.Data, name) {
			return name, nil
		}
	}
	return "", errors.New("Loki has no label that names a service (service_name, service, app, job or container)")
}

func (l *Loki) page(ctx context.Context, query, label string, from, to time.Time) ([]incident.LogLine, error) {
	var answer struct {
		Data struct {
			Result []struct {
				Stream map[string]string `json:"stream"`
				Values [][]string        `json:"values"`
			} `json:"result"`
		} `json:"data"`
	}
	err := l.get(ctx, "/loki/api/v1/query_range", url.Values{"query": {query}, "start": {strconv.FormatInt(from.UnixNano(), 10)},
		"end": {strconv.FormatInt(to.UnixNano(), 10)}, "limit": {strconv.Itoa(lokiPage)}, "direction": {"forward"}}, &answer)
	if err != nil {
		return nil, err
	}
	var out []incident.LogLine
	for _, stream := range answer.Data.Result {
		for _, v := range stream.Values {
			if len(v) < 2 {
				continue
			}
			ns, err := strconv.ParseInt(v[0], 10, 64)
			if err != nil {
				continue
			}
			out = append(out, incident.LogLine{At: time.Unix(0, ns).UTC(), Service: stream.Stream[label], Host: stream.Stream["host"], Level: lokiLevel(stream.Stream), Body: v[1], Attrs: stream.Stream})
		}
	}
	slices.SortStableFunc(out, func(a, b incident.LogLine) int { return a.At.Compare(b.At) })
	return out, nil
}

func lokiLevel(stream map[string]string) string {
	for _, name := range []string{"level", "detected_level", "severity"} {
		if v := strings.ToLower(stream[name]); v != "" && v != "unknown" {
			return v
		}
	}
	return ""
}

func (l *Loki) get(ctx context.Context, path string, query url.Values, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.base+path+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("ask Loki: %w", err)
	}
	res, err := l.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask Loki: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 512))
		return fmt.Errorf("Loki answered %s: %s", res.Status, strings.TrimSpace(string(said)))
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, lokiBody)).Decode(into); err != nil {
		return fmt.Errorf("read Loki's answer: %w", err)
	}
	return nil
}
