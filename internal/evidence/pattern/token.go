package pattern

// kind is the type of a variable, and so the placeholder it is shown as.
type kind uint8

const (
	word     kind = iota // not a variable until evidence says so
	calendar             // a month's or day's short name; part of a time if a number is beside it
	number
	duration
	size
	address // IP or MAC, with or without port
	hex
	uuid
	clock // time of day or date
	path
	url
	agent   // a user agent
	ident   // letters and digits mixed: blk_3886, attempt_1445_0020
	host    // a domain name, with or without port
	list    // several values in a row
	literal // true, null
	quoted  // a value in quotes behind a key
	empty   // nothing: brackets that stand alone, or a dash
	mixed   // different types seen in one place
)

var placeholders = [...]string{
	word: "<*>", calendar: "<time>", number: "<n>", duration: "<duration>", size: "<size>",
	address: "<ip>", hex: "<hex>", uuid: "<uuid>", clock: "<time>", path: "<path>",
	url: "<url>", agent: "<agent>",
	literal: "<*>", quoted: "<*>", list: "<list>", ident: "<id>", host: "<host>", empty: "<*>", mixed: "<*>",
}

// blend is the type of a place where variables of two types were seen.
func blend(a, b kind) kind {
	switch a, b = min(a, b), max(a, b); {
	case a == b:
		return a
	case b == list:
		return list
	case a == duration && b == clock:
		return duration
	case a == address && b == host:
		return host
	case b == empty:
		return a
	case (a == number || a == hex) && (b == hex || b == ident), a == uuid && b == ident, a == hex && b == uuid:
		return ident
	}
	return mixed
}

// Limits of one line. What lies beyond them is not looked at, so that the
// cost of a line has a bound whatever is sent.
const (
	maxLine   = 4 << 10 // bytes of the first line that are read
	maxTokens = 64      // words and variables; one bit each in a mask
)

// token is a word or a variable of a line. The punctuation before it is
// folded into sep; blanks count for nothing.
type token struct {
	hash       uint64 // of the text, or variableHash
	val        uint64 // of the text
	sep        uint64 // of the punctuation before it
	start, end int32  // in the line
	kind       kind
	elem       kind // of a list's values, else kind
}

// Character classes, one table look-up for each byte of a line.
const (
	cDigit  uint8 = 1 << iota
	cLetter       // any but a to f
	cHex          // a to f in either case
	cSlash
	cDot   // . - _ + % $ and the other characters that words are made of
	cPunct // separates tokens and counts
	cBlank // separates tokens and does not count
	cQuote // the apostrophe: punctuation unless inside a word
)

const cWord = cDigit | cLetter | cHex | cSlash | cDot

var classes = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = cDigit
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			t[c] = cHex
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
			t[c] = cLetter
		case c == '/' || c == '\\':
			t[c] = cSlash
		case c <= ' ' || c == 0x7f:
			t[c] = cBlank
		case c == '\'':
			t[c] = cQuote
		default:
			t[c] = cPunct
		}
	}
	for _, c := range ".-_+%$~&!?*^`" {
		t[c] = cDot
	}
	return t
}()

const (
	seed         = 0xcbf29ce484222325 // FNV-1a
	prime        = 0x100000001b3
	variableHash = 0x9e3779b97f4a7c15
)

// mix spreads the hash of what stands at position i, so that the sum over all
// positions identifies the line and one position can be exchanged for
// another value without reading the line again.
func mix(i int, h uint64) uint64 {
	h += uint64(i+1) * 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>29
}

// line is a tokenised line. It is reused from line to line.
type line struct {
	text string
	n    int
	tail uint64 // punctuation after the last token
	toks [maxTokens]token
}
