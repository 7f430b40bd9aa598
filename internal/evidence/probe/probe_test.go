package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigap-dev/sigap/internal/incident"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func prober() *Prober {
	return &Prober{HTTP: http.DefaultClient, Dial: new(net.Dialer).DialContext, Now: func() time.Time { return noon }}
}

// valid fills in what a probe leaves out.
func valid(t *testing.T, p Probe) Probe {
	t.Helper()
	p.Name, p.Service = "Checkout", "checkout"
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	return p
}

func check(t *testing.T, o Outcome, code string, args map[string]string) {
	t.Helper()
	got := incident.Reason{}
	if o.Fault != nil {
		got = *o.Fault
	}
	if diff := cmp.Diff(incident.Reason{Code: code, Args: args}, got); diff != "" {
		t.Errorf("the look saw otherwise (-want +got):\n%s", diff)
	}
}

func TestAnAnswerIsHeldToItsStatusAndText(t *testing.T) {
	t.Parallel()
	hangs := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/well":
			_, _ = w.Write([]byte("all systems go"))
		case "/late": // beyond what is read
			_, _ = w.Write([]byte(strings.Repeat(" ", bodyRead) + "all systems go"))
		case "/locked":
			w.WriteHeader(http.StatusUnauthorized)
		case "/moved":
			http.Redirect(w, r, "/well", http.StatusFound)
		case "/hangs":
			<-hangs
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	defer close(hangs)
	for name, tt := range map[string]struct {
		path, status, text string
		code               string
		args               map[string]string
	}{
		"well":                     {"/well", "", "", "", nil},
		"follows where it is sent": {"/moved", "", "systems", "", nil},
		"holds the text":           {"/well", "", "systems go", "", nil},
		"lacks the text":           {"/well", "", "systems gone", TextMissing, map[string]string{"text": "systems gone"}},
		"holds the text too late":  {"/late", "", "systems go", TextMissing, map[string]string{"text": "systems go"}},
		"fails":                    {"/ill", "", "", WrongStatus, map[string]string{"status": "503", "want": "2xx"}},
		"is to refuse, and does":   {"/locked", "200, 401", "", "", nil},
		"is to refuse, and lets in": {
			"/well", "401,4xx", "", WrongStatus, map[string]string{"status": "200", "want": "401,4xx"},
		},
		"hangs": {"/hangs", "", "", NoAnswer, map[string]string{"seconds": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := valid(t, Probe{Kind: HTTP, Target: server.URL + tt.path, Status: tt.status, Text: tt.text, Timeout: 1})
			check(t, prober().Look(t.Context(), &p), tt.code, tt.args)
		})
	}
}

func TestAConnectionIsTakenOrNot(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := valid(t, Probe{Kind: TCP, Target: l.Addr().String()})
	check(t, prober().Look(t.Context(), &p), "", nil)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, prober().Look(t.Context(), &p), NoConnection, nil)

	guarded := prober()
	guarded.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errGuard }
	guarded.Refused = func(err error) bool { return errors.Is(err, errGuard) }
	check(t, guarded.Look(t.Context(), &p), Forbidden, nil)
}

var errGuard = errors.New("not there")

func TestANameHasTheAddressThatItShould(t *testing.T) {
	t.Parallel()
	here := valid(t, Probe{Kind: DNS, Target: "localhost", Address: "127.0.0.1"})
	check(t, prober().Look(t.Context(), &here), "", nil)
	elsewhere := valid(t, Probe{Kind: DNS, Target: "localhost", Address: "203.0.113.7"})
	if o := prober().Look(t.Context(), &elsewhere); o.Fault == nil || o.Fault.Code != WrongAddress || !strings.Contains(o.Fault.Args["got"], "127.0.0.1") {
		t.Errorf("a name that is elsewhere: %+v", o.Fault)
	}
	nowhere := valid(t, Probe{Kind: DNS, Target: "nowhere.invalid"})
	check(t, prober().Look(t.Context(), &nowhere), NoName, nil)
}

// authority signs certificates of localhost.
func authority(t *testing.T) (roots *x509.CertPool, issue func(until time.Time) tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: noon.AddDate(-9, 0, 0), NotAfter: noon.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(ca)
	return roots, func(until time.Time) tls.Certificate {
		leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{"localhost"}, NotBefore: noon.AddDate(-1, 0, 0), NotAfter: until}
		der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	}
}

func TestACertificateIsGoodAndStaysSo(t *testing.T) {
	t.Parallel()
	roots, issue := authority(t)
	for name, tt := range map[string]struct {
		until   time.Time
		trusted bool
		code    string
		args    map[string]string
	}{
		"good for long":       {noon.AddDate(0, 0, 60), true, "", nil},
		"good for a few days": {noon.AddDate(0, 0, 13), true, CertEnds, map[string]string{"date": "2026-12-07", "days": "13"}},
		"over":                {noon.AddDate(0, 0, -1), true, CertEnded, map[string]string{"date": "2026-11-23", "days": "-1"}},
		"of nobody that we know": {
			noon.AddDate(0, 0, 60), false, BadCert, map[string]string{"detail": "x509: certificate signed by unknown authority"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.TLS = &tls.Config{Certificates: []tls.Certificate{issue(tt.until)}, MinVersion: tls.VersionTLS12}
			server.StartTLS()
			defer server.Close()
			_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
			pr := prober()
			if pr.Roots = x509.NewCertPool(); tt.trusted {
				pr.Roots = roots
			}
			p := valid(t, Probe{Kind: TLS, Target: "localhost:" + port})
			check(t, pr.Look(t.Context(), &p), tt.code, tt.args)
		})
	}
}

func TestWhatCannotBeAskedIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	for field, p := range map[string]Probe{
		"target":   {Kind: HTTP, Target: "ftp://shop.example"},
		"target ":  {Kind: HTTP, Target: "https://name:secret@shop.example"},
		"target  ": {Kind: TCP, Target: "shop.example"},
		"target a": {Kind: TLS, Target: "shop.example:0"},
		"target b": {Kind: DNS, Target: "https://shop.example"},
		"status":   {Kind: HTTP, Target: "https://shop.example", Status: "ok"},
		"address":  {Kind: DNS, Target: "shop.example", Address: "shop"},
		"every":    {Kind: TCP, Target: "shop.example:80", Every: 3},
		"timeout":  {Kind: TCP, Target: "shop.example:80", Timeout: 99},
		"failures": {Kind: TCP, Target: "shop.example:80", Failures: -1},
		"days":     {Kind: TLS, Target: "shop.example:443", Days: 999},
		"kind":     {Kind: "icmp", Target: "shop.example"},
	} {
		p.Name, p.Service = "Checkout", "checkout"
		err := p.Validate()
		e, ok := errors.AsType[*incident.Error](err)
		if want := strings.Fields(field)[0]; !ok || e.Field != want {
			t.Errorf("%+v: %v, want the field %s to be named", p, err, want)
		}
	}
}

func FuzzStatus(f *testing.F) {
	for _, s := range []string{"2xx", "200,401", " 3xx , 4xx", "", ",", "xx", "2x", "９xx"} {
		f.Add(s, 200)
	}
	f.Fuzz(func(_ *testing.T, s string, got int) {
		p := Probe{Name: "n", Service: "s", Kind: HTTP, Target: "http://x", Status: s}
		if p.Validate() == nil {
			p.expects(got)
		}
	})
}

// A look that fails is repeated soon, a signal comes after as many as were
// asked for, and its end with the first that succeeds.
func TestAProbeSignalsWhenItIsSure(t *testing.T) {
	t.Parallel()
	w := Watched{Probe: valid(t, Probe{Kind: TCP, Target: "shop.example:80", Every: 60, Failures: 3})}
	bad := &incident.Reason{Code: NoConnection}
	at := noon
	for n, step := range []struct {
		fault *incident.Reason
		next  time.Duration
		news  incident.SignalState
	}{
		{nil, time.Minute, ""},
		{bad, 5 * time.Second, ""},
		{bad, 5 * time.Second, ""},
		{nil, time.Minute, ""}, // it was a blip
		{bad, 5 * time.Second, ""},
		{bad, 5 * time.Second, ""},
		{bad, time.Minute, incident.Firing},
		{bad, time.Minute, ""},
		{nil, time.Minute, incident.Resolved},
		{nil, time.Minute, ""},
	} {
		state, next, news := w.After(Outcome{At: at, Fault: step.fault})
		if next.Sub(at) != step.next || news != step.news {
			t.Fatalf("after look %d comes the next in %s, and %q is signalled; want %s, %q", n, next.Sub(at), news, step.next, step.news)
		}
		w.State, at = state, next
	}
	if w.State.Since.Equal(noon) || w.State.Fault != nil {
		t.Errorf("in the end it stands so: %+v", w.State)
	}
}
