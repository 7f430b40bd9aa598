package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"strings"
)

// signedBySHA256 checks an HMAC-SHA256 of the body in hexadecimal, with or
// without "sha256=" before it: how GitHub (X-Hub-Signature-256) and Sentry
// (Sentry-Hook-Signature) sign.
func signedBySHA256(header string) func(Request, string) bool {
	return signedBy(header, sha256.New)
}

// signedBySHA512 checks an HMAC-SHA512: how Terraform signs.
func signedBySHA512(header string) func(Request, string) bool {
	return signedBy(header, sha512.New)
}

func signedBy(header string, hash func() hash.Hash) func(Request, string) bool {
	return func(req Request, secret string) bool {
		sent, err := hex.DecodeString(strings.TrimPrefix(req.Header.Get(header), "sha256="))
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
