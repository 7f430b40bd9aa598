package channeltest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
)

// talk speaks lines to a fresh mail server and returns its last reply. A line
// "STARTTLS!" also makes the handshake.
func talk(t *testing.T, s *SMTP, lines ...string) string {
	t.Helper()
	raw, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	conn := raw
	in := bufio.NewReader(conn)
	read := func() string {
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return err.Error()
			}
			if len(line) < 4 || line[3] != '-' {
				return strings.TrimSpace(line)
			}
		}
	}
	reply := read()
	for _, line := range lines {
		fmt.Fprintf(conn, "%s\r\n", strings.TrimSuffix(line, "!"))
		reply = read()
		if line == "STARTTLS!" {
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM([]byte(s.CA))
			conn = tls.Client(raw, &tls.Config{ServerName: s.Host, RootCAs: roots})
			in = bufio.NewReader(conn)
		}
	}
	return reply
}

func TestTheMailServerKeepsToTheOrderOfCommands(t *testing.T) {
	t.Parallel()
	login := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00sigap\x00pw"))
	for name, c := range map[string]struct {
		security Security
		lines    []string
		want     string
	}{
		"no EHLO":                     {Plain, []string{"MAIL FROM:<a@x.test>"}, "503"},
		"an EHLO without name":        {Plain, []string{"EHLO"}, "501"},
		"no STARTTLS":                 {StartTLS, []string{"EHLO x.test", "MAIL FROM:<a@x.test>"}, "530 5.7.0 Must issue"},
		"a password in the clear":     {StartTLS, []string{"EHLO x.test", login}, "538"},
		"what was said before TLS":    {StartTLS, []string{"EHLO x.test", "STARTTLS!", login}, "503"},
		"STARTTLS twice":              {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", "STARTTLS"}, "503"},
		"no password":                 {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", "MAIL FROM:<a@x.test>"}, "530 5.7.0 Authentication"},
		"a wrong password":            {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", "AUTH PLAIN AHNpZ2FwAHg="}, "535"},
		"another mechanism":           {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", "AUTH LOGIN"}, "504"},
		"a good one":                  {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", login, "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA"}, "354"},
		"RCPT before MAIL":            {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", login, "RCPT TO:<b@y.test>"}, "503"},
		"DATA before RCPT":            {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", login, "MAIL FROM:<a@x.test>", "DATA"}, "503"},
		"a sender without brackets":   {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", login, "MAIL FROM:a@x.test"}, "501"},
		"a recipient without domain":  {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", login, "MAIL FROM:<a@x.test>", "RCPT TO:<b>"}, "501"},
		"a recipient that is refused": {StartTLS, []string{"EHLO x.test", "STARTTLS!", "EHLO x.test", login, "MAIL FROM:<a@x.test>", "RCPT TO:<gone@y.test>"}, "550 5.1.1"},
		"an unknown command":          {Plain, []string{"HELP"}, "500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewSMTP(t, c.security)
			s.Refuse("gone@y.test", "550 5.1.1 Gone")
			if c.security == StartTLS {
				s.Require("sigap", "pw")
			}
			if reply := talk(t, s, c.lines...); !strings.HasPrefix(reply, c.want) {
				t.Errorf("answered %q, want %s", reply, c.want)
			}
		})
	}
}

const goodMail = "From: a@x.test\r\nTo: b@y.test\r\nDate: Tue, 24 Nov 2026 02:14:00 +0000\r\nMessage-ID: <1@x.test>\r\nSubject: Hi\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello\r\n..dot\r\n"

func TestTheMailServerChecksTheMail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"a good one":                  {"", "", "250"},
		"no date":                     {"Date:", "X-Date:", "0 Date fields"},
		"a date that is none":         {"24 Nov", "44 Foo", "the date is not one"},
		"two subjects":                {"Subject: Hi", "Subject: Hi\r\nSubject: Ho", "2 Subject fields"},
		"no message id":               {"Message-ID: <1@x.test>\r\n", "", "0 Message-ID fields"},
		"a message id with no @":      {"<1@x.test>", "<1>", "Message-ID is not a message id"},
		"a bare line feed":            {"Hello\r\n", "Hel\nlo\r\n", "a line does not end in CRLF"},
		"a bare return":               {"Hello", "Hel\rlo", "a line does not end in CRLF"},
		"a line that is too long":     {"Hello", strings.Repeat("x", 999), "a line has 999 octets"},
		"8-bit data":                  {"Hello", "Grüße", "8-bit data"},
		"no type":                     {"text/plain", "/", "a part has no type"},
		"a broken multipart":          {"text/plain", "multipart/mixed; boundary=b", "reading multipart/mixed"},
		"a picture that is not there": {"text/plain\r\n\r\nHello", "text/html\r\n\r\n<img src=\"cid:x\">", "which the mail does not have"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewSMTP(t, Plain)
			mail := strings.Replace(goodMail, c.old, c.new, 1) + "."
			reply := talk(t, s, "EHLO x.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA", mail)
			if accepted := len(s.Messages()) == 1; !strings.Contains(reply, c.want) || accepted != (c.want == "250") {
				t.Errorf("answered %q, accepted: %t", reply, accepted)
			}
		})
	}
}

func TestTheMailServerTakesStuffedPeriodsOut(t *testing.T) {
	t.Parallel()
	s := NewSMTP(t, Plain)
	talk(t, s, "EHLO x.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "RCPT TO:<c@y.test>", "DATA", goodMail+".")
	got := s.Messages()
	if len(got) != 2 || got[0].Text != "Hello\r\n.dot\r\n" || got[0].To != "b@y.test" || got[1].To != "c@y.test" {
		t.Errorf("got %+v", got)
	}
}

func FuzzParseMailNeverPanics(f *testing.F) {
	f.Add([]byte(goodMail))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\nx\r\n--b--\r\n"))
	f.Fuzz(func(_ *testing.T, raw []byte) { ParseMail(raw) })
}
