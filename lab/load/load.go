// Package load sends a shop the requests of many users, and measures what
// they see of it.
//
// The load is open: requests begin at their moments whether or not those
// before were answered, as users do, so that a slow shop is not spared.
package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/sigap-dev/sigap/lab/shop"
)

const (
	// DefaultRate is the number of requests a second on an ordinary day.
	DefaultRate = 24
	// PeakRate is that of a busy hour, which a healthy shop bears.
	PeakRate = 60

	checkouts = 0.45            // share of requests that buy
	declined  = 0.02            // share of cards that the bank declines
	patience  = 8 * time.Second // after which a user gives up
	memory    = 2 * time.Minute // for which results are kept
	unserved  = 400             // requests under way, at which no more are begun

	longestLag = 2 * time.Second // behind the moments at which requests should begin
)

// Options say whom to load and how.
type Options struct {
	URL  string  // of the shop's public side
	Rate float64 // requests a second on average; 0: DefaultRate
	Seed uint64  // of everything that is random about the users

	// ReportsURL is where some of the users who are let down tell support, in
	// the public intake, key included. Empty: nowhere.
	ReportsURL string
	Log        *slog.Logger // of complaints that did not get there; nil: none
}

// Generator loads a shop from Start to Stop.
type Generator struct {
	url        string
	reportsURL string
	random     *rand.Rand // of the pacing loop alone
	client     *http.Client
	log        *slog.Logger
	cancel     context.CancelFunc
	ended      sync.WaitGroup

	mu      sync.Mutex
	rate    float64
	results []Result  // by the time of their end
	heard   time.Time // when support heard the latest complaint
}

// Result is what one user saw.
type Result struct {
	Began   time.Time
	Took    time.Duration
	Handler string // home, checkout
	Code    int    // 0: no answer
}

// Failed tells whether the shop did not do its part; a declined card is no failure.
func (r Result) Failed() bool { return r.Code == 0 || r.Code >= http.StatusInternalServerError }

// Start begins the load. It ends with Stop, or when ctx does.
func Start(ctx context.Context, options Options) *Generator {
	if options.Rate == 0 {
		options.Rate = DefaultRate
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(ctx)
	g := &Generator{
		url:        options.URL,
		reportsURL: options.ReportsURL,
		log:        options.Log,
		rate:       options.Rate,
		random:     newRandom(options.Seed),
		client: &http.Client{
			Timeout: patience,
			Transport: &http.Transport{
				MaxIdleConnsPerHost: 32,
				DialContext:         (&net.Dialer{Timeout: time.Second}).DialContext,
			},
		},
		cancel: cancel,
	}
	g.ended.Go(func() { g.pace(ctx) })
	return g
}

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// Stop begins no more requests and returns when those under way have ended.
func (g *Generator) Stop() {
	g.cancel()
	g.ended.Wait()
	g.client.CloseIdleConnections()
}

// SetRate changes the load to that many requests a second, more than 0; PeakRate
// is one.
func (g *Generator) SetRate(rate float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rate = rate
}

// pace begins requests as users come: independently, at the rate.
func (g *Generator) pace(ctx context.Context) {
	free := make(chan struct{}, unserved)
	next := time.Now()
	for {
		g.mu.Lock()
		gap := time.Duration(g.random.ExpFloat64() / g.rate * float64(time.Second))
		g.mu.Unlock()
		if next = next.Add(min(gap, time.Second)); time.Since(next) > longestLag {
			next = time.Now() // the machine slept; users who never came are not made up for
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(next)):
		}
		visit := g.visit()
		select {
		case free <- struct{}{}:
		default:
			g.keep(Result{Began: next, Handler: visit.handler}) // this user finds the door closed
			continue
		}
		g.ended.Go(func() {
			g.serve(ctx, visit)
			<-free
		})
	}
}

// visit is one request, drawn before it is sent so that a seed gives the same users.
type visit struct {
	handler  string
	purchase shop.Purchase
	client   string
	agent    string

	complains bool // to support, if let down
	mood      int  // picks the words
}

func (g *Generator) visit() visit {
	agents := []string{
		"Mozilla/5.0 (Linux; Android 15; SM-A556E) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile Safari/604.1",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
	}
	v := visit{
		handler: "home",
		client:  fmt.Sprintf("203.0.113.%d", 1+g.random.IntN(254)), // RFC 5737: for documentation
		agent:   agents[g.random.IntN(len(agents))],
	}
	v.complains, v.mood = g.random.Float64() < complainers, g.random.IntN(1000)
	v.purchase.Session = fmt.Sprintf("%016x", g.random.Uint64())
	if g.random.Float64() >= checkouts {
		return v
	}
	v.handler = "checkout"
	v.purchase.Card = fmt.Sprintf("%d%011d4242", 3+g.random.IntN(4), g.random.Int64N(1e11))
	if g.random.Float64() < declined {
		v.purchase.Card = "4000000000000002"
	}
	for range 1 + g.random.IntN(3) {
		v.purchase.Items = append(v.purchase.Items, shop.Item{
			SKU: fmt.Sprintf("SKU-%03d", 1+g.random.IntN(shop.Products)), Quantity: 1 + g.random.IntN(3),
		})
	}
	return v
}

// serve sends the request and keeps what came of it.
func (g *Generator) serve(ctx context.Context, v visit) {
	result := Result{Began: time.Now(), Handler: v.handler}
	code, err := g.send(context.WithoutCancel(ctx), v)
	if err == nil {
		result.Code = code
	}
	result.Took = time.Since(result.Began)
	g.keep(result)
	g.complain(context.WithoutCancel(ctx), v, result)
}

func (g *Generator) send(ctx context.Context, v visit) (int, error) {
	method, path, body := http.MethodGet, "/", []byte(nil)
	if v.handler == "checkout" {
		encoded, err := json.Marshal(v.purchase)
		if err != nil {
			return 0, err
		}
		method, path, body = http.MethodPost, "/checkout", encoded
	}
	request, err := http.NewRequestWithContext(ctx, method, g.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("User-Agent", v.agent)
	request.Header.Set("X-Forwarded-For", v.client)
	request.AddCookie(&http.Cookie{Name: "session", Value: v.purchase.Session})
	response, err := g.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

func (g *Generator) keep(r Result) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.results = append(g.results, r)
	if oldest := time.Now().Add(-memory); g.results[0].Began.Before(oldest.Add(-memory)) {
		g.results = since(g.results, oldest)
	}
}
