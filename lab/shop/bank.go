package shop

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// bank is the card gateway of another company: it takes its time to clear an
// amount, declines some cards, and serves whom it knows.
type bank struct {
	config BankConfig
}

func buildBank(_ context.Context, file []byte, m *metrics) (*generation, error) {
	config, err := decode[BankConfig](file)
	if err != nil {
		return nil, err
	}
	certificate, err := tls.LoadX509KeyPair(config.Certificate, config.Key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	b := &bank{config: config}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /authorise", m.measured("authorise", b.serveAuthorise))
	return &generation{
		base:        config.Base,
		handler:     mux,
		certificate: &certificate,
		observe: func() {
			m.notAfter.WithLabelValues().Set(float64(certificate.Leaf.NotAfter.Unix()))
		},
		release: func() {},
	}, nil
}

type authorisation struct {
	Merchant string `json:"merchant"`
	Account  string `json:"account"`
	Card     string `json:"card"`
	Amount   int64  `json:"amount"`
}

type authorised struct {
	Code string `json:"code"`
}

func (b *bank) serveAuthorise(w http.ResponseWriter, r *http.Request) {
	var request authorisation
	if !readBody(w, r, &request) {
		return
	}
	if !slices.Contains(b.config.Merchants, request.Merchant) {
		answer(w, http.StatusForbidden, problem{"unknown merchant " + request.Merchant})
		return
	}
	select {
	case <-time.After(around(time.Duration(b.config.ClearingTime))):
	case <-r.Context().Done():
		return
	}
	if strings.HasSuffix(request.Card, "0002") { // the card that test gateways decline
		answer(w, http.StatusPaymentRequired, problem{"declined"})
		return
	}
	answer(w, http.StatusOK, authorised{fmt.Sprintf("A%06d", rand.N(1_000_000))})
}

// around spreads d by a fifth to either side.
func around(d time.Duration) time.Duration {
	return d*4/5 + rand.N(d*2/5+1)
}
