package intake

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// SNSMessage is the envelope in which Amazon SNS delivers.
// Contract: Amazon SNS developer guide, "Parsing message formats" and
// "Verifying the signatures of Amazon SNS messages".
type SNSMessage struct {
	Type             string `json:"Type"` // Notification, SubscriptionConfirmation, UnsubscribeConfirmation
	MessageID        string `json:"MessageId"`
	TopicARN         string `json:"TopicArn"`
	Subject          string `json:"Subject"`
	Message          string `json:"Message"`
	Timestamp        string `json:"Timestamp"`
	Token            string `json:"Token"`
	SubscribeURL     string `json:"SubscribeURL"`
	SignatureVersion string `json:"SignatureVersion"` // 1: SHA-1, 2: SHA-256
	Signature        string `json:"Signature"`
	SigningCertURL   string `json:"SigningCertURL"`
}

// ReadSNS reads an envelope; the error is an [*Error].
func ReadSNS(body []byte) (SNSMessage, error) {
	var m SNSMessage
	if err := json.Unmarshal(body, &m); err != nil {
		return m, unreadable("expected the JSON envelope of Amazon SNS; leave raw message delivery off: %v", err)
	}
	return m, nil
}

// snsHost is where SNS serves certificates and confirmations from. Anything
// else would let a stranger choose what Sigap fetches and trusts.
var snsHost = regexp.MustCompile(`^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`)

// snsURL returns raw if it is an https address at SNS itself.
func snsURL(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("reading the address %q: %w", raw, err)
	}
	if u.Scheme != "https" || u.User != nil || !snsHost.MatchString(u.Host) {
		return "", fmt.Errorf("the address %q is not at sns.*.amazonaws.com", raw)
	}
	return u.String(), nil
}

// CertificateURL returns where the certificate is that signed the message, if
// it is at SNS itself.
func (m SNSMessage) CertificateURL() (string, error) {
	address, err := snsURL(m.SigningCertURL)
	if err == nil && !strings.HasSuffix(address, ".pem") {
		return "", fmt.Errorf("the address %q is not of a certificate", address)
	}
	return address, err
}

// ConfirmURL returns what to visit, once the signature is verified, so that
// the topic delivers; "" if the message asks for no confirmation.
func (m SNSMessage) ConfirmURL() (string, error) {
	if m.Type != "SubscriptionConfirmation" {
		return "", nil
	}
	return snsURL(m.SubscribeURL)
}

// Verify checks that the certificate's owner signed the message.
func (m SNSMessage) Verify(certificate *x509.Certificate) error {
	algorithm := x509.SHA256WithRSA
	if m.SignatureVersion == "1" {
		algorithm = x509.SHA1WithRSA
	}
	signature, err := base64.StdEncoding.DecodeString(m.Signature)
	if err != nil {
		return fmt.Errorf("decoding the signature of SNS message %s: %w", m.MessageID, err)
	}
	if err := certificate.CheckSignature(algorithm, []byte(m.signed()), signature); err != nil {
		return fmt.Errorf("checking the signature of SNS message %s: %w", m.MessageID, err)
	}
	return nil
}

// signed is the text that SNS signs: names and values in this order.
func (m SNSMessage) signed() string {
	pairs := [][2]string{{"Message", m.Message}, {"MessageId", m.MessageID}}
	if m.Type == "Notification" {
		if m.Subject != "" {
			pairs = append(pairs, [2]string{"Subject", m.Subject})
		}
		pairs = append(pairs, [2]string{"Timestamp", m.Timestamp})
	} else {
		pairs = append(pairs, [2]string{"SubscribeURL", m.SubscribeURL}, [2]string{"Timestamp", m.Timestamp}, [2]string{"Token", m.Token})
	}
	pairs = append(pairs, [2]string{"TopicArn", m.TopicARN}, [2]string{"Type", m.Type})
	var b strings.Builder
	for _, pair := range pairs {
		b.WriteString(pair[0] + "\n" + pair[1] + "\n")
	}
	return b.String()
}
