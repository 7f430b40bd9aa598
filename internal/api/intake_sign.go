package api

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/sigap-dev/sigap/internal/identify/intake"
)

var errUnsigned = &intake.Error{Status: http.StatusUnauthorized, Title: "The signature is missing or wrong",
	Detail: "This key demands that the sender signs with the secret that is set for it, or sends it along. Set the same secret on both sides."}

// signed checks that the sender signed with one of the key's secrets, if the
// key demands it.
func (s *Server) signed(ctx context.Context, key SenderKey, sender intake.Sender, req intake.Request) error {
	if len(key.Signing) == 0 {
		return nil
	}
	if key.Source == "aws" {
		return s.signedBySNS(ctx, req.Body)
	}
	if !slices.ContainsFunc(key.Signing, func(secret string) bool { return sender.Signed(req, secret) }) {
		return errUnsigned
	}
	return nil
}

// certificates keeps those that signed a message of Amazon SNS, by address.
type certificates struct {
	mu    sync.Mutex
	known map[string]*x509.Certificate
}

// maxCertificates bounds what strangers can make Sigap keep; Amazon has one a
// region, renewed every year.
const maxCertificates = 100

// signedBySNS checks a message's signature with the certificate that it names,
// which must lie at Amazon SNS itself, and confirms the subscription that the
// message asks to confirm.
func (s *Server) signedBySNS(ctx context.Context, body []byte) error {
	m, err := intake.ReadSNS(body)
	if err != nil {
		return err
	}
	address, err := m.CertificateURL()
	if err != nil {
		return errUnsigned
	}
	certificate, err := s.certificate(ctx, address)
	if err != nil {
		s.Logger.WarnContext(ctx, "the certificate of Amazon SNS was not read", "address", address, "err", err)
		return errUnavailable // SNS tries again
	}
	if err := m.Verify(certificate); err != nil {
		return errUnsigned
	}
	confirm, err := m.ConfirmURL()
	if err != nil || confirm == "" {
		return err
	}
	if _, err := s.Fetch(ctx, confirm); err != nil {
		s.Logger.WarnContext(ctx, "a subscription of Amazon SNS was not confirmed", "topic", m.TopicARN, "err", err)
	}
	return nil
}

func (s *Server) certificate(ctx context.Context, address string) (*x509.Certificate, error) {
	c := &s.certificates
	c.mu.Lock()
	known := c.known[address]
	c.mu.Unlock()
	if known != nil && s.Now().Before(known.NotAfter) {
		return known, nil
	}
	raw, err := s.Fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("it is no certificate in PEM")
	}
	read, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	if now := s.Now(); now.Before(read.NotBefore) || now.After(read.NotAfter) {
		return nil, errors.New("the certificate is not valid at this time")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxCertificates {
		c.known = map[string]*x509.Certificate{}
	}
	c.known[address] = read
	return read, nil
}
