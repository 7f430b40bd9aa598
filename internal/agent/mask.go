package agent

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/sigap-dev/sigap/internal/incident"
)

// masked takes a secret's place.
const masked = "[masked]"

// masker takes secrets out of text before it leaves the host: the values of
// names that sound secret, tokens known by their shape, passwords in URLs, keys
// in PEM, payment cards (Luhn), and e-mail addresses if asked. It errs towards
// masking; what it cannot know are secrets with neither a name nor a shape.
type masker struct {
	names  []string // lower case; a name that contains one has a secret value
	emails bool
}

func newMasker(c MaskConfig) *masker {
	m := &masker{
		emails: c.Emails,
		names: []string{
			"password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "api_key", "api-key", "accesskey", "access_key",
			"private_key", "privatekey", "signing_key", "encryption_key", "credential", "authorization", "cookie", "session_id",
			"sessionid", "cvv", "cvc", "otp", "dsn", "connectionstring", "connection_string", "webhook_url",
		},
	}
	for _, name := range c.Names {
		if name != "" {
			m.names = append(m.names, strings.ToLower(name))
		}
	}
	return m
}

// line masks an event in place.
func (m *masker) line(line *incident.LogLine) {
	line.Body = m.text(line.Body)
	for _, name := range slices.Collect(maps.Keys(line.Attrs)) {
		if m.secretName(name) {
			line.Attrs[name] = masked
			continue
		}
		line.Attrs[name] = m.text(line.Attrs[name])
	}
}

// text answers the text with its secrets masked. Each rule looks for its own
// sign first, because most lines have none.
func (m *masker) text(s string) string {
	s = maskPEM(s)
	s = m.named(s)
	s = maskUserinfo(s)
	s = maskTokens(s)
	s = maskCards(s)
	if m.emails {
		s = maskEmails(s)
	}
	return s
}

func (m *masker) secretName(name string) bool {
	if len(name) > 80 {
		return false
	}
	lower := strings.ToLower(name)
	for _, secret := range m.names {
		if i := strings.Index(lower, secret); i >= 0 && (len(secret) > 3 || wordAlone(lower, i, len(secret))) {
			return !strings.HasSuffix(lower, "_file") && !strings.HasSuffix(lower, "_path") // where a secret lies is none
		}
	}
	return false
}

// wordAlone keeps "otp" out of "hotplug": short names count between separators.
func wordAlone(s string, at, length int) bool {
	before := at == 0 || !isLetter(s[at-1])
	after := at+length == len(s) || !isLetter(s[at+length])
	return before && after
}

// named masks the values in name=value, name: value, "name": "value" and
// --name value, for names that sound secret.
func (m *masker) named(s string) string {
	var out []byte
	done := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '=' && s[i] != ':' && s[i] != ' ' {
			continue
		}
		start, end := nameBefore(s, i)
		flag := start >= 2 && s[start-2:start] == "--" || strings.HasPrefix(s[start:end], "--")
		if start < done || start == end || s[i] == ' ' && !flag || !m.secretName(s[start:end]) {
			continue
		}
		if s[i] == '=' && i > 0 && s[i-1] != ' ' && strings.HasPrefix(s[i+1:], " ") {
			continue // name= and no value
		}
		from, to := valueAfter(s, i+1)
		if from == to || strings.HasPrefix(s[from:to], masked) {
			continue
		}
		out = append(append(out, s[done:from]...), masked...)
		done, i = to, to-1
	}
	if done == 0 {
		return s
	}
	return string(append(out, s[done:]...))
}

// nameBefore answers where the name before a separator lies, quotes left out.
func nameBefore(s string, at int) (start, end int) {
	end = at
	for end > 0 && (s[end-1] == ' ' && s[at] != ' ' || s[end-1] == '"' || s[end-1] == '\'' || s[end-1] == '\\') {
		end--
	}
	start = end
	for start > 0 && isNameByte(s[start-1]) {
		start--
	}
	return start, end
}

func isNameByte(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// valueAfter answers where the value behind a separator lies: between its
// quotes, or up to what ends a bare one. "Bearer x" and the like are one value.
func valueAfter(s string, at int) (from, to int) {
	from = at
	for from < len(s) && (s[from] == ' ' || s[from] == '\t' || s[from] == '=' || s[from] == '>') {
		from++
	}
	if from == len(s) {
		return from, from
	}
	quote := s[from : from+1]
	if strings.HasPrefix(s[from:], `\"`) {
		quote = `\"`
	}
	if quote == `"` || quote == "'" || quote == "`" || quote == `\"` {
		from += len(quote)
		to = from
		for to < len(s) && !strings.HasPrefix(s[to:], quote) && s[to] != '\n' {
			if s[to] == '\\' && quote != `\"` && to+1 < len(s) {
				to++
			}
			to++
		}
		return from, min(to, len(s))
	}
	if s[from] == '{' || s[from] == '[' || s[from] == '\n' {
		return from, from // an object: its members are looked at by themselves
	}
	to = bareEnd(s, from)
	switch strings.ToLower(s[from:to]) {
	case "bearer", "basic", "digest", "token", "negotiate", "apikey":
		if to < len(s) && s[to] == ' ' {
			to = bareEnd(s, to+1)
		}
	}
	return from, to
}

func bareEnd(s string, from int) int {
	if n := strings.IndexAny(s[from:], " \t\n\r,;&\"'})]"); n >= 0 {
		return from + n
	}
	return len(s)
}

// maskPEM masks the body of private keys.
func maskPEM(s string) string {
	for from := 0; ; {
		begin := strings.Index(s[from:], "PRIVATE KEY-----")
		if begin < 0 {
			return s
		}
		begin += from + len("PRIVATE KEY-----")
		end := strings.Index(s[begin:], "-----END")
		if end < 0 {
			return s[:begin] + masked
		}
		s = s[:begin] + masked + s[begin+end:]
		closing := begin + len(masked) + strings.Index(s[begin+len(masked):], "PRIVATE KEY-----")
		if closing < begin+len(masked) {
			return s
		}
		from = closing + len("PRIVATE KEY-----")
	}
}

// maskUserinfo masks the password in scheme://user:password@host.
func maskUserinfo(s string) string {
	for from := 0; ; {
		i := strings.Index(s[from:], "://")
		if i < 0 {
			return s
		}
		start := from + i + 3
		end := start
		for end < len(s) && strings.IndexByte(" /?#\"'\n\t<>", s[end]) < 0 {
			end++
		}
		from = end
		at := strings.LastIndexByte(s[start:end], '@')
		if at < 0 {
			continue
		}
		colon := strings.IndexByte(s[start:start+at], ':')
		if colon < 0 {
			continue
		}
		s = s[:start+colon+1] + masked + s[start+at:]
		from = start + colon + 1 + len(masked)
	}
}

// tokenShapes are the beginnings by which issuers make their tokens known, and
// how long a token is at least, with it.
func tokenShapes() map[string]int {
	return map[string]int{
		"AKIA": 20, "ASIA": 20, "ghp_": 30, "gho_": 30, "ghu_": 30, "ghs_": 30, "ghr_": 30, "github_pat_": 30, "glpat-": 20,
		"xoxb-": 20, "xoxa-": 20, "xoxp-": 20, "xoxr-": 20, "xoxs-": 20, "xapp-": 20, "sk_live_": 20, "sk_test_": 20, "rk_live_": 20,
		"sk-": 24, "whsec_": 20, "AIza": 35, "SG.": 40, "eyJ": 40, "npm_": 30, "hvs.": 20, "dop_v1_": 40, "pypi-": 40, "SK": 34,
	}
}

// maskTokens masks words with a token's shape, and what follows Bearer or Basic.
func maskTokens(s string) string {
	var out []byte
	done := 0
	previous := ""
	for i := 0; i < len(s); {
		if !isTokenByte(s[i]) {
			i++
			continue
		}
		start := i
		for i < len(s) && isTokenByte(s[i]) {
			i++
		}
		word := s[start:i]
		scheme := strings.EqualFold(previous, "bearer") || strings.EqualFold(previous, "basic")
		previous = word
		if len(word) < 16 || (!scheme || s[start-1] != ' ') && !tokenShaped(word) {
			continue
		}
		out = append(append(out, s[done:start]...), masked...)
		done = i
	}
	if done == 0 {
		return s
	}
	return string(append(out, s[done:]...))
}

func tokenShaped(word string) bool {
	if strings.IndexByte("AagxswenhdpSr", word[0]) < 0 {
		return false
	}
	for start, length := range tokenShapes() {
		if strings.HasPrefix(word, start) && len(word) >= length {
			if start == "SK" { // Twilio: SK and 32 hex digits
				return len(word) == 34 && strings.Trim(word[2:], "0123456789abcdef") == ""
			}
			return true
		}
	}
	return false
}

func isTokenByte(c byte) bool {
	return isNameByte(c) || c == '/' || c == '+' || c == '~'
}

// maskCards masks numbers of 13 to 19 digits, in one piece or in groups split by
// single spaces or dashes, that begin as payment cards do and pass Luhn's check.
func maskCards(s string) string {
	var out []byte
	done := 0
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			i++
			continue
		}
		start, end, digits := i, i, [20]byte{}
		n := 0
		for i < len(s) {
			if s[i] >= '0' && s[i] <= '9' {
				if n < len(digits) {
					digits[n] = s[i]
				}
				n++
				i++
				end = i
				continue
			}
			if (s[i] == ' ' || s[i] == '-') && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
				i++
				continue
			}
			break
		}
		alone := start == 0 || !isNameByte(s[start-1])
		if n < 13 || n > 19 || !alone || !cardNumber(digits[:n]) {
			continue
		}
		out = append(append(out, s[done:start]...), masked...)
		done = end
	}
	if done == 0 {
		return s
	}
	return string(append(out, s[done:]...))
}

// cardNumber reports whether digits are those of a card: issuer ranges of
// ISO/IEC 7812 with the lengths in use, and the check digit.
func cardNumber(digits []byte) bool {
	n := len(digits)
	first2, first4 := two(digits), two(digits)*100+two(digits[2:])
	switch {
	case digits[0] == '4': // Visa
		if n != 13 && n != 16 && n != 19 {
			return false
		}
	case first2 >= 51 && first2 <= 55, first4 >= 2221 && first4 <= 2720: // Mastercard
		if n != 16 {
			return false
		}
	case first2 == 34, first2 == 37: // American Express
		if n != 15 {
			return false
		}
	case first2 == 35, first4 == 6011, first2 == 65, first2 == 62, first2 == 64: // JCB, Discover, UnionPay
		if n < 16 {
			return false
		}
	case first2 == 36, first2 == 38, first2 == 30: // Diners
		if n != 14 {
			return false
		}
	default:
		return false
	}
	sum := 0
	for i, c := range digits {
		d := int(c - '0')
		if (n-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func two(digits []byte) int { return int(digits[0]-'0')*10 + int(digits[1]-'0') }

// maskEmails masks what stands before the @ of an address.
func maskEmails(s string) string {
	if strings.IndexByte(s, '@') < 0 {
		return s
	}
	var out bytes.Buffer
	done := 0
	for i := range len(s) {
		if s[i] != '@' {
			continue
		}
		start, end := i, i+1
		for start > done && (isNameByte(s[start-1]) || s[start-1] == '+') {
			start--
		}
		for end < len(s) && isNameByte(s[end]) {
			end++
		}
		if start == i || strings.IndexByte(s[i+1:end], '.') < 1 {
			continue
		}
		out.WriteString(s[done:start])
		out.WriteString(masked)
		done = i
	}
	out.WriteString(s[done:])
	return out.String()
}
