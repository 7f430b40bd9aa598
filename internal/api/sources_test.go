package api

import "testing"

func TestTheAddressOfASourceIsShownWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://apikey:S3CRET@es:9200/logs-*": "https://apikey:xxxxx@es:9200/logs-*",
		"http://prometheus:9090":               "http://prometheus:9090",
		"http://sigap@loki:3100":               "http://sigap@loki:3100",
		"":                                     "",
		"::not an address":                     "::not an address",
	} {
		if got := withoutPassword(address); got != want {
			t.Errorf("%q is shown as %q, want %q", address, got, want)
		}
	}
}
