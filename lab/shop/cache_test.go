package shop

import (
	"context"
	"errors"
	"net/url"
	"testing"
)

func TestTheCacheHoldsAsManyListingsAsItsReleaseSays(t *testing.T) {
	t.Parallel()
	read := func(context.Context) ([]product, error) { return []product{{SKU: "A"}}, nil }
	for _, c := range []struct {
		settings cacheSettings
		want     int
	}{
		{cacheSettings{MaxEntries: 2, Key: []string{"page"}}, 2},
		{cacheSettings{MaxEntries: 2, Key: []string{"session"}}, 1},
		{cacheSettings{Key: []string{"page", "session"}}, 3},
		{cacheSettings{}, 1},
	} {
		cache := newListingCache(c.settings)
		for _, page := range []string{"1", "2", "3", "1"} {
			query := url.Values{"page": {page}, "session": {"s"}}
			if _, err := cache.listing(t.Context(), cache.key(query), read); err != nil {
				t.Fatal(err)
			}
		}
		if got := cache.size(); got != c.want {
			t.Errorf("%+v holds %d listings, want %d", c.settings, got, c.want)
		}
	}
}

func TestAListingThatCouldNotBeReadIsNotHeld(t *testing.T) {
	t.Parallel()
	cache := newListingCache(cacheSettings{})
	broken := errors.New("broken")
	if _, err := cache.listing(t.Context(), "k", func(context.Context) ([]product, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("the error of the read became %v", err)
	}
	if got := cache.size(); got != 0 {
		t.Errorf("it holds %d listings", got)
	}
}
