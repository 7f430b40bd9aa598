package intake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"os"
	"testing"
	"time"
)

// snsSigner is a certificate as SNS has one, and its key.
func snsSigner(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

// sign signs a message as SNS documents it.
func sign(t *testing.T, m *SNSMessage, key *rsa.PrivateKey, signed string) {
	t.Helper()
	hash, sum := crypto.SHA256, sha256.Sum256([]byte(signed))
	digest := sum[:]
	if m.SignatureVersion == "1" {
		short := sha1.Sum([]byte(signed))
		hash, digest = crypto.SHA1, short[:]
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, hash, digest)
	if err != nil {
		t.Fatal(err)
	}
	m.Signature = base64.StdEncoding.EncodeToString(signature)
}

func TestOnlyWhatSNSSignedIsVerified(t *testing.T) {
	t.Parallel()
	certificate, key := snsSigner(t)
	stranger, _ := snsSigner(t)
	tests := []struct {
		name   string
		m      SNSMessage
		signed string
	}{
		{
			"a notification, version 1",
			SNSMessage{Type: "Notification", MessageID: "1", TopicARN: "arn", Message: "m", Timestamp: "now", SignatureVersion: "1"},
			"Message\nm\nMessageId\n1\nTimestamp\nnow\nTopicArn\narn\nType\nNotification\n",
		},
		{
			"a notification with a subject, version 2",
			SNSMessage{Type: "Notification", MessageID: "1", TopicARN: "arn", Subject: "s", Message: "m", Timestamp: "now", SignatureVersion: "2"},
			"Message\nm\nMessageId\n1\nSubject\ns\nTimestamp\nnow\nTopicArn\narn\nType\nNotification\n",
		},
		{
			"a confirmation",
			SNSMessage{Type: "SubscriptionConfirmation", MessageID: "1", TopicARN: "arn", Message: "m", Timestamp: "now", Token: "t", SubscribeURL: "u", SignatureVersion: "2"},
			"Message\nm\nMessageId\n1\nSubscribeURL\nu\nTimestamp\nnow\nToken\nt\nTopicArn\narn\nType\nSubscriptionConfirmation\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := test.m
			sign(t, &m, key, test.signed)
			if err := m.Verify(certificate); err != nil {
				t.Error(err)
			}
			if m.Verify(stranger) == nil {
				t.Error("verified with a stranger's certificate")
			}
			m.Message += "!"
			if m.Verify(certificate) == nil {
				t.Error("verified although it was changed")
			}
		})
	}
}

func TestNothingIsFetchedButFromSNS(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/aws/confirmation.json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadSNS(body)
	if err != nil {
		t.Fatal(err)
	}
	if confirm, err := m.ConfirmURL(); err != nil || confirm != m.SubscribeURL {
		t.Errorf("got %q, %v", confirm, err)
	}
	if certificate, err := m.CertificateURL(); err != nil || certificate != m.SigningCertURL {
		t.Errorf("got %q, %v", certificate, err)
	}
	for _, bad := range []string{
		"", "http://sns.ap-southeast-3.amazonaws.com/x.pem", "https://sns.ap-southeast-3.amazonaws.com.evil.example/x.pem",
		"https://evil.example/sns.ap-southeast-3.amazonaws.com/x.pem", "https://s3.amazonaws.com/bucket/x.pem",
		"https://user@sns.ap-southeast-3.amazonaws.com/x.pem", "https://sns.ap-southeast-3.amazonaws.com:8443/x.pem", "https://sns.a/b.amazonaws.com/x.pem",
	} {
		m.SubscribeURL, m.SigningCertURL = bad, bad
		if u, err := m.ConfirmURL(); err == nil {
			t.Errorf("would confirm at %q", u)
		}
		if u, err := m.CertificateURL(); err == nil {
			t.Errorf("would fetch a certificate from %q", u)
		}
	}
	m.Type = "Notification"
	if u, err := m.ConfirmURL(); u != "" || err != nil {
		t.Errorf("a notification asks to confirm: %q, %v", u, err)
	}
}
