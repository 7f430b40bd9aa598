package shop

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// front is the public side: the home page and the checkout.
type front struct {
	config    FrontConfig
	home      *template.Template
	catalogue dependency
	cart      dependency
	payment   dependency
	access    io.Writer // combined log format
	errors    io.Writer // one line a failed request, as web servers write them
}

func buildFront(_ context.Context, file []byte, m *metrics) (*generation, error) {
	config, err := decode[FrontConfig](file)
	if err != nil {
		return nil, err
	}
	home, err := template.ParseFiles(filepath.Join(config.Release, "home.html"))
	if err != nil {
		return nil, fmt.Errorf("read release %s: %w", config.Version, err)
	}
	access, err := openLog(config.AccessLog)
	if err != nil {
		return nil, err
	}
	failures, err := openLog(config.Log)
	if err != nil {
		access.Close()
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 16, DialContext: (&net.Dialer{Timeout: time.Second}).DialContext}
	neighbour := func(name, url string, timeout Duration) dependency {
		return dependency{name, url, time.Duration(timeout), &http.Client{Transport: transport}, m}
	}
	f := &front{
		config: config, home: home, access: access, errors: failures,
		catalogue: neighbour("catalogue", config.CatalogueURL, config.CatalogueTimeout),
		cart:      neighbour("cart", config.CartURL, config.CartTimeout),
		payment:   neighbour("payment", config.PaymentURL, config.PaymentTimeout),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", m.measured("home", f.serveHome))
	mux.HandleFunc("POST /checkout", m.measured("checkout", f.serveCheckout))
	return &generation{
		base:    config.Base,
		handler: f.logged(mux),
		observe: func() {},
		release: func() {
			transport.CloseIdleConnections()
			access.Close()
			failures.Close()
		},
	}, nil
}

func (f *front) serveHome(w http.ResponseWriter, r *http.Request) {
	var listing productPage
	path := "/products?" + url.Values{"page": {"1"}, "session": {session(r)}}.Encode()
	if err := f.catalogue.call(r.Context(), http.MethodGet, path, nil, &listing); err != nil {
		f.refuse(w, r, err)
		return
	}
	var offers offerList
	if err := f.cart.call(r.Context(), http.MethodGet, "/offers", nil, &offers); err != nil {
		f.complain("warn", r, fmt.Errorf("show the page without offers: %w", err))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	err := f.home.Execute(w, map[string]any{"Products": listing.Products, "Offers": offers.Offers, "Banner": f.config.Banner})
	if err != nil {
		f.complain("error", r, fmt.Errorf("render the home page: %w", err))
	}
}

// Purchase is the body of POST /checkout.
type Purchase struct {
	Session string `json:"session"`
	Items   []Item `json:"items"`
	Card    string `json:"card"`
}

// Item is one line of an order.
type Item struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
	Price    int64  `json:"price,omitempty"` // in rupiah, filled in from the catalogue
}

func (f *front) serveCheckout(w http.ResponseWriter, r *http.Request) {
	var purchase Purchase
	if !readBody(w, r, &purchase) {
		return
	}
	var prices priceList
	if err := f.catalogue.call(r.Context(), http.MethodPost, "/prices", priceRequest{skus(purchase.Items)}, &prices); err != nil {
		f.refuse(w, r, err)
		return
	}
	for i := range purchase.Items {
		purchase.Items[i].Price = prices.Prices[purchase.Items[i].SKU]
	}
	var placed order
	if err := f.cart.call(r.Context(), http.MethodPost, "/orders", orderRequest{purchase.Session, purchase.Items}, &placed); err != nil {
		f.refuse(w, r, err)
		return
	}
	var paid charge
	err := f.payment.call(r.Context(), http.MethodPost, "/charges", chargeRequest{placed.ID, placed.Total, purchase.Card}, &paid)
	if said := (*statusError)(nil); errors.As(err, &said) && said.code == http.StatusPaymentRequired {
		answer(w, http.StatusPaymentRequired, problem{"the card was declined"})
		return
	}
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	answer(w, http.StatusOK, paid)
}

// refuse answers a request that a dependency let fail, and says so in the error log.
func (f *front) refuse(w http.ResponseWriter, r *http.Request, err error) {
	code, level := failureStatus(r, err), "error"
	if code == statusCallerGone {
		level = "info"
	}
	f.complain(level, r, err)
	answer(w, code, problem{"please try again in a moment"})
}

// complain writes a line in the form of nginx's error log.
func (f *front) complain(level string, r *http.Request, err error) {
	fmt.Fprintf(f.errors, "%s [%s] %d#0: %v, client: %s, server: shop, request: \"%s %s %s\"\n",
		time.Now().UTC().Format("2006/01/02 15:04:05"), level, os.Getpid(), err,
		client(r), r.Method, r.URL.RequestURI(), r.Proto)
}

// logged writes each request to the access log in the combined log format of
// the Apache HTTP server: %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i".
func (f *front) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now().UTC()
		got := &recorder{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(got, r)
		fmt.Fprintf(f.access, "%s - - [%s] \"%s %s %s\" %d %d %q %q\n",
			client(r), began.Format("02/Jan/2006:15:04:05 -0700"), r.Method, r.URL.RequestURI(), r.Proto,
			got.code, got.bytes, orDash(r.Referer()), orDash(r.UserAgent()))
	})
}

// client is the address of the browser, as the load balancer before the shop reports it.
func client(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" {
		return forwarded
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}

func session(r *http.Request) string {
	cookie, err := r.Cookie("session")
	if err != nil {
		return ""
	}
	return cookie.Value
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func skus(items []Item) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = item.SKU
	}
	return all
}
