package evidence

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Elasticsearch is an Elasticsearch or OpenSearch as a source of logs. Both
// answer the same search; fields are read by the Elastic Common Schema, by
// OpenTelemetry's names and by those that people commonly use.
type Elasticsearch struct {
	asker *asker
	index string
}

// NewElasticsearch makes a source of the indices that the address names after
// the host: https://es:9200/logs-*. Without any, all are searched.
func NewElasticsearch(address string, client *http.Client) (*Elasticsearch, error) {
	a, err := newAsker("Elasticsearch", address, client)
	if err != nil {
		return nil, err
	}
	index := strings.Trim(a.base.Path, "/")
	a.base.Path = ""
	return &Elasticsearch{asker: a, index: cmp.Or(index, "_all")}, nil
}

// Name names the source.
func (*Elasticsearch) Name() string { return "elasticsearch" }

// elasticServices are the fields that name a service. A text field has its
// exact words in .keyword, by the default mapping.
var elasticServices = []string{"service.name", "service.name.keyword", "service", "service.keyword", "resource.attributes.service.name", "kubernetes.labels.app",
	"kubernetes.labels.app.keyword", "kubernetes.container.name", "kubernetes.container.name.keyword", "app", "app.keyword"}

// elasticFields are what is asked for of each document.
var elasticFields = []string{"@timestamp", "message", "msg", "body", "log", "log.level", "error", "level", "severity", "severity_text", "service", "app", "host", "kubernetes.labels",
	"kubernetes.container", "kubernetes.node", "resource.attributes", "http", "url.path", "region", "cloud.region", "version", "tenant"}

const elasticTime = "2006-01-02T15:04:05.000000000Z"

// Lines gives the services' lines, the oldest first. It pages by time: the next
// page begins with the moment at which the last one ended, without what was
// given already. No page needs a state on the server, which Elasticsearch and
// OpenSearch keep each in their own way.
func (e *Elasticsearch) Lines(ctx context.Context, services []string, w incident.Window) iter.Seq2[incident.LogLine, error] {
	return func(yield func(incident.LogLine, error) bool) {
		if len(services) == 0 {
			return
		}
		from, given := w.From, map[string]bool{}
		for range logsPages {
			found, err := e.page(ctx, services, from, w.To)
			if err != nil {
				yield(incident.LogLine{}, err)
				return
			}
			fresh := 0
			for _, hit := range found.hits {
				if given[hit.id] {
					continue
				}
				if fresh++; !yield(hit.line, nil) {
					return
				}
			}
			switch {
			case found.partial || fresh == 0 && len(found.hits) == logsPage: // more than a page at one moment
				yield(incident.LogLine{}, errMore)
				return
			case len(found.hits) < logsPage:
				return
			}
			from = found.hits[len(found.hits)-1].line.At
			clear(given)
			for _, hit := range found.hits {
				given[hit.id] = given[hit.id] || hit.line.At.Equal(from)
			}
		}
		yield(incident.LogLine{}, errMore)
	}
}

type elasticHit struct {
	id   string
	line incident.LogLine
}

type elasticPage struct {
	hits    []elasticHit
	partial bool // it gave up on time, or a shard did not answer
}

func (e *Elasticsearch) page(ctx context.Context, services []string, from, to time.Time) (elasticPage, error) {
	var named []any
	for _, field := range elasticServices {
		named = append(named, map[string]any{"terms": map[string]any{field: services}})
	}
	query, err := json.Marshal(map[string]any{
		"size": logsPage, "timeout": "5s", "track_total_hits": false, "_source": elasticFields,
		"sort": []any{map[string]any{"@timestamp": map[string]any{"order": "asc"}}},
		"query": map[string]any{"bool": map[string]any{
			"filter": []any{map[string]any{"range": map[string]any{"@timestamp": map[string]any{
				"gte": from.UTC().Format(elasticTime), "lt": to.UTC().Format(elasticTime), "format": "strict_date_optional_time_nanos"}}}},
			"should": named, "minimum_should_match": 1,
		}},
	})
	if err != nil {
		return elasticPage{}, err
	}
	body, err := e.asker.ask(ctx, http.MethodPost, "/"+e.index+"/_search", map[string][]string{"ignore_unavailable": {"true"}, "allow_no_indices": {"true"}}, "application/json", string(query))
	if err != nil {
		return elasticPage{}, err
	}
	defer func() { _ = body.Close() }()
	var answer struct {
		TimedOut bool `json:"timed_out"`
		Shards   struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
		Hits struct {
			Hits []struct {
				Index  string         `json:"_index"`
				ID     string         `json:"_id"`
				Source map[string]any `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return elasticPage{}, fmt.Errorf("read Elasticsearch's answer: %w", err)
	}
	out := elasticPage{partial: answer.TimedOut || answer.Shards.Failed > 0}
	for _, h := range answer.Hits.Hits {
		flat := map[string]string{}
		flatten("", h.Source, flat)
		at, err := time.Parse(time.RFC3339Nano, flat["@timestamp"])
		if err != nil {
			continue
		}
		out.hits = append(out.hits, elasticHit{h.Index + "/" + h.ID, lineOf(at, flat)})
	}
	return out, nil
}

// flatten gives nested fields the names that a query knows them by.
func flatten(prefix string, from map[string]any, into map[string]string) {
	for k, v := range from {
		switch v := v.(type) {
		case map[string]any:
			flatten(prefix+k+".", v, into)
		case string:
			into[prefix+k] = v
		case nil:
		default:
			into[prefix+k] = fmt.Sprint(v)
		}
	}
}

// The fields of a log record by the names that are common, the most exact first.
var (
	bodyFields    = []string{"message", "msg", "_msg", "body", "body.text", "log", "error.message", "error"}
	levelFields   = []string{"log.level", "level", "severity", "severity_text"}
	serviceFields = []string{"service.name", "service", "resource.attributes.service.name", "kubernetes.labels.app", "kubernetes.container.name", "kubernetes.container_name", "app"}
	hostFields    = []string{"host.name", "host", "hostname", "kubernetes.node.name", "resource.attributes.host.name"}
)

// lineOf reads a log record from its fields.
func lineOf(at time.Time, fields map[string]string) incident.LogLine {
	first := func(names []string) string {
		for _, n := range names {
			if v := fields[n]; v != "" {
				return v
			}
		}
		return ""
	}
	body := first(bodyFields)
	if trace := fields["error.stack_trace"]; trace != "" && !strings.Contains(body, "\n") {
		body += "\n" + trace
	}
	return incident.LogLine{At: at.UTC(), Service: first(serviceFields), Host: first(hostFields), Level: strings.ToLower(first(levelFields)), Body: body, Attrs: attributesOf(fields)}
}

// attributesOf are the fields that may tell the errors apart: not the text, not
// the time.
func attributesOf(fields map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range fields {
		if len(v) <= 200 && k != "message" && k != "msg" && !strings.HasPrefix(k, "_") && k != "@timestamp" && !strings.HasPrefix(k, "error.stack") {
			out[k] = v
		}
	}
	return out
}
