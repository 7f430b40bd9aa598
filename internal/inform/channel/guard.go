package channel

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// Allow lists the places inside the operator's own network that messages may
// go to. The zero value allows none: only public addresses.
//
// Addresses of webhooks come from people, subscribers of a status page among
// them, and must not become a way to reach what only this machine can reach
// (server-side request forgery, OWASP A10:2021).
type Allow struct {
	Networks []netip.Prefix // addresses that may be connected to
	Hosts    []string       // names that may resolve to any address
}

// ParseAllow reads a list of networks ("10.1.0.0/16"), addresses ("127.0.0.1")
// and host names ("mail.internal").
func ParseAllow(list []string) (Allow, error) {
	var allow Allow
	for _, item := range list {
		if prefix, err := netip.ParsePrefix(item); err == nil {
			allow.Networks = append(allow.Networks, prefix.Masked())
			continue
		}
		if addr, err := netip.ParseAddr(item); err == nil {
			allow.Networks = append(allow.Networks, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		if item == "" || strings.ContainsAny(item, "/: *") {
			return Allow{}, incident.FieldError("allow", "%q is neither a network, an address nor a host name", item)
		}
		allow.Hosts = append(allow.Hosts, strings.ToLower(item))
	}
	return allow, nil
}

// ForbiddenError says that a connection was refused by the guard.
type ForbiddenError struct {
	Host string // as configured
	Addr netip.Addr
}

func (e *ForbiddenError) Error() string {
	return fmt.Sprintf("%s is at %s, which is not a public address; an operator may allow it", e.Host, e.Addr)
}

// DialFunc opens a connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// NewDialer returns a dialer that connects to public addresses and to what
// allow lists, and refuses the others with a ForbiddenError. It judges the
// address of the very connection, after the name was resolved, so that a name
// that resolves differently the second time gains nothing.
func NewDialer(allow Allow) DialFunc { return newDialer(allow, nil) }

func newDialer(allow Allow, resolver *net.Resolver) DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		dialer := net.Dialer{
			Timeout:  10 * time.Second,
			Resolver: resolver,
			Control: func(_, resolved string, _ syscall.RawConn) error {
				return allow.judge(host, resolved)
			},
		}
		return dialer.DialContext(ctx, network, address)
	}
}

// judge returns a ForbiddenError unless resolved (address and port), which
// host was resolved to, may be connected to.
func (a Allow) judge(host, resolved string) error {
	ap, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return fmt.Errorf("reading the address %q: %w", resolved, err)
	}
	addr := ap.Addr().WithZone("").Unmap()
	if isPublic(addr) || slices.Contains(a.Hosts, strings.ToLower(strings.TrimSuffix(host, "."))) {
		return nil
	}
	for _, network := range a.Networks {
		if network.Contains(addr) {
			return nil
		}
	}
	return &ForbiddenError{Host: host, Addr: addr}
}

// isPublic reports whether addr can belong to a stranger's server. Not public
// is what IANA's special-purpose registries keep from being globally
// reachable (RFC 6890), and the two prefixes that hide an IPv4 address in an
// IPv6 one (NAT64 of RFC 6052, 6to4 of RFC 3056).
func isPublic(addr netip.Addr) bool {
	if !addr.IsGlobalUnicast() || addr.IsPrivate() { // loopback, link-local (metadata services), multicast, RFC 1918, fc00::/7
		return false
	}
	for _, network := range special() {
		if network.Contains(addr) {
			return false
		}
	}
	return true
}

func special() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT; metadata at 100.100.100.200
		netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("192.88.99.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("::/96"),
		netip.MustParsePrefix("64:ff9b::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("100::/64"),
		netip.MustParsePrefix("2001::/23"),
		netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("2002::/16"),
		netip.MustParsePrefix("3fff::/20"),
		netip.MustParsePrefix("5f00::/16"),
	}
}

// RedirectError says that an answer sent the request elsewhere, and that it
// was not followed.
type RedirectError struct{ Host string }

func (e *RedirectError) Error() string {
	return "the answer redirects to " + e.Host + "; use the final address"
}

// NewHTTPClient returns the client that all channels send with: guarded by
// allow, each request limited to timeout (0: by its context alone), redirects
// followed only where the request stays the same request to the same server.
// It uses no proxy, because behind one the guard sees only the proxy.
func NewHTTPClient(allow Allow, timeout time.Duration) *http.Client {
	return newHTTPClient(NewDialer(allow), timeout)
}

func newHTTPClient(dial DialFunc, timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:           dial,
			ForceAttemptHTTP2:     true,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: timeout,
			MaxIdleConnsPerHost:   8,
			IdleConnTimeout:       90 * time.Second,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			first := via[0]
			same := req.URL.Host == first.URL.Host && req.URL.Scheme == first.URL.Scheme && req.Method == first.Method
			if !same || len(via) >= 3 {
				return &RedirectError{Host: req.URL.Hostname()}
			}
			return nil
		},
	}
}
