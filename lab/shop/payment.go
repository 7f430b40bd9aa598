package shop

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"time"
)

// payment charges cards: it reads the merchant's account, asks the bank, and
// keeps the answer. The database connection is held all the while, so that
// the pool bounds how many charges are under way.
type payment struct {
	config  PaymentConfig
	cards   []string
	db      *sql.DB
	bank    dependency
	metrics *metrics
	log     *slog.Logger // JSON
}

func buildPayment(ctx context.Context, file []byte, m *metrics) (*generation, error) {
	config, err := decode[PaymentConfig](file)
	if err != nil {
		return nil, err
	}
	var accepted struct {
		Brands []string `json:"brands"`
	}
	if err := config.readRelease("cards.json", &accepted); err != nil {
		return nil, err
	}
	client, err := bankClient(config.BankCA, m)
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, config.Data, "payments.db", `
		CREATE TABLE IF NOT EXISTS merchants (id TEXT PRIMARY KEY, account TEXT NOT NULL);
		CREATE TABLE IF NOT EXISTS charges (
			order_id TEXT PRIMARY KEY, merchant TEXT NOT NULL, amount INTEGER NOT NULL, code TEXT NOT NULL, at TEXT NOT NULL);
		INSERT INTO merchants VALUES ('toko-sigap', 'ID-88-0012-4477') ON CONFLICT DO NOTHING;`)
	if err != nil {
		return nil, err
	}
	logFile, err := openLog(config.Log)
	if err != nil {
		db.Close()
		return nil, err
	}
	db.SetMaxOpenConns(config.PoolMax)
	db.SetMaxIdleConns(config.PoolMax)
	p := &payment{
		config: config, cards: accepted.Brands, db: db, metrics: m,
		log:  slog.New(slog.NewJSONHandler(logFile, nil)).With("service", "payment", "version", config.Version),
		bank: dependency{"bank", config.BankURL, time.Duration(config.BankTimeout), client, m},
	}
	p.log.Info("configuration in force", "pool_max", config.PoolMax, "bank", config.BankURL)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charges", m.measured("charges", p.serveCharges))
	return &generation{
		base:    config.Base,
		handler: mux,
		observe: func() {
			m.poolInUse.WithLabelValues().Set(float64(db.Stats().InUse))
			m.poolMax.WithLabelValues().Set(float64(config.PoolMax))
		},
		release: func() {
			db.Close()
			logFile.Close()
		},
	}, nil
}

// bankClient trusts the bank's authority alone. The bank closes each
// connection after its answer, as old gateways do.
func bankClient(authority string, m *metrics) (*http.Client, error) {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return nil, fmt.Errorf("read the bank's authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the bank's authority: no certificate in %s", authority)
	}
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{
			RootCAs: roots,
			VerifyConnection: func(state tls.ConnectionState) error {
				seenUntil(m, state.PeerCertificates)
				return nil
			},
		},
	}}, nil
}

type chargeRequest struct {
	Order  string `json:"order"`
	Amount int64  `json:"amount"`
	Card   string `json:"card"`
}

type charge struct {
	Order string `json:"order"`
	Code  string `json:"code"` // the bank's authorisation code
}

func (p *payment) serveCharges(w http.ResponseWriter, r *http.Request) {
	var request chargeRequest
	if !readBody(w, r, &request) {
		return
	}
	log := p.log.With("order", request.Order, "amount", request.Amount)
	if !slices.Contains(p.cards, brand(request.Card)) {
		log.Info("card brand not accepted", "brand", brand(request.Card))
		answer(w, http.StatusPaymentRequired, problem{"card brand not accepted"})
		return
	}
	code, err := p.charge(r.Context(), request)
	var said *statusError
	switch {
	case err == nil:
		log.Info("charge authorised", "code", code)
		answer(w, http.StatusCreated, charge{request.Order, code})
	case errors.As(err, &said) && said.code == http.StatusPaymentRequired:
		log.Info("card declined by the bank", "brand", brand(request.Card))
		answer(w, http.StatusPaymentRequired, problem{"the card was declined"})
	case errors.Is(err, errNoConnection):
		stats := p.db.Stats()
		log.Error("no database connection in time", "error", err.Error(),
			"in_use", stats.InUse, "max", stats.MaxOpenConnections, "waited", time.Duration(p.config.PoolWait).String())
		answer(w, http.StatusServiceUnavailable, problem{"busy"})
	case r.Context().Err() != nil:
		log.Warn("the caller gave up before the charge was made", "error", err.Error())
		answer(w, statusCallerGone, problem{"the caller gave up"})
	default:
		log.Error("charge failed", "error", err.Error())
		answer(w, failureStatus(r, err), problem{"the charge could not be made"})
	}
}

var errNoConnection = errors.New("connection pool: wait limit reached")

// charge returns the bank's authorisation code.
func (p *payment) charge(ctx context.Context, request chargeRequest) (string, error) {
	conn, err := p.connection(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var account string
	if err := conn.QueryRowContext(ctx, `SELECT account FROM merchants WHERE id = $1`, p.config.Merchant).Scan(&account); err != nil {
		return "", fmt.Errorf("look up merchant %q: %w", p.config.Merchant, err)
	}
	authorised, err := p.authorise(ctx, authorisation{p.config.Merchant, account, request.Card, request.Amount})
	if err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, `INSERT INTO charges VALUES ($1, $2, $3, $4, $5)`,
		request.Order, p.config.Merchant, request.Amount, authorised.Code, time.Now().UTC().Format(time.RFC3339Nano))
	if err != nil {
		return "", fmt.Errorf("keep charge %s: %w", authorised.Code, err)
	}
	return authorised.Code, nil
}

// connection takes a connection from the pool, or errNoConnection after the wait limit.
func (p *payment) connection(ctx context.Context) (*sql.Conn, error) {
	began := time.Now()
	waiting, cancel := context.WithTimeout(ctx, time.Duration(p.config.PoolWait))
	defer cancel()
	conn, err := p.db.Conn(waiting)
	p.metrics.poolWait.WithLabelValues().Observe(time.Since(began).Seconds())
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, errNoConnection
	}
	if err != nil {
		return nil, fmt.Errorf("take a database connection: %w", err)
	}
	return conn, nil
}

// authorise asks the bank. A certificate that was not taken is exported too,
// which VerifyConnection never sees.
func (p *payment) authorise(ctx context.Context, request authorisation) (authorised, error) {
	var given authorised
	err := p.bank.call(ctx, http.MethodPost, "/authorise", request, &given)
	if shown := (*tls.CertificateVerificationError)(nil); errors.As(err, &shown) {
		seenUntil(p.metrics, shown.UnverifiedCertificates)
	}
	return given, err
}

// seenUntil exports how long the certificate that the bank showed lasts.
func seenUntil(m *metrics, chain []*x509.Certificate) {
	m.peerNotAfter.WithLabelValues("bank").Set(float64(chain[0].NotAfter.Unix()))
}

// brand is the card's network, by its first digit.
func brand(card string) string {
	if card == "" {
		return "none"
	}
	switch card[0] {
	case '4':
		return "visa"
	case '5':
		return "mastercard"
	case '3':
		return "jcb"
	}
	return "gpn"
}
