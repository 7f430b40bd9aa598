package channel

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// EmailConfig configures an SMTP relay. Addresses are bare e-mail addresses.
type EmailConfig struct {
	Host        string `json:"host"`
	Port        int    `json:"port,omitempty"` // default 587 with starttls, 465 with tls, 25 with none
	TLS         string `json:"tls,omitempty"`  // starttls (default, required of the server), tls (from the first byte), none
	CA          string `json:"ca,omitempty"`   // PEM certificates to trust besides the system's
	Username    string `json:"username,omitempty"`
	Password    Secret `json:"password,omitempty"`
	From        string `json:"from"` // "Sigap <sigap@example.com>"; its domain names the Message-IDs
	ReplyTo     string `json:"replyTo,omitempty"`
	Hello       string `json:"hello,omitempty"`       // name given in EHLO; default the domain of From
	Unsubscribe string `json:"unsubscribe,omitempty"` // List-Unsubscribe: an https or mailto URL; for subscribers, not for pages
}

// Validate returns the first mistake as a *incident.Error.
func (c EmailConfig) Validate() error {
	_, badFrom := netmail.ParseAddress(c.From)
	_, badReply := netmail.ParseAddress(c.ReplyTo)
	return check(
		must(c.Host != "" && !strings.ContainsAny(c.Host, ":/ "), "host", "give the name or address of the mail server, without a port"),
		must(c.Port >= 0 && c.Port <= 65535, "port", "give a port from 1 to 65535, or leave it out"),
		must(c.TLS == "" || c.TLS == "starttls" || c.TLS == "tls" || c.TLS == "none", "tls", "give starttls, tls or none"),
		must(c.CA == "" || x509.NewCertPool().AppendCertsFromPEM([]byte(c.CA)), "ca", "give certificates in PEM form"),
		must((c.Username == "") == (c.Password == ""), "password", "give user name and password, or neither"),
		must(c.Username == "" || c.TLS != "none", "tls", "a password is only sent over TLS: give starttls or tls"),
		must(badFrom == nil, "from", "give an address such as Sigap <sigap@example.com>"),
		must(c.ReplyTo == "" || badReply == nil, "replyTo", "give an address, or leave it out"),
		must(c.Unsubscribe == "" || strings.HasPrefix(c.Unsubscribe, "https://") || strings.HasPrefix(c.Unsubscribe, "mailto:"), "unsubscribe", "give an https or mailto URL, or leave it out"),
	)
}

// Email sends mails through an SMTP relay, one connection a message.
type Email struct {
	Config EmailConfig // exported, because fmt shows what it finds in unexported fields unmasked
	domain string      // of From
	tls    *tls.Config
	deps   Deps
}

// NewEmail returns an Email for a valid configuration.
func NewEmail(config EmailConfig, deps Deps) *Email {
	from, _ := netmail.ParseAddress(config.From) // valid
	_, domain, _ := strings.Cut(from.Address, "@")
	if config.Hello == "" {
		config.Hello = domain
	}
	if config.TLS == "" {
		config.TLS = "starttls"
	}
	if config.Port == 0 {
		config.Port = map[string]int{"starttls": 587, "tls": 465, "none": 25}[config.TLS]
	}
	trust := &tls.Config{ServerName: config.Host, MinVersion: tls.VersionTLS12}
	if config.CA != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		pool.AppendCertsFromPEM([]byte(config.CA))
		trust.RootCAs = pool
	}
	return &Email{config, domain, trust, deps}
}

// smtpTimeout limits each step of the conversation. RFC 5321, 4.5.3.2 allows
// a server minutes; a page that waits so long is better tried again.
const smtpTimeout = 30 * time.Second

// Send mails m to the address to.
func (e *Email) Send(ctx context.Context, to string, m Message) (Result, error) {
	rcpt, err := netmail.ParseAddress(to)
	if err != nil {
		return Result{}, permanent("the address is not an e-mail address")
	}
	msg, id, err := e.compose(rcpt, m)
	if err != nil {
		return Result{}, &Error{Detail: "composing the mail", Err: err}
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	client, err := e.client(ctx)
	if err != nil {
		return Result{}, &Error{Detail: "preparing the SMTP client", Err: err}
	}
	err = client.DialAndSendWithContext(ctx, msg)
	// Once the server took the mail, an error while parting (RSET, QUIT) is none of ours.
	if err != nil && !msg.IsDelivered() {
		return Result{}, smtpError(ctx, err)
	}
	thread := m.Thread
	if thread == "" {
		thread = id
	}
	return Result{State: Accepted, Ref: id, Thread: thread, Detail: excerpt([]byte(msg.ServerResponse()))}, nil
}

// client returns an SMTP client that dials through the guard and whose
// connection ends with ctx.
func (e *Email) client(ctx context.Context) (*mail.Client, error) {
	dial := func(dialCtx context.Context, network, address string) (net.Conn, error) {
		conn, err := e.deps.Dial(dialCtx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		if e.Config.TLS != "tls" {
			return conn, nil
		}
		secure := tls.Client(conn, e.tls)
		if err := secure.HandshakeContext(dialCtx); err != nil {
			conn.Close()
			return nil, err
		}
		return secure, nil
	}
	// On a connection that is TLS already the opportunistic policy only notices that.
	policy := map[string]mail.TLSPolicy{"starttls": mail.TLSMandatory, "tls": mail.TLSOpportunistic, "none": mail.NoTLS}[e.Config.TLS]
	options := []mail.Option{
		mail.WithPort(e.Config.Port),
		mail.WithHELO(e.Config.Hello),
		mail.WithTimeout(smtpTimeout),
		mail.WithTLSPolicy(policy),
		mail.WithTLSConfig(e.tls),
		mail.WithDialContextFunc(dial),
	}
	if e.Config.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(e.Config.Username), mail.WithPassword(e.Config.Password.Reveal()))
	}
	return mail.NewClient(e.Config.Host, options...)
}

// compose returns the mail and its Message-ID.
func (e *Email) compose(to *netmail.Address, m Message) (*mail.Msg, string, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(e.Config.From); err != nil {
		return nil, "", err
	}
	if e.Config.ReplyTo != "" {
		if err := msg.ReplyTo(e.Config.ReplyTo); err != nil {
			return nil, "", err
		}
	}
	msg.ToMailAddress(to)
	msg.Subject(subject(m))
	msg.SetDateWithValue(e.deps.Now())
	id := e.messageID(m.ID)
	msg.SetGenHeader(mail.HeaderMessageID, id)
	if m.Thread != "" {
		msg.SetGenHeader(mail.HeaderInReplyTo, m.Thread)
		msg.SetGenHeader(mail.HeaderReferences, m.Thread)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies, please
	msg.SetGenHeader(mail.HeaderXAutoResponseSuppress, "All")
	if m.Lang != "" {
		msg.SetGenHeader(mail.HeaderContentLang, m.Lang)
	}
	if m.Severity == "SEV1" || m.Severity == "SEV2" {
		msg.SetImportance(mail.ImportanceHigh)
	}
	if e.Config.Unsubscribe != "" {
		msg.SetGenHeader(mail.HeaderListUnsubscribe, "<"+e.Config.Unsubscribe+">")
	}
	page, err := mailHTML(m)
	if err != nil {
		return nil, "", err
	}
	msg.SetBodyString(mail.TypeTextPlain, mailText(m))
	msg.AddAlternativeString(mail.TypeTextHTML, page)
	if m.Plot != nil {
		err = msg.EmbedReader("plot.png", bytes.NewReader(m.Plot), mail.WithFileContentID("<plot@sigap>"), mail.WithFileContentType("image/png"))
	}
	return msg, id, err
}

// messageID returns the Message-ID of a delivery, the same on every attempt,
// so that a mail that was accepted twice is shown once. An id that is no
// dot-atom (RFC 5322, 3.2.3) is hashed into one.
func (e *Email) messageID(id string) string {
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`).MatchString(id) || len(id) > 100 {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	return "<" + id + "@" + e.domain + ">"
}

// subject is the heading in the form that people filter mails by.
func subject(m Message) string {
	title := Message{Title: m.Title}.heading()
	label := strings.TrimSpace(m.Severity + " " + m.Incident)
	if label != "" {
		title = "[" + label + "] " + title
	}
	return cut(title, 200, runes)
}

// mailText is the plain part: everything but the plot.
func mailText(m Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", m.heading())
	for _, line := range m.Lines {
		fmt.Fprintf(&b, "%s\n", line)
	}
	if len(m.Fields) > 0 {
		b.WriteString("\n")
	}
	for _, f := range m.Fields {
		fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Value)
	}
	if m.Plot != nil && m.PlotAlt != "" {
		fmt.Fprintf(&b, "\n%s\n", m.PlotAlt)
	}
	for _, a := range m.Actions {
		fmt.Fprintf(&b, "\n%s:\n%s\n", a.Label, a.URL)
	}
	return b.String()
}

//go:embed email.html.tmpl
var mailPage string

func mailHTML(m Message) (string, error) {
	page, err := template.New("mail").Parse(mailPage)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = page.Execute(&b, struct {
		Message
		Heading, Label, Color string
	}{m, m.heading(), Message{Severity: m.Severity, Incident: m.Incident}.heading(), severityColor(m.Severity)})
	return b.String(), err
}

// smtpError judges why the server did not take a mail: 4yz may pass, 5yz does
// not (RFC 5321, 4.2.1); without a reply the connection is to blame.
func smtpError(ctx context.Context, err error) *Error {
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return &Error{
			Retry:  reply.Code/100 == 4,
			Detail: fmt.Sprintf("the mail server answered %d %s", reply.Code, excerpt([]byte(reply.Msg))),
		}
	}
	if sent, ok := errors.AsType[*mail.SendError](err); ok && sent.ErrorCode() != 0 {
		return &Error{Retry: sent.IsTemp(), Detail: "the mail server refused it: " + excerpt([]byte(sent.Error()))}
	}
	if forbidden, ok := errors.AsType[*ForbiddenError](err); ok {
		return &Error{Err: forbidden}
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &Error{Retry: true, Detail: "the mail server's certificate is not trusted", Err: certificate}
	}
	sent, ok := errors.AsType[*mail.SendError](err)
	switch {
	case ctx.Err() != nil: // the connection was closed because of it
		err = ctx.Err()
	case ok:
		err = fmt.Errorf("the connection broke while %s", sent.Reason)
	}
	return &Error{Retry: true, Unsure: ok && sent.Reason == mail.ErrSMTPDataClose, Detail: "no answer from the mail server", Err: portless(err)}
}
