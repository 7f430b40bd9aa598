package channeltest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Security is how an SMTP server is talked to.
type Security string

const (
	StartTLS Security = "starttls" // demanded before any mail (RFC 3207)
	TLS      Security = "tls"      // from the first byte (RFC 8314)
	Plain    Security = "none"
)

// SMTP is a small mail server: RFC 5321 with STARTTLS, AUTH PLAIN (RFC 4954),
// 8BITMIME and SIZE. It takes mail for any address that it was not told to refuse.
type SMTP struct {
	Inbox
	Host string
	Port int
	CA   string // PEM, to trust the server by

	security Security
	tls      *tls.Config
	username string // when set, mail needs it
	password string
	refused  map[string]string // address → reply
	conns    map[net.Conn]bool
	lastID   int
}

// smtpSize is the largest mail taken (RFC 1870).
const smtpSize = 10 << 20

// NewSMTP starts a mail server.
func NewSMTP(t testing.TB, security Security) *SMTP {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("starting the mail server: %v", err)
	}
	s := &SMTP{Inbox: newInbox(), Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, security: security, refused: map[string]string{}, conns: map[net.Conn]bool{}}
	s.CA, s.tls, err = certificate()
	if err != nil {
		t.Fatalf("making the mail server's certificate: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.set(func() { s.conns[conn] = true })
			talks.Go(func() {
				s.talk(ctx, conn)
				conn.Close()
				s.set(func() { delete(s.conns, conn) })
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		listener.Close()
		s.set(func() {
			for conn := range s.conns {
				conn.Close()
			}
		})
		talks.Wait()
	})
	return s
}

// Require makes the server demand a user name and password.
func (s *SMTP) Require(username, password string) {
	s.set(func() { s.username, s.password = username, password })
}

// Refuse makes the server answer reply ("550 5.1.1 No such user") to mail for address.
func (s *SMTP) Refuse(address, reply string) { s.set(func() { s.refused[address] = reply }) }

// Config is the configuration of a channel that uses this server.
func (s *SMTP) Config() json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	config := map[string]any{"host": s.Host, "port": s.Port, "tls": s.security, "from": "Sigap <sigap@example.com>", "ca": s.CA}
	if s.username != "" {
		config["username"], config["password"] = s.username, s.password
	}
	return mustJSON(config)
}

// certificate makes a certificate for 127.0.0.1 that signs itself.
func certificate() (ca string, config *tls.Config, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail server of a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return "", nil, err
	}
	ca = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return ca, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, nil
}

// session is one conversation.
type session struct {
	conn       net.Conn
	in         *bufio.Reader
	secure     bool
	greeted    bool
	authorised bool
	fault      fault
	from       *string
	eightBit   bool
	to         []string
}

func (c *session) reply(line string) { _, _ = io.WriteString(c.conn, line+"\r\n") }

func (s *SMTP) talk(ctx context.Context, conn net.Conn) {
	c := &session{conn: conn, fault: s.enter(ctx)}
	if c.fault.hangUp {
		return
	}
	if s.security == TLS {
		c.conn, c.secure = tls.Server(conn, s.tls), true
	}
	c.in = bufio.NewReader(c.conn)
	c.reply("220 mail.test ESMTP")
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		if !strings.HasSuffix(line, "\r\n") || len(line) > 512+12288 { // RFC 5321, 2.3.8 and 4.5.3.1.4, RFC 4954, 4
			c.reply("500 5.5.2 Line not understood")
			continue
		}
		if !s.command(c, strings.TrimSuffix(line, "\r\n")) {
			return
		}
	}
}

// command obeys one command and reports whether the conversation goes on.
func (s *SMTP) command(c *session, line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO":
		s.hello(c, rest)
	case "STARTTLS":
		if c.secure || s.security != StartTLS {
			c.reply("503 5.5.1 Not now") // RFC 3207, 4
			break
		}
		c.reply("220 2.0.0 Go ahead")
		*c = session{conn: tls.Server(c.conn, s.tls), secure: true, fault: c.fault} // 4.2: all knowledge is discarded
		c.in = bufio.NewReader(c.conn)
	case "AUTH":
		s.authenticate(c, rest)
	case "MAIL":
		s.mail(c, rest)
	case "RCPT":
		s.recipient(c, rest)
	case "DATA":
		return s.data(c)
	case "RSET":
		c.from, c.to = nil, nil
		c.reply("250 2.0.0 OK")
	case "NOOP":
		c.reply("250 2.0.0 OK")
	case "QUIT":
		c.reply("221 2.0.0 Bye")
		return false
	default:
		c.reply("500 5.5.1 Unknown command")
	}
	return true
}

// hello: RFC 5321, 4.1.1.1; the client must name itself.
func (s *SMTP) hello(c *session, name string) {
	if name == "" || strings.ContainsAny(name, " @") {
		c.reply("501 5.5.4 A domain is required")
		return
	}
	c.greeted = true
	lines := []string{"mail.test greets " + name, "8BITMIME", "ENHANCEDSTATUSCODES", fmt.Sprintf("SIZE %d", smtpSize)}
	if s.security == StartTLS && !c.secure {
		lines = append(lines, "STARTTLS")
	}
	if c.secure || s.security == Plain {
		lines = append(lines, "AUTH PLAIN")
	}
	for _, line := range lines[:len(lines)-1] {
		c.reply("250-" + line)
	}
	c.reply("250 " + lines[len(lines)-1])
}

// authenticate: RFC 4954, 4 with the mechanism of RFC 4616.
func (s *SMTP) authenticate(c *session, rest string) {
	mechanism, initial, _ := strings.Cut(rest, " ")
	switch {
	case !c.greeted:
		c.reply("503 5.5.1 EHLO first")
		return
	case s.security == StartTLS && !c.secure:
		c.reply("538 5.7.11 Encryption required for requested authentication mechanism")
		return
	case mechanism != "PLAIN":
		c.reply("504 5.5.4 Only PLAIN")
		return
	}
	given, err := base64.StdEncoding.DecodeString(initial)
	s.mu.Lock()
	wanted := "\x00" + s.username + "\x00" + s.password
	s.mu.Unlock()
	if err != nil || string(given) != wanted {
		c.reply("535 5.7.8 Authentication credentials invalid")
		return
	}
	c.authorised = true
	c.reply("235 2.7.0 Authentication successful")
}

var (
	mailFrom = regexp.MustCompile(`(?i)^FROM:<([^<>\s]*)>((?: [A-Z0-9-]+(?:=[^\s=]+)?)*)$`)
	rcptTo   = regexp.MustCompile(`(?i)^TO:<([^<>\s@]+@[^<>\s@]+)>$`)
)

// mail: RFC 5321, 4.1.1.2; SIZE of RFC 1870, BODY of RFC 6152.
func (s *SMTP) mail(c *session, rest string) {
	s.mu.Lock()
	needsAuth := s.username != ""
	s.mu.Unlock()
	parts := mailFrom.FindStringSubmatch(rest)
	switch {
	case !c.greeted || c.from != nil:
		c.reply("503 5.5.1 Bad sequence of commands")
	case s.security == StartTLS && !c.secure:
		c.reply("530 5.7.0 Must issue a STARTTLS command first")
	case needsAuth && !c.authorised:
		c.reply("530 5.7.0 Authentication required")
	case parts == nil:
		c.reply("501 5.5.4 Syntax: MAIL FROM:<address>")
	case c.fault.status != 0:
		c.reply(strconv.Itoa(c.fault.status) + " Told to fail")
	default:
		c.from, c.eightBit = &parts[1], strings.Contains(strings.ToUpper(parts[2]), "BODY=8BITMIME")
		c.reply("250 2.1.0 OK")
	}
}

// recipient: RFC 5321, 4.1.1.3.
func (s *SMTP) recipient(c *session, rest string) {
	parts := rcptTo.FindStringSubmatch(rest)
	switch {
	case c.from == nil:
		c.reply("503 5.5.1 MAIL first")
	case parts == nil:
		c.reply("501 5.1.3 Syntax: RCPT TO:<address>")
	default:
		s.mu.Lock()
		refusal := s.refused[parts[1]]
		s.mu.Unlock()
		if refusal != "" {
			c.reply(refusal)
			return
		}
		c.to = append(c.to, parts[1])
		c.reply("250 2.1.5 OK")
	}
}

// data: RFC 5321, 4.1.1.4; one message is recorded for each recipient.
func (s *SMTP) data(c *session) bool {
	if c.from == nil || len(c.to) == 0 {
		c.reply("503 5.5.1 RCPT first")
		return true
	}
	c.reply("354 End with a line that holds a period")
	raw, err := readData(c.in)
	if err != nil {
		return false
	}
	m, err := readMail(raw, c.eightBit)
	if err != nil {
		c.reply("554 5.6.0 " + err.Error())
	} else {
		s.mu.Lock()
		s.lastID++
		id := s.lastID
		s.mu.Unlock()
		for _, to := range c.to {
			m.To = to
			s.accept(m)
		}
		if c.fault.lose {
			return false
		}
		c.reply(fmt.Sprintf("250 2.0.0 OK queued as %d", id))
	}
	c.from, c.to = nil, nil
	return true
}

// readData reads up to the line with a single period and takes the stuffed
// ones out (RFC 5321, 4.5.2).
func readData(in *bufio.Reader) ([]byte, error) {
	var raw bytes.Buffer
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		if string(line) == ".\r\n" {
			return raw.Bytes(), nil
		}
		if line[0] == '.' {
			line = line[1:]
		}
		raw.Write(line)
	}
}
