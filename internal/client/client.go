// Package client speaks to a running Sigap over its HTTP API, for the commands
// and for drills.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Client is one caller: by an API token, or by the session that signing in
// began. It is not safe for concurrent use while it signs in.
type Client struct {
	// Patience is how long a call is tried again while the server does not
	// answer, as while it starts anew; without it a call is tried once.
	Patience time.Duration

	server string
	token  string
	cookie string
	http   *http.Client
}

const (
	timeout       = 30 * time.Second
	again         = 200 * time.Millisecond // between two tries of a call
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

	underWay bool // the same request is, and may be asked about again
}

func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// Call sends in as JSON and reads the answer into out; both may be nil. An out
// of type *[]byte gets the answer as it is. A refusal is a [*Problem].
//
// A call that is tried again carries the same Idempotency-Key, so that what the
// server knows by one is done once. If it did its work and died before the
// answer left, it may refuse the second as a conflict; that counts as done.
func (c *Client) Call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	key, unheard := rand.Text(), false
	for end := time.Now().Add(c.Patience); ; {
		res, err := c.send(ctx, method, path, key, body)
		if err == nil {
			err = c.take(res, method, path, out)
		}
		var p *Problem
		switch {
		case err == nil:
			return nil
		case errors.As(err, &p) && p.Status == http.StatusConflict && unheard && !p.underWay:
			return nil
		case errors.As(err, &p) && !p.underWay, time.Now().After(end):
			return err
		}
		unheard = true
		select {
		case <-ctx.Done():
			return err
		case <-time.After(again):
		}
	}
}

func (c *Client) send(ctx context.Context, method, path, key string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.server+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost && c.Patience > 0 {
		req.Header.Set("Idempotency-Key", key)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		req.AddCookie(&http.Cookie{Name: sessionCookie, Value: c.cookie})
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer: %w", c.server, err)
	}
	return res, nil
}

// take reads an answer.
func (c *Client) take(res *http.Response, method, path string, out any) error {
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= http.StatusMultipleChoices {
		p := &Problem{Status: res.StatusCode, Title: res.Status, underWay: res.StatusCode == http.StatusConflict && res.Header.Get("Retry-After") != ""}
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
