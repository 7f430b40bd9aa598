package evidence

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	logsAnswer = 64 << 20 // bytes of one answer of a source of logs
	logsPage   = 5000     // lines a request: Loki's own limit, half of Elasticsearch's
	logsPages  = 20       // requests at most for one window
)

// asker asks a source over HTTP. The credentials in its address go into the
// header that the source expects, and never into an error.
type asker struct {
	name          string // of the source, as people know it
	base          *url.URL
	http          *http.Client
	authorization string
}

// newAsker reads an address. Its user part may hold credentials: a name and
// password, "apikey:KEY" for Elasticsearch's keys, "bearer:TOKEN" for tokens.
func newAsker(name, address string, client *http.Client) (*asker, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the address of %s names no host", name)
	}
	a := &asker{name: name, base: u, http: bounded(client, logsAnswer)}
	if secret, is := u.User.Password(); is {
		switch u.User.Username() {
		case "apikey":
			a.authorization, u.User = "ApiKey "+secret, nil
		case "bearer":
			a.authorization, u.User = "Bearer "+secret, nil
		}
	}
	return a, nil
}

// ask gives the body of an answer of 200; of any other what the source said.
func (a *asker) ask(ctx context.Context, method, path string, query url.Values, contentType, body string) (io.ReadCloser, error) {
	u := a.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", a.name, err)
	}
	if body != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if a.authorization != "" {
		req.Header.Set("Authorization", a.authorization)
	}
	res, err := a.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", a.name, err)
	}
	if res.StatusCode != http.StatusOK {
		defer func() { _ = res.Body.Close() }()
		said, _ := io.ReadAll(io.LimitReader(res.Body, 512))
		return nil, fmt.Errorf("%s answered %s: %s", a.name, res.Status, strings.TrimSpace(string(said)))
	}
	return res.Body, nil
}
