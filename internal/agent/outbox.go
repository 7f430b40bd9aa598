package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	sendTimeout   = 10 * time.Second
	stopGrace     = 2 * time.Second  // that a request under way gets when the agent stops
	firstWait     = time.Second      // after the first failure; doubles with each
	longestWait   = 30 * time.Second // between attempts, unless the server asks for more
	longestAsked  = 10 * time.Minute // that a server's Retry-After is obeyed
	wrongKeyWait  = time.Minute      // after an answer that a person has to mend
	drainPerTick  = 20               // buffered batches sent before new ones have their turn
	queuedBatches = 8
)

// outbox sends batches to the server, and keeps them in the spool while it is
// away. A batch is safe once it was answered or spooled; only then are the
// positions in the files that it came from remembered.
type outbox struct {
	server    string // with /in/ and the key
	client    *http.Client
	spool     *spool
	positions *positions
	logger    *slog.Logger
	now       func() time.Time
	queue     chan batch

	failures  int
	notBefore time.Time // when the next attempt may be made

	lost atomic.Int64 // records dropped or rejected, all kinds
	sent atomic.Int64 // records that the server took
}

func newOutbox(c Config, s *spool, p *positions, d Deps) *outbox {
	client := *d.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &outbox{
		server:    c.Server + "/in/" + c.Key,
		client:    &client,
		spool:     s,
		positions: p,
		logger:    d.Logger,
		now:       d.Now,
		queue:     make(chan batch, queuedBatches),
	}
}

// put hands a batch over. It waits while the queue is full: the log files are
// the buffer then.
func (o *outbox) put(ctx context.Context, b batch) error {
	select {
	case o.queue <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run sends until the context ends; then what is queued goes to the spool, for
// the next start to send.
func (o *outbox) run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case b, open := <-o.queue:
			if !open {
				return o.positions.save()
			}
			o.handle(ctx, b)
		case <-tick.C:
			o.drain(ctx)
			if err := o.positions.save(); err != nil {
				o.logger.Warn("positions in log files could not be saved", "error", err)
			}
		}
	}
}

// handle sends a batch, or spools it behind those that wait already.
func (o *outbox) handle(ctx context.Context, b batch) {
	if b.count > 0 && (len(o.spool.entries) > 0 || ctx.Err() != nil || !o.attempt(ctx, b)) {
		dropped := o.droppedBySpool()
		if err := o.spool.put(b); err != nil {
			// Not marked as safe: a restart reads these lines again.
			o.logger.Error("batch could not be buffered", "kind", b.kind, "records", b.count, "error", err)
			o.lost.Add(int64(b.count))
			return
		}
		o.lost.Add(o.droppedBySpool() - dropped)
	}
	o.positions.mark(b.marks)
}

func (o *outbox) droppedBySpool() (n int64) {
	for _, count := range o.spool.dropped {
		n += count
	}
	return n
}

// drain sends what is spooled, oldest first, if it is time to try.
func (o *outbox) drain(ctx context.Context) {
	for range drainPerTick {
		if ctx.Err() != nil || o.now().Before(o.notBefore) {
			return
		}
		b, ok, err := o.spool.first()
		if err != nil {
			o.logger.Error("buffered batch could not be read, it is dropped", "error", err)
			o.lost.Add(int64(o.spool.entries[0].count))
		} else if !ok || !o.attempt(ctx, b) {
			return
		}
		if err := o.spool.pop(); err != nil {
			o.logger.Warn("buffered batch could not be removed", "error", err)
			return
		}
	}
}

// attempt sends a batch if it is time to try, and reports whether it is done
// with: taken, or refused for good, which is counted.
func (o *outbox) attempt(ctx context.Context, b batch) (done bool) {
	if o.now().Before(o.notBefore) {
		return false
	}
	err := o.send(ctx, b)
	var refused *refusal
	switch {
	case err == nil:
		if o.failures > 0 {
			o.logger.Info("server is reachable again", "attempts", o.failures+1)
		}
		o.failures, o.notBefore = 0, time.Time{}
		o.sent.Add(int64(b.count))
		return true
	case errors.As(err, &refused) && refused.forGood():
		o.logger.Error("server refused a batch for good, it is dropped", "kind", b.kind, "records", b.count, "error", err)
		o.lost.Add(int64(b.count))
		return true
	case ctx.Err() != nil:
		return false
	}
	wait := backoff(o.failures)
	if refused != nil {
		wait = max(wait, refused.wait)
	}
	o.failures++
	o.notBefore = o.now().Add(wait)
	o.logger.Warn("batch could not be sent, it is buffered", "kind", b.kind, "records", b.count, "next_attempt_in", wait.Round(time.Millisecond), "error", err)
	return false
}

// backoff doubles from firstWait to longestWait, less up to a quarter by chance,
// so that a hundred agents do not come back in one instant.
func backoff(failures int) time.Duration {
	wait := min(firstWait<<min(failures, 10), longestWait)
	return wait - time.Duration(rand.Int64N(int64(wait/4)))
}

// refusal is an answer other than 2xx.
type refusal struct {
	status int
	wait   time.Duration // that the server asks for, or that the answer suggests
	detail string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("server answered %d: %s", r.status, r.detail)
}

// forGood reports that the same batch will never be taken. A wrong key or
// address is for a person to mend, and the data waits for that.
func (r *refusal) forGood() bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return r.status >= 400 && r.status < 500
}

func (o *outbox) send(ctx context.Context, b batch) error {
	// A request cut off by a stop may have been taken: the batch would be sent
	// again by the next start. So it gets some time to end.
	running, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cancel) })()
	path, contentType := "/v1/"+string(b.kind), "application/x-protobuf"
	if b.kind == changeBatch {
		path, contentType = "/changes", "application/json"
	}
	request, err := http.NewRequestWithContext(running, http.MethodPost, o.server+path, bytes.NewReader(b.body))
	if err != nil {
		return errors.New("the server's address is not valid") // the error would name the key
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Content-Encoding", "gzip")
	response, err := o.client.Do(request)
	if err != nil {
		if withURL, ok := errors.AsType[*url.Error](err); ok { // its text has the key in it
			err = withURL.Err
		}
		return fmt.Errorf("send a batch: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	if response.StatusCode/100 != 2 {
		return o.refused(response, answer)
	}
	if n := rejected(answer); n > 0 && b.kind != changeBatch {
		o.lost.Add(n)
		o.logger.Warn("server took a batch in part", "kind", b.kind, "rejected", n)
	}
	return nil
}

func (o *outbox) refused(response *http.Response, answer []byte) *refusal {
	r := &refusal{status: response.StatusCode, detail: cut(string(bytes.ToValidUTF8(answer, nil)), 200)}
	switch response.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		r.wait = wrongKeyWait
	}
	if response.StatusCode/100 == 3 {
		r.wait, r.detail = wrongKeyWait, "it redirects; set its final address as server"
	}
	after := response.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(after); err == nil {
		r.wait = min(time.Duration(seconds)*time.Second, longestAsked)
	} else if at, err := http.ParseTime(after); err == nil {
		r.wait = min(at.Sub(o.now()), longestAsked)
	}
	return r
}

// rejected reads how many records a partial success names: field 1 of field 1 of
// ExportLogsServiceResponse and ExportMetricsServiceResponse.
func rejected(answer []byte) int64 {
	number, kind, n := protowire.ConsumeTag(answer)
	if n < 0 || number != 1 || kind != protowire.BytesType {
		return 0
	}
	partial, m := protowire.ConsumeBytes(answer[n:])
	if m < 0 {
		return 0
	}
	number, kind, n = protowire.ConsumeTag(partial)
	if n < 0 || number != 1 || kind != protowire.VarintType {
		return 0
	}
	count, m := protowire.ConsumeVarint(partial[n:])
	if m < 0 {
		return 0
	}
	return int64(count)
}
