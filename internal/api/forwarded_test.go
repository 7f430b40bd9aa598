package api

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestOnlyATrustedProxySaysForWhomItAsks(t *testing.T) {
	t.Parallel()
	trusted, err := ParseProxies([]string{"10.0.0.0/8", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, from string
		xff        []string
		forwarded  string
		trusted    Proxies
		want       string
	}{
		{"a client by itself", "203.0.113.9:5000", nil, "", trusted, "203.0.113.9"},
		{"a client that lies", "203.0.113.9:5000", []string{"198.51.100.1"}, "", trusted, "203.0.113.9"},
		{"a proxy", "10.1.2.3:5000", []string{"198.51.100.1"}, "", trusted, "198.51.100.1"},
		{"nobody is trusted", "10.1.2.3:5000", []string{"198.51.100.1"}, "", nil, "10.1.2.3"},
		{"a liar behind a proxy", "10.1.2.3:5000", []string{"192.0.2.1, 198.51.100.1"}, "", trusted, "198.51.100.1"},
		{"two proxies", "10.1.2.3:5000", []string{"192.0.2.1, 198.51.100.1", "10.9.9.9"}, "", trusted, "198.51.100.1"},
		{"all of them proxies", "10.1.2.3:5000", []string{"10.0.0.1, 10.0.0.2"}, "", trusted, "10.0.0.1"},
		{"with a port", "10.1.2.3:5000", []string{"198.51.100.1:443"}, "", trusted, "198.51.100.1"},
		{"IPv6", "[::1]:5000", []string{"[2001:db8::7]:443"}, "", trusted, "2001:db8::7"},
		{"no address", "10.1.2.3:5000", []string{"198.51.100.1, unknown"}, "", trusted, "10.1.2.3"},
		{"Forwarded", "10.1.2.3:5000", nil, `for=192.0.2.1, For="[2001:db8::7]:4711";proto=https`, trusted, "2001:db8::7"},
		{"Forwarded that hides", "10.1.2.3:5000", nil, `for=_secret`, trusted, "10.1.2.3"},
		{"both", "10.1.2.3:5000", []string{"198.51.100.1"}, `for=192.0.2.1`, trusted, "198.51.100.1"},
		{"an empty header", "10.1.2.3:5000", []string{""}, `for=192.0.2.1`, trusted, "10.1.2.3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: tt.from, Header: http.Header{}}
			for _, v := range tt.xff {
				r.Header.Add("X-Forwarded-For", v)
			}
			if tt.forwarded != "" {
				r.Header.Set("Forwarded", tt.forwarded)
			}
			if got := tt.trusted.client(r); got != tt.want {
				t.Errorf("the request comes from %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhatIsNoNetworkIsNotTrusted(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"proxy.example.com", "10.0.0.0/33", "", "*"} {
		if _, err := ParseProxies([]string{wrong}); err == nil {
			t.Errorf("%q is taken for a network", wrong)
		}
	}
}

// FuzzForwarded: whatever stands in the headers, the answer is an address, and
// of a connection that is no proxy's its own.
func FuzzForwarded(f *testing.F) {
	f.Add("192.0.2.1, 198.51.100.1:80", `for="[2001:db8::7]:4711";proto=https`)
	f.Add("", `for=,;="`)
	f.Fuzz(func(t *testing.T, xff, forwarded string) {
		proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8")}
		for from, own := range map[string]bool{"10.1.2.3:1": false, "203.0.113.9:1": true} {
			r := &http.Request{RemoteAddr: from, Header: http.Header{"X-Forwarded-For": {xff}, "Forwarded": {forwarded}}}
			if xff == "" {
				r.Header.Del("X-Forwarded-For")
			}
			got := proxies.client(r)
			if _, err := netip.ParseAddr(got); err != nil || own && got != "203.0.113.9" {
				t.Errorf("the request from %s comes from %q", from, got)
			}
		}
	})
}
