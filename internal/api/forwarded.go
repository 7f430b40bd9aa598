package api

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of the proxies that are believed when they say for
// whom they ask. Anybody can write such a header: from elsewhere it counts for
// nothing.
type Proxies []netip.Prefix

// ParseProxies reads networks (10.1.0.0/16) and addresses (127.0.0.1).
func ParseProxies(list []string) (Proxies, error) {
	var out Proxies
	for _, item := range list {
		if prefix, err := netip.ParsePrefix(item); err == nil {
			out = append(out, prefix.Masked())
		} else if addr, err := netip.ParseAddr(item); err == nil {
			out = append(out, netip.PrefixFrom(addr, addr.BitLen()))
		} else {
			return nil, fmt.Errorf("%q is neither a network such as 10.1.0.0/16 nor an address", item)
		}
	}
	return out, nil
}

func (p Proxies) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// client is the address that a request comes from: the connection's, or, if
// that is a trusted proxy's, the nearest one before it that is not. The
// addresses stand in X-Forwarded-For, or where there is none in Forwarded (RFC
// 7239), each proxy's addition after those before; what a client made up stands
// further left and is not reached. Where an entry cannot be read the one after
// it counts.
func (p Proxies) client(r *http.Request) string {
	at, err := netip.ParseAddr(remoteHost(r))
	if err != nil {
		return remoteHost(r)
	}
	at = at.Unmap()
	hops := hopsOf(strings.Join(r.Header.Values("X-Forwarded-For"), ","), func(s string) string { return s })
	if len(r.Header.Values("X-Forwarded-For")) == 0 {
		hops = hopsOf(strings.Join(r.Header.Values("Forwarded"), ","), forwardedFor)
	}
	for _, hop := range slices.Backward(hops) {
		if !p.trusts(at) || !hop.IsValid() {
			break
		}
		at = hop
	}
	return at.String()
}

// hopsOf reads a list of addresses; one that cannot be read is the zero one.
func hopsOf(header string, find func(string) string) []netip.Addr {
	if header == "" {
		return nil
	}
	var hops []netip.Addr
	for item := range strings.SplitSeq(header, ",") {
		hops = append(hops, hopOf(strings.TrimSpace(find(item))))
	}
	return hops
}

// hopOf reads an address with or without a port, an IPv6 one with or without
// brackets.
func hopOf(s string) netip.Addr {
	if addr, err := netip.ParseAddrPort(s); err == nil {
		return addr.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// forwardedFor is the for= of one element of Forwarded. A quoted comma or
// semicolon is none of an address: it makes the element unreadable.
func forwardedFor(element string) string {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.EqualFold(strings.TrimSpace(name), "for") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}
