package evidence

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// VictoriaLogs is a VictoriaLogs as a source of logs.
type VictoriaLogs struct{ asker *asker }

// NewVictoriaLogs makes a source of the VictoriaLogs at an address.
func NewVictoriaLogs(address string, client *http.Client) (*VictoriaLogs, error) {
	a, err := newAsker("VictoriaLogs", address, client)
	if err != nil {
		return nil, err
	}
	return &VictoriaLogs{asker: a}, nil
}

// Name names the source.
func (*VictoriaLogs) Name() string { return "victorialogs" }

// maxRecord bounds one line of an answer, in bytes.
const maxRecord = 1 << 20

// Lines gives the services' lines, the oldest first, page by page. The query
// sorts and limits by itself: the argument limit would give the newest.
func (v *VictoriaLogs) Lines(ctx context.Context, services []string, w incident.Window) iter.Seq2[incident.LogLine, error] {
	return func(yield func(incident.LogLine, error) bool) {
		if len(services) == 0 {
			return
		}
		quoted := make([]string, len(services))
		for n, s := range services {
			quoted[n] = strconv.Quote(s)
		}
		var named []string
		for _, field := range serviceFields {
			named = append(named, fmt.Sprintf("%q:in(%s)", field, strings.Join(quoted, ",")))
		}
		query := fmt.Sprintf("(%s) | sort by (_time) limit %d", strings.Join(named, " or "), logsPage)
		from := w.From
		for range logsPages {
			lines, err := v.page(ctx, query, from, w.To)
			if err != nil {
				yield(incident.LogLine{}, err)
				return
			}
			for _, l := range lines {
				if !yield(l, nil) {
					return
				}
			}
			if len(lines) < logsPage {
				return
			}
			from = lines[len(lines)-1].At.Add(1)
		}
		yield(incident.LogLine{}, errMore)
	}
}

func (v *VictoriaLogs) page(ctx context.Context, query string, from, to time.Time) ([]incident.LogLine, error) {
	body, err := v.asker.ask(ctx, http.MethodPost, "/select/logsql/query", nil, "application/x-www-form-urlencoded", url.Values{
		"query": {query}, "start": {from.UTC().Format(time.RFC3339Nano)}, "end": {to.UTC().Format(time.RFC3339Nano)}, "timeout": {"5s"}}.Encode())
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	var out []incident.LogLine
	records := bufio.NewScanner(body)
	records.Buffer(make([]byte, 0, 64<<10), maxRecord)
	for records.Scan() {
		var fields map[string]string
		if err := json.Unmarshal(records.Bytes(), &fields); err != nil {
			return nil, fmt.Errorf("read VictoriaLogs' answer: %w", err)
		}
		at, err := time.Parse(time.RFC3339Nano, fields["_time"])
		if err != nil {
			continue
		}
		out = append(out, lineOf(at, fields))
	}
	if err := records.Err(); err != nil {
		return nil, fmt.Errorf("read VictoriaLogs' answer: %w", err)
	}
	return out, nil
}
