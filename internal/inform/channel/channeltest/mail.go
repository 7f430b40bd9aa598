package channeltest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

// Mail is an accepted mail, taken apart.
type Mail struct {
	Header netmail.Header
	Text   string            // of the plain part
	HTML   string            // of the HTML part
	Inline map[string][]byte // by Content-ID, without the angle brackets
}

// readMail checks raw against RFC 5322 and MIME and returns what it says.
func readMail(raw []byte, eightBit bool) (Received, error) {
	if err := checkLines(raw, eightBit); err != nil {
		return Received{}, err
	}
	m, err := ParseMail(raw)
	if err != nil {
		return Received{}, err
	}
	if err := checkHeader(m.Header); err != nil {
		return Received{}, err
	}
	for _, cid := range regexp.MustCompile(`"cid:([^"]+)"`).FindAllStringSubmatch(m.HTML, -1) {
		if m.Inline[cid[1]] == nil { // RFC 2392
			return Received{}, fmt.Errorf("the HTML part shows %s, which the mail does not have", cid[1])
		}
	}
	got := Received{Ref: m.Header.Get("Message-ID"), Thread: m.Header.Get("In-Reply-To"), Text: m.Text, Raw: raw}
	for _, link := range regexp.MustCompile(`<a href="([^"]*)"[^>]*>([^<]*)</a>`).FindAllStringSubmatch(m.HTML, -1) {
		got.Buttons = append(got.Buttons, Button{Text: html.UnescapeString(link[2]), URL: html.UnescapeString(link[1])})
	}
	for _, plot := range m.Inline {
		got.Plot = plot
	}
	return got, nil
}

// checkLines: lines end in CRLF (RFC 5321, 2.3.8), are at most 998 octets
// (RFC 5322, 2.1.1) and hold ASCII unless the sender announced 8BITMIME (RFC 6152).
func checkLines(raw []byte, eightBit bool) error {
	for line := range bytes.SplitAfterSeq(raw, []byte("\n")) {
		text, whole := bytes.CutSuffix(line, []byte("\r\n"))
		switch {
		case len(line) > 0 && (!whole || bytes.ContainsAny(text, "\r\x00")):
			return fmt.Errorf("a line does not end in CRLF")
		case len(text) > 998:
			return fmt.Errorf("a line has %d octets", len(text))
		case !eightBit && bytes.ContainsFunc(text, func(r rune) bool { return r > 126 }):
			return fmt.Errorf("8-bit data without BODY=8BITMIME")
		}
	}
	return nil
}

// checkHeader: RFC 5322, 3.6: how often each field occurs, and the form of
// those that clients thread and sort by.
func checkHeader(h netmail.Header) error {
	for _, name := range []string{"From", "Date", "Message-ID", "Subject", "To", "MIME-Version"} {
		if n := len(h[textproto.CanonicalMIMEHeaderKey(name)]); n != 1 {
			return fmt.Errorf("%d %s fields", n, name)
		}
	}
	if _, err := h.Date(); err != nil {
		return fmt.Errorf("the date is not one")
	}
	if _, err := h.AddressList("From"); err != nil {
		return fmt.Errorf("the sender is not an address")
	}
	id := regexp.MustCompile(`^<[^<>@\s]+@[^<>@\s]+>$`) // 3.6.4, without the obsolete forms
	for _, name := range []string{"Message-ID", "In-Reply-To"} {
		if value := h.Get(name); value != "" && !id.MatchString(value) {
			return fmt.Errorf("%s is not a message id", name)
		}
	}
	for name, values := range h {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r > 126 }) {
				return fmt.Errorf("%s is not ASCII (RFC 2047)", name)
			}
		}
	}
	return nil
}

// ParseMail takes a mail apart.
func ParseMail(raw []byte) (Mail, error) {
	msg, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, fmt.Errorf("reading the header: %w", err)
	}
	m := Mail{Header: msg.Header, Inline: map[string][]byte{}}
	return m, m.part(textproto.MIMEHeader(msg.Header), msg.Body)
}

// part reads a part and those within it (RFC 2046, 5.1).
func (m *Mail) part(h textproto.MIMEHeader, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("a part has no type")
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return fmt.Errorf("reading %s: %w", kind, err)
			}
			if err := m.part(p.Header, p); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("decoding a %s part: %w", kind, err)
	}
	switch id := strings.Trim(h.Get("Content-ID"), "<>"); {
	case id != "":
		m.Inline[id] = content
	case kind == "text/html":
		m.HTML = string(content)
	default:
		m.Text = string(content)
	}
	return nil
}
