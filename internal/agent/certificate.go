package agent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

const (
	certificateEvery   = 10 * time.Minute // between looks: days are what counts
	certificateTimeout = 5 * time.Second
)

// certificateSampler measures for how many days certificates are still valid.
type certificateSampler struct {
	sources []string
	expiry  map[string]time.Time
	looked  time.Time
	err     error
}

func newCertificateSampler(sources []string) *certificateSampler {
	return &certificateSampler{sources: sources, expiry: map[string]time.Time{}}
}

func (c *certificateSampler) sample(ctx context.Context, now time.Time) ([]*metricspb.Metric, error) {
	if len(c.sources) > 0 && (c.looked.IsZero() || now.Sub(c.looked) >= certificateEvery) {
		c.look(ctx)
		c.looked = now
	}
	var metrics []*metricspb.Metric
	for _, source := range c.sources {
		if until, ok := c.expiry[source]; ok {
			metrics = append(metrics, gauge("certificate_valid_days", now, until.Sub(now).Hours()/24, map[string]string{"certificate": source}))
		}
	}
	return metrics, c.err
}

func (c *certificateSampler) look(ctx context.Context) {
	c.err = nil
	for _, source := range c.sources {
		read := servedExpiry
		if filepath.IsAbs(source) {
			read = fileExpiry
		}
		until, err := read(ctx, source)
		if err != nil {
			c.err = errors.Join(c.err, fmt.Errorf("look at certificate %s: %w", source, err))
			delete(c.expiry, source)
			continue
		}
		c.expiry[source] = until
	}
}

// fileExpiry answers when the first certificate of a PEM file ends that ends.
func fileExpiry(_ context.Context, path string) (time.Time, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}, err
	}
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return time.Time{}, err
		}
		chain = append(chain, certificate)
	}
	return earliest(chain)
}

// servedExpiry asks a server for its certificates. It does not verify them: an
// expired or private one is what it is to measure, and nothing is sent.
func servedExpiry(ctx context.Context, address string) (time.Time, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return time.Time{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, certificateTimeout)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: host, InsecureSkipVerify: true}} //nolint:gosec // see above
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return time.Time{}, err
	}
	defer connection.Close()
	return earliest(connection.(*tls.Conn).ConnectionState().PeerCertificates)
}

func earliest(chain []*x509.Certificate) (time.Time, error) {
	if len(chain) == 0 {
		return time.Time{}, errors.New("there is none")
	}
	until := chain[0].NotAfter
	for _, certificate := range chain[1:] {
		if certificate.NotAfter.Before(until) {
			until = certificate.NotAfter
		}
	}
	return until, nil
}
