package shop

import (
	"context"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"
)

// cacheSettings come with the release.
type cacheSettings struct {
	MaxEntries int      `json:"max_entries"` // 0: as many as come
	Key        []string `json:"key"`         // query parameters that tell listings apart
}

// listingCache holds the listings that were asked for last.
type listingCache struct {
	settings cacheSettings
	reads    singleflight.Group

	mu       sync.Mutex
	listings map[string][]product
	order    []string // keys, oldest first
}

func newListingCache(settings cacheSettings) *listingCache {
	return &listingCache{settings: settings, listings: make(map[string][]product)}
}

func (c *listingCache) key(query url.Values) string {
	parts := make([]string, len(c.settings.Key))
	for i, name := range c.settings.Key {
		parts[i] = query.Get(name)
	}
	return strings.Join(parts, "\x00")
}

// listing returns what is held under the key, or reads it. Callers who miss
// at the same time wait for one read, which does not end with the first of them.
func (c *listingCache) listing(ctx context.Context, key string, read func(context.Context) ([]product, error)) ([]product, error) {
	c.mu.Lock()
	held, found := c.listings[key]
	c.mu.Unlock()
	if found {
		return held, nil
	}
	answer, err, _ := c.reads.Do(key, func() (any, error) {
		listing, err := read(context.WithoutCancel(ctx))
		if err == nil {
			c.put(key, listing)
		}
		return listing, err
	})
	fresh, _ := answer.([]product) // nil with an error
	return fresh, err
}

func (c *listingCache) put(key string, listing []product) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.listings[key]; !known {
		c.order = append(c.order, key)
	}
	c.listings[key] = listing
	if c.settings.MaxEntries > 0 && len(c.order) > c.settings.MaxEntries {
		delete(c.listings, c.order[0])
		c.order = c.order[1:]
	}
}

func (c *listingCache) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.listings)
}
