package channel

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestOnlyPublicAddressesAreDialled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr   string
		public bool
	}{
		{"93.184.215.14:443", true},
		{"[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443", true},
		{"127.0.0.1:80", false},
		{"127.9.9.9:80", false},
		{"0.0.0.0:80", false},
		{"10.0.0.1:80", false},
		{"172.31.255.255:80", false},
		{"192.168.1.1:80", false},
		{"169.254.169.254:80", false},
		{"100.100.100.200:80", false},
		{"224.0.0.1:80", false},
		{"255.255.255.255:80", false},
		{"198.18.0.1:80", false},
		{"[::1]:80", false},
		{"[::]:80", false},
		{"[::ffff:10.0.0.1]:80", false},
		{"[::7f00:1]:80", false},
		{"[64:ff9b::a00:1]:80", false},
		{"[2002:a00:1::]:80", false},
		{"[fe80::1%eth0]:80", false},
		{"[fd00:ec2::254]:80", false},
		{"[ff02::1]:80", false},
	} {
		err := Allow{}.judge("example.com", c.addr)
		_, forbidden := errors.AsType[*ForbiddenError](err)
		if forbidden == c.public {
			t.Errorf("%s: %v", c.addr, err)
		}
	}
}

func TestAnOperatorAllowsNetworksAddressesAndHosts(t *testing.T) {
	t.Parallel()
	allow, err := ParseAllow([]string{"10.1.0.0/16", "192.168.7.7", "Mail.Internal"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		host, addr string
		ok         bool
	}{
		{"a.test", "10.1.2.3:25", true},
		{"a.test", "10.2.2.3:25", false},
		{"a.test", "192.168.7.7:25", true},
		{"a.test", "192.168.7.8:25", false},
		{"mail.internal", "10.9.9.9:25", true},
		{"MAIL.internal.", "127.0.0.1:25", true},
		{"evil-mail.internal", "127.0.0.1:25", false},
	} {
		if err := allow.judge(c.host, c.addr); (err == nil) != c.ok {
			t.Errorf("%s at %s: %v", c.host, c.addr, err)
		}
	}
}

func TestAnAllowListWithMistakesIsRefused(t *testing.T) {
	t.Parallel()
	for _, item := range []string{"", "10.0.0.0/99", "http://mail", "mail:25", "*.internal", "a b"} {
		if allow, err := ParseAllow([]string{item}); err == nil {
			t.Errorf("%q became %+v", item, allow)
		}
	}
}

// rebinding answers the first question for a name with a public address and
// every later one with the loopback interface.
func rebinding(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var asked atomic.Int32
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var query dnsmessage.Message
			if query.Unpack(buffer[:n]) != nil {
				continue
			}
			reply := dnsmessage.Message{Header: dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true}, Questions: query.Questions}
			if question := query.Questions[0]; question.Type == dnsmessage.TypeA {
				address := [4]byte{127, 0, 0, 1}
				if asked.Add(1) == 1 {
					address = [4]byte{93, 184, 215, 14}
				}
				reply.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class, Type: question.Type},
					Body:   &dnsmessage.AResource{A: address},
				}}
			}
			if packed, err := reply.Pack(); err == nil {
				conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestANameThatIsReboundToAPrivateAddressIsRefused(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	resolver := rebinding(t)

	// What a check before the connection would have seen: a public address.
	addrs, err := resolver.LookupNetIP(t.Context(), "ip4", "hook.example.com")
	if err != nil || Allow.judge(Allow{}, "hook.example.com", netip.AddrPortFrom(addrs[0], 80).String()) != nil {
		t.Fatalf("the first answer is %v, %v", addrs, err)
	}
	client := newHTTPClient(newDialer(Allow{}, resolver), 5*time.Second)
	_, err = client.Get("http://hook.example.com:" + port)
	forbidden, ok := errors.AsType[*ForbiddenError](err)
	if !ok || forbidden.Addr != netip.MustParseAddr("127.0.0.1") || reached.Load() {
		t.Errorf("got %v, reached %t", err, reached.Load())
	}

	// The same with the name allowed: the refusal above was the guard's.
	client = newHTTPClient(newDialer(Allow{Hosts: []string{"hook.example.com"}}, resolver), 5*time.Second)
	if _, err := client.Get("http://hook.example.com:" + port); err != nil || !reached.Load() {
		t.Errorf("allowed: got %v, reached %t", err, reached.Load())
	}
}

func TestRedirectsStayOnTheServerAndKeepTheRequest(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("another server was asked")
	}))
	defer other.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /same", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/end", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("POST /turned", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/end", http.StatusFound) })
	mux.HandleFunc("POST /away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusPermanentRedirect)
	})
	mux.HandleFunc("POST /round", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/round", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("POST /end", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	defer server.Close()
	allow := Allow{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	client := NewHTTPClient(allow, 5*time.Second)
	for path, followed := range map[string]bool{"/same": true, "/turned": false, "/away": false, "/round": false} {
		got, failed := postJSON(t.Context(), client, server.URL+path, "hello")
		if followed && (failed != nil || got.status != http.StatusOK) {
			t.Errorf("%s: %v, %v", path, got.status, failed)
		}
		if !followed {
			if failed == nil || failed.Retry {
				t.Errorf("%s: got %+v, want a lasting error", path, failed)
				continue
			}
			if _, ok := errors.AsType[*RedirectError](failed); !ok {
				t.Errorf("%s: %v", path, failed)
			}
		}
	}
}

func TestTheGuardedClientUsesNoProxy(t *testing.T) {
	t.Parallel()
	transport := NewHTTPClient(Allow{}, time.Second).Transport.(*http.Transport)
	if transport.Proxy != nil {
		request := &http.Request{URL: &url.URL{Scheme: "http", Host: "example.com"}}
		proxy, err := transport.Proxy(request)
		t.Errorf("requests go through %v, %v", proxy, err)
	}
}

func TestRetryAfterIsReadAsSecondsOrDateAndBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 2, 14, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"30":                            30 * time.Second,
		"0.5":                           500 * time.Millisecond,
		"-3":                            0,
		"NaN":                           0,
		"1e99":                          time.Hour,
		"soon":                          0,
		"Tue, 24 Nov 2026 02:15:00 GMT": time.Minute,
		"Tue, 24 Nov 2026 02:13:00 GMT": 0,
		"999999":                        time.Hour,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q gave %s, want %s", value, got, want)
		}
	}
}
