// Package client speaks to a running Sigap over its HTTP API, for the commands
// and for drills.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Client is one caller: by an API token, or by the session that signing in
// began. It is not safe for concurrent use while it signs in.
type Client struct {
	server string
	token  string
	cookie string
	http   *http.Client
}

const (
	timeout       = 30 * time.Second
	sessionCookie = "sigap_session"
)

// New makes a client of the server at an address. The token may be empty.
func New(server, token string) *Client {
	return &Client{server: strings.TrimSuffix(server, "/"), token: token, http: &http.Client{Timeout: timeout}}
}

// Server is the address.
func (c *Client) Server() string { return c.server }

// Problem is what the server refused, in its own words.
type Problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// Call sends in as JSON and reads the answer into out; both may be nil. An out
// of type *[]byte gets the answer as it is. A refusal is a [*Problem].
func (c *Client) Call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.server+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		req.AddCookie(&http.Cookie{Name: sessionCookie, Value: c.cookie})
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", c.server, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= http.StatusMultipleChoices {
		p := &Problem{Status: res.StatusCode, Title: res.Status}
		_ = json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(p) // without one, the status says it
		return fmt.Errorf("%s %s: %w", method, path, p)
	}
	for _, k := range res.Cookies() {
		if k.Name == sessionCookie {
			c.cookie = k.Value
		}
	}
	return read(res, out)
}

func read(res *http.Response, out any) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *[]byte:
		var err error
		*out, err = io.ReadAll(res.Body)
		return err
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}
