package evidence

import (
	"fmt"
	"io"
	"net/http"
)

// bounded gives a client like the one given whose answers end with an error
// after limit bytes: a source that answers without end must cost its check and
// not the memory of those that page people.
func bounded(client *http.Client, limit int64) *http.Client {
	c := *client
	inner := c.Transport
	if inner == nil {
		inner = http.DefaultTransport
	}
	c.Transport = boundedTransport{inner, limit}
	return &c
}

type boundedTransport struct {
	inner http.RoundTripper
	limit int64
}

func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.inner.RoundTrip(r)
	if err == nil {
		res.Body = &boundedBody{ReadCloser: res.Body, left: t.limit, limit: t.limit}
	}
	return res, err
}

type boundedBody struct {
	io.ReadCloser
	left, limit int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("the answer is longer than %d MiB", b.limit>>20)
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
