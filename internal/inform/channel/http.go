package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer is how much of an answer is read; services' answers are far smaller.
const maxAnswer = 256 << 10

// answer is what a service replied, whatever its status.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// post sends body to address and returns the answer. Its errors never hold
// the address, which for many services is a secret.
func post(ctx context.Context, client *http.Client, address string, header http.Header, body []byte) (answer, *Error) {
	ctx, handedOver := watchHandover(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return answer{}, &Error{Detail: "the address is not a URL"}
	}
	req.Header = header
	res, err := client.Do(req)
	if err != nil {
		return answer{}, transportError(err, handedOver.Load())
	}
	defer res.Body.Close()
	read, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, transportError(err, true)
	}
	return answer{status: res.StatusCode, header: res.Header, body: read}, nil
}

// watchHandover returns a context for one request and what then tells whether
// all of it was written: if no answer comes after that, it may have been obeyed.
func watchHandover(ctx context.Context) (context.Context, *atomic.Bool) {
	var done atomic.Bool
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(w httptrace.WroteRequestInfo) { done.Store(w.Err == nil) },
	}), &done
}

// postJSON posts v as JSON.
func postJSON(ctx context.Context, client *http.Client, address string, v any) (answer, *Error) {
	body, err := json.Marshal(v)
	if err != nil {
		return answer{}, &Error{Detail: "encoding the message", Err: err}
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {userAgent}}
	return post(ctx, client, address, header, body)
}

const userAgent = "Sigap"

// pictureForm returns a form (RFC 7578) with fields and a plot as the file of
// the given field, and its type.
func pictureForm(fields map[string]string, file string, png []byte) (kind string, body []byte, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := form.WriteField(name, fields[name]); err != nil {
			return "", nil, err
		}
	}
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename="plot.png"`, file)},
		"Content-Type":        {"image/png"},
	})
	if err != nil {
		return "", nil, err
	}
	if _, err := part.Write(png); err != nil {
		return "", nil, err
	}
	err = form.Close()
	return form.FormDataContentType(), b.Bytes(), err
}

// transportError judges an error of the connection, not of the service. It
// drops url.Error, whose text repeats the address.
func transportError(err error, handedOver bool) *Error {
	for {
		wrapped, ok := errors.AsType[*url.Error](err)
		if !ok {
			break
		}
		err = wrapped.Err
	}
	if forbidden, ok := errors.AsType[*ForbiddenError](err); ok {
		return &Error{Err: forbidden}
	}
	if redirect, ok := errors.AsType[*RedirectError](err); ok {
		return &Error{Err: redirect}
	}
	return &Error{Retry: true, Unsure: handedOver, Detail: "no answer", Err: portless(err)}
}

// portless returns an error of a connection without its addresses: our side's
// port is another one each time.
func portless(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op != "dial" {
		return &net.OpError{Op: op.Op, Net: op.Net, Err: op.Err}
	}
	return err
}

// statusError judges an answer by its status alone: what may pass later is
// worth a retry (RFC 9110, 15.5 and 15.6), the rest is not. Of the body it
// keeps an excerpt without the secrets, should the answer repeat one.
func statusError(a answer, now time.Time, secrets ...string) *Error {
	e := &Error{
		Detail: fmt.Sprintf("answered %d %s", a.status, http.StatusText(a.status)),
		Retry:  a.status == http.StatusRequestTimeout || a.status == http.StatusTooEarly || a.status == http.StatusTooManyRequests || a.status >= 500,
	}
	if e.Retry {
		e.After = retryAfter(a.header, now)
	}
	if words := excerpt(a.body, secrets...); words != "" {
		e.Detail += ": " + words
	}
	return e
}

// maxWait is the longest wait that is believed, so that a service with a
// broken clock cannot silence us.
const maxWait = time.Hour

// retryAfter reads a Retry-After header (RFC 9110, 10.2.3): seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if number, err := strconv.ParseFloat(value, 64); err == nil {
		return seconds(number)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxWait)
	}
	return 0
}

// seconds returns a service's number of seconds as a wait that can be.
func seconds(n float64) time.Duration {
	if !(n > 0) { // nor NaN
		return 0
	}
	return time.Duration(min(n, maxWait.Seconds()) * float64(time.Second))
}

// excerpt returns the beginning of an answer for people, on one line; markup,
// as proxies answer with it, says nothing that the status does not.
func excerpt(body []byte, secrets ...string) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body), "")), " ")
	if strings.HasPrefix(text, "<") {
		return ""
	}
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	return cut(text, 200, runes)
}
