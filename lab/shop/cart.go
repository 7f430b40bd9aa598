package shop

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
)

// cart prices orders by the discount rules of its release and keeps each in a
// spool on disk before it answers.
type cart struct {
	config CartConfig
	rules  []discountRule
	spool  *spool
	log    io.Writer // plain text, stack traces over many lines
}

func buildCart(_ context.Context, file []byte, m *metrics) (*generation, error) {
	config, err := decode[CartConfig](file)
	if err != nil {
		return nil, err
	}
	var discounts struct {
		Rules []discountRule `json:"rules"`
	}
	if err := config.readRelease("discounts.json", &discounts); err != nil {
		return nil, err
	}
	log, err := openLog(config.Log)
	if err != nil {
		return nil, err
	}
	orders, err := openSpool(config.Data, config.Quota)
	if err != nil {
		log.Close()
		return nil, err
	}
	c := &cart{config: config, rules: discounts.Rules, spool: orders, log: log}
	c.printf("INFO ", "cart %s in force, %d discount rules", config.Version, len(c.rules))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /offers", m.measured("offers", c.recovered(c.serveOffers)))
	mux.HandleFunc("POST /orders", m.measured("orders", c.recovered(c.serveOrders)))
	return &generation{
		base:    config.Base,
		handler: mux,
		observe: func() {
			m.quotaLimit.WithLabelValues().Set(float64(config.Quota))
			if used, err := orders.used(); err == nil {
				m.quotaUsed.WithLabelValues().Set(float64(used))
			}
		},
		release: func() {
			orders.close()
			log.Close()
		},
	}, nil
}

type offerList struct {
	Offers []string `json:"offers"`
}

func (c *cart) serveOffers(w http.ResponseWriter, _ *http.Request) {
	offers := make([]string, len(c.rules))
	for i, rule := range c.rules {
		offers[i] = rule.Name
	}
	answer(w, http.StatusOK, offerList{offers})
}

type orderRequest struct {
	Session string `json:"session"`
	Items   []Item `json:"items"`
}

type order struct {
	ID    string    `json:"id"`
	Total int64     `json:"total"` // in rupiah, discount taken off
	Items []Item    `json:"items"`
	At    time.Time `json:"at"`
}

func (c *cart) serveOrders(w http.ResponseWriter, r *http.Request) {
	var request orderRequest
	if !readBody(w, r, &request) {
		return
	}
	if len(request.Items) > c.config.MaxItems {
		answer(w, http.StatusUnprocessableEntity, problem{fmt.Sprintf("an order has at most %d items", c.config.MaxItems)})
		return
	}
	placed := order{ID: uuid.NewString(), Items: request.Items, At: time.Now().UTC(), Total: total(request.Items, c.rules)}
	line, err := json.Marshal(placed)
	if err == nil {
		err = c.spool.append(append(line, '\n'))
	}
	if err != nil {
		c.printf("ERROR", "order %s could not be kept: %v", placed.ID, err)
		answer(w, http.StatusInsufficientStorage, problem{"the order could not be kept"})
		return
	}
	c.printf("INFO ", "order %s placed, %d items, total Rp %d", placed.ID, len(placed.Items), placed.Total)
	answer(w, http.StatusCreated, placed)
}

// recovered answers 500 for a handler that panics, and logs the stack.
func (c *cart) recovered(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if thrown := recover(); thrown != nil {
				c.printf("ERROR", "%s %s: panic: %v\n%s", r.Method, r.URL.Path, thrown, debug.Stack())
				answer(w, http.StatusInternalServerError, problem{"internal error"})
			}
		}()
		next(w, r)
	}
}

func (c *cart) printf(level, format string, args ...any) {
	fmt.Fprintf(c.log, "%s %s [cart] %s\n", time.Now().UTC().Format("2006-01-02 15:04:05,000"), level, fmt.Sprintf(format, args...))
}

// readBody decodes a JSON body of at most 64 KiB, or answers 400.
func readBody(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(into); err != nil {
		answer(w, http.StatusBadRequest, problem{err.Error()})
		return false
	}
	return true
}
