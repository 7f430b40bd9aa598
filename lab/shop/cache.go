package shop

import (
	"net/url"
	"strings"
	"sync"
)

// cacheSettings come with the release.
type cacheSettings struct {
	MaxEntries int      `json:"max_entries"` // 0: as many as come
	Key        []string `json:"key"`         // query parameters that tell listings apart
}

// listingCache holds the listings that were asked for last.
type listingCache struct {
	settings cacheSettings

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

func (c *listingCache) get(key string) ([]product, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	listing, found := c.listings[key]
	return listing, found
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
