package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Outcome is what one look saw.
type Outcome struct {
	At    time.Time        `json:"at,omitzero"`
	Took  time.Duration    `json:"took"`
	Fault *incident.Reason `json:"fault,omitempty"` // nil: it is well
}

// The codes of faults.
const (
	NoAnswer     = "noAnswer"     // within {seconds}
	NoConnection = "noConnection" // refused, no route, broken off
	NoName       = "noName"       // the name has no address
	Forbidden    = "forbidden"    // an address that Sigap may not reach
	WrongStatus  = "wrongStatus"  // {status} instead of {want}
	TextMissing  = "textMissing"  // the answer lacks {text}
	WrongAddress = "wrongAddress" // the name has {got}, not {want}
	BadCert      = "badCert"      // not to be trusted: {detail}
	CertEnded    = "certEnded"    // on {date}
	CertEnds     = "certEnds"     // on {date}, in {days} days
)

// Codes are all of them.
func Codes() []string {
	return []string{NoAnswer, NoConnection, NoName, Forbidden, WrongStatus, TextMissing, WrongAddress, BadCert, CertEnded, CertEnds}
}

// Prober looks. Its connections are the caller's, who says which addresses may
// be reached.
type Prober struct {
	HTTP *http.Client
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Now  func() time.Time
	// Refused reports whether an error means that the address may not be
	// reached; nil: all may.
	Refused func(error) bool
	// Roots are the authorities that certificates are checked by; nil: the
	// system's.
	Roots *x509.CertPool
}

// bodyRead is how much of an answer is read in search of a text.
const bodyRead = 64 << 10

// Look asks once, for as long as the probe's timeout.
func (pr *Prober) Look(ctx context.Context, p *Probe) Outcome {
	bounded, cancel := context.WithTimeout(ctx, time.Duration(p.Timeout)*time.Second)
	defer cancel()
	began := time.Now()
	fault := pr.ask(bounded, p)
	took := time.Since(began)
	if fault != nil && errors.Is(bounded.Err(), context.DeadlineExceeded) {
		fault = &incident.Reason{Code: NoAnswer, Args: map[string]string{"seconds": strconv.FormatFloat(took.Round(100*time.Millisecond).Seconds(), 'f', -1, 64)}}
	}
	return Outcome{At: pr.Now(), Took: took, Fault: fault}
}

func (pr *Prober) ask(ctx context.Context, p *Probe) *incident.Reason {
	switch p.Kind {
	case TCP:
		conn, err := pr.Dial(ctx, "tcp", p.Target)
		if err != nil {
			return pr.unreached(err)
		}
		_ = conn.Close()
		return nil
	case DNS:
		return pr.name(ctx, p)
	case TLS:
		return pr.certificate(ctx, p)
	default:
		return pr.page(ctx, p)
	}
}

func (pr *Prober) page(ctx context.Context, p *Probe) *incident.Reason {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Target, nil)
	if err != nil {
		return &incident.Reason{Code: NoConnection}
	}
	req.Header.Set("User-Agent", "Sigap-Probe")
	res, err := pr.HTTP.Do(req)
	if err != nil {
		return pr.unreached(err)
	}
	defer func() { _ = res.Body.Close() }()
	if !p.expects(res.StatusCode) {
		return &incident.Reason{Code: WrongStatus, Args: map[string]string{"status": strconv.Itoa(res.StatusCode), "want": p.Status}}
	}
	if p.Text == "" {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, bodyRead))
	switch {
	case strings.Contains(string(body), p.Text):
		return nil
	case err != nil:
		return pr.unreached(err)
	}
	return &incident.Reason{Code: TextMissing, Args: map[string]string{"text": p.Text}}
}

func (pr *Prober) name(ctx context.Context, p *Probe) *incident.Reason {
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", p.Target)
	if err != nil {
		return &incident.Reason{Code: NoName}
	}
	want, err := netip.ParseAddr(p.Address)
	if err != nil || slices.ContainsFunc(found, func(a netip.Addr) bool { return a.Unmap() == want.Unmap() }) {
		return nil
	}
	var got []string
	for _, a := range found {
		got = append(got, a.Unmap().String())
	}
	return &incident.Reason{Code: WrongAddress, Args: map[string]string{"got": strings.Join(got, ", "), "want": p.Address}}
}

// certificate checks the chain itself after the handshake: a certificate that
// ended is told as such, and not as a handshake that failed.
func (pr *Prober) certificate(ctx context.Context, p *Probe) *incident.Reason {
	raw, err := pr.Dial(ctx, "tcp", p.Target)
	if err != nil {
		return pr.unreached(err)
	}
	defer func() { _ = raw.Close() }()
	host, _, _ := net.SplitHostPort(p.Target)
	conn := tls.Client(raw, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}) //nolint:gosec // verified below
	if err := conn.HandshakeContext(ctx); err != nil {
		return pr.unreached(err)
	}
	chain := conn.ConnectionState().PeerCertificates
	ends := chain[0].NotAfter
	now := pr.Now()
	on := map[string]string{"date": ends.UTC().Format(time.DateOnly), "days": strconv.Itoa(int(ends.Sub(now).Hours() / 24))}
	if now.After(ends) {
		return &incident.Reason{Code: CertEnded, Args: on}
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{DNSName: host, Roots: pr.Roots, Intermediates: between, CurrentTime: now}); err != nil {
		return &incident.Reason{Code: BadCert, Args: map[string]string{"detail": err.Error()}}
	}
	if ends.Sub(now) < time.Duration(p.Days)*24*time.Hour {
		return &incident.Reason{Code: CertEnds, Args: on}
	}
	return nil
}

// unreached words an error of the network.
func (pr *Prober) unreached(err error) *incident.Reason {
	var noName *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case pr.Refused != nil && pr.Refused(err):
		return &incident.Reason{Code: Forbidden}
	case errors.As(err, &noName) && !noName.IsTimeout:
		return &incident.Reason{Code: NoName}
	case errors.As(err, &cert):
		return &incident.Reason{Code: BadCert, Args: map[string]string{"detail": cert.Err.Error()}}
	}
	return &incident.Reason{Code: NoConnection}
}
