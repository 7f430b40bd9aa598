package intake

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what Intercom signs with
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"slices"
	"strings"
)

// signedBySHA256 checks an HMAC-SHA256 of the body in hexadecimal, with or
// without "sha256=" before it: how GitHub (X-Hub-Signature-256) and Sentry
// (Sentry-Hook-Signature) sign.
func signedBySHA256(header string) func(Request, string) bool {
	return signedBy(header, sha256.New)
}

// signedBySHA1 checks an HMAC-SHA1 with "sha1=" before it: how Intercom signs.
// As an HMAC, SHA-1 is not broken.
func signedBySHA1(header string) func(Request, string) bool {
	return signedBy(header, sha1.New)
}

// signedBySHA512 checks an HMAC-SHA512: how Terraform signs.
func signedBySHA512(header string) func(Request, string) bool {
	return signedBy(header, sha512.New)
}

func signedBy(header string, hash func() hash.Hash) func(Request, string) bool {
	return func(req Request, secret string) bool {
		value := req.Header.Get(header)
		if _, sum, named := strings.Cut(value, "="); named {
			value = sum
		}
		sent, err := hex.DecodeString(value)
		if err != nil || secret == "" {
			return false
		}
		mac := hmac.New(hash, []byte(secret))
		mac.Write(req.Body)
		return hmac.Equal(sent, mac.Sum(nil))
	}
}

// carriesToken checks a secret that the sender sends as it is: how GitLab
// (X-Gitlab-Token) shows who it is.
func carriesToken(header string) func(Request, string) bool {
	return func(req Request, secret string) bool {
		return secret != "" && subtle.ConstantTimeCompare([]byte(req.Header.Get(header)), []byte(secret)) == 1
	}
}

// CarriesSecret checks a secret that any sender can send along: as a bearer
// token, as the password of HTTP's basic authentication, or in the header
// X-Sigap-Secret.
func CarriesSecret(req Request, secret string) bool {
	_, password, _ := (&http.Request{Header: req.Header}).BasicAuth()
	bearer, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	for _, sent := range []string{bearer, password, req.Header.Get("X-Sigap-Secret")} {
		if secret != "" && subtle.ConstantTimeCompare([]byte(sent), []byte(secret)) == 1 {
			return true
		}
	}
	return false
}

// anyOf lets a sender show who it is in any of several ways.
func anyOf(ways ...func(Request, string) bool) func(Request, string) bool {
	return func(req Request, secret string) bool {
		return slices.ContainsFunc(ways, func(way func(Request, string) bool) bool { return way(req, secret) })
	}
}

// signedWithTime checks an HMAC-SHA256 of the time that a header names, a
// separator and the body, in hexadecimal or base64: how Grafana (with ":",
// and of the body alone if it sends no time) and Zendesk sign.
func signedWithTime(header, timeHeader, separator string) func(Request, string) bool {
	return func(req Request, secret string) bool {
		sent := req.Header.Get(header)
		raw, err := hex.DecodeString(sent)
		if err != nil {
			raw, err = base64.StdEncoding.DecodeString(sent)
		}
		if err != nil || len(raw) == 0 || secret == "" {
			return false
		}
		mac := hmac.New(sha256.New, []byte(secret))
		if at := req.Header.Get(timeHeader); at != "" {
			mac.Write([]byte(at + separator))
		}
		mac.Write(req.Body)
		return hmac.Equal(raw, mac.Sum(nil))
	}
}
