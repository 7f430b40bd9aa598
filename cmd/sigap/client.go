package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// client speaks to a running server over its API.
type client struct {
	server string
	token  string
	cookie string
	http   *http.Client
}

const clientTimeout = 30 * time.Second

// clientFlags adds the flags that say which server, and as whom.
func clientFlags(f *pflag.FlagSet) {
	server := os.Getenv("SIGAP_SERVER")
	if server == "" {
		server = "http://127.0.0.1:8080"
	}
	f.String("server", server, "address of the server (SIGAP_SERVER)")
}

// newClient makes a client with the token from SIGAP_TOKEN: on the command
// line others could see it.
func newClient(cmd *cobra.Command) (*client, error) {
	server, err := cmd.Flags().GetString("server")
	if err != nil {
		return nil, err
	}
	token := os.Getenv("SIGAP_TOKEN")
	if token == "" {
		return nil, errors.New("set SIGAP_TOKEN to an API token; make one with: sigap token create --scope responder NAME")
	}
	return &client{server: strings.TrimSuffix(server, "/"), token: token, http: &http.Client{Timeout: clientTimeout}}, nil
}

// call sends in as JSON and reads the answer into out; both may be nil. A
// refusal's own words are the error.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
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
		req.AddCookie(&http.Cookie{Name: "sigap_session", Value: c.cookie})
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", c.server, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		var problem struct{ Title, Detail string }
		_ = json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&problem)
		if problem.Detail == "" {
			problem.Detail = problem.Title
		}
		return fmt.Errorf("%s %s: %s (%s)", method, path, problem.Detail, res.Status)
	}
	for _, k := range res.Cookies() {
		if k.Name == "sigap_session" {
			c.cookie = k.Value
		}
	}
	if raw, ok := out.(*[]byte); ok {
		*raw, err = io.ReadAll(res.Body)
		return err
	}
	if out == nil || res.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return nil
}
