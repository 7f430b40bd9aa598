package shop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// dependency is another service that this one calls.
type dependency struct {
	name    string
	url     string
	timeout time.Duration
	client  *http.Client
	metrics *metrics
}

// statusError is an answer of a dependency outside 2xx.
type statusError struct {
	dependency string
	code       int
	words      string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered %d: %s", e.dependency, e.code, e.words)
}

// call sends in as JSON (nothing if nil) and reads the answer into out.
func (d dependency) call(ctx context.Context, method, path string, in, out any) error {
	began := time.Now()
	code, err := d.exchange(ctx, method, path, in, out)
	label := "error"
	if code != 0 {
		label = strconv.Itoa(code)
	}
	d.metrics.calls.WithLabelValues(d.name, label).Inc()
	d.metrics.callTimes.WithLabelValues(d.name).Observe(time.Since(began).Seconds())
	return err
}

// exchange returns the status, or 0 where no answer came.
func (d dependency) exchange(ctx context.Context, method, path string, in, out any) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return 0, fmt.Errorf("encode the request to %s: %w", d.name, err)
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, d.url+path, body)
	if err != nil {
		return 0, fmt.Errorf("ask %s: %w", d.name, err)
	}
	response, err := d.client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("ask %s: %w", d.name, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return 0, fmt.Errorf("read the answer of %s: %w", d.name, err)
	}
	if response.StatusCode/100 != 2 {
		var said problem
		_ = json.Unmarshal(content, &said) // a body that is no JSON says nothing
		return response.StatusCode, &statusError{d.name, response.StatusCode, said.Error}
	}
	if err := json.Unmarshal(content, out); err != nil {
		return response.StatusCode, fmt.Errorf("read the answer of %s: %w", d.name, err)
	}
	return response.StatusCode, nil
}

// statusCallerGone is what nginx logs for a client that closed its request. It
// only counts: nobody is left to read it.
const statusCallerGone = 499

// failureStatus is the status for a request that ended because a dependency
// did not do its part, or because the caller left before.
func failureStatus(r *http.Request, err error) int {
	switch {
	case r.Context().Err() != nil:
		return statusCallerGone
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	default:
		return http.StatusBadGateway
	}
}
