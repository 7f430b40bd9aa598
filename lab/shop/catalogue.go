package shop

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// catalogue lists products and tells their prices.
type catalogue struct {
	config CatalogueConfig
	db     *sql.DB
	cache  *listingCache
	log    *slog.Logger // logfmt
}

func buildCatalogue(ctx context.Context, file []byte, m *metrics) (*generation, error) {
	config, err := decode[CatalogueConfig](file)
	if err != nil {
		return nil, err
	}
	var settings cacheSettings
	if err := config.readRelease("cache.json", &settings); err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, config.Data, "catalogue.db", productSchema)
	if err != nil {
		return nil, err
	}
	logFile, err := openLog(config.Log)
	if err != nil {
		db.Close()
		return nil, err
	}
	c := &catalogue{
		config: config, db: db, cache: newListingCache(settings),
		log: slog.New(slog.NewTextHandler(logFile, nil)).With("service", "catalogue", "version", config.Version),
	}
	c.log.Info("configuration in force", "page_size", config.PageSize, "cache_max_entries", settings.MaxEntries)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products", m.measured("products", c.serveProducts))
	mux.HandleFunc("POST /prices", m.measured("prices", c.servePrices))
	return &generation{
		base:    config.Base,
		handler: mux,
		observe: func() { m.cacheEntries.WithLabelValues().Set(float64(c.cache.size())) },
		release: func() {
			db.Close()
			logFile.Close()
		},
	}, nil
}

type product struct {
	SKU         string `json:"sku"`
	Name        string `json:"name"`
	Price       int64  `json:"price"` // in rupiah
	Description string `json:"description,omitempty"`
}

type productPage struct {
	Products []product `json:"products"`
}

func (c *catalogue) serveProducts(w http.ResponseWriter, r *http.Request) {
	page, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || page < 1 {
		answer(w, http.StatusBadRequest, problem{"page is a number from 1"})
		return
	}
	listing, err := c.cache.listing(r.Context(), c.cache.key(r.URL.Query()), c.products)
	if err != nil {
		c.fail(w, r, "list the products", err)
		return
	}
	first := min((page-1)*c.config.PageSize, len(listing))
	last := min(first+c.config.PageSize, len(listing))
	shown := make([]product, 0, last-first)
	for _, p := range listing[first:last] {
		p.Description = ""
		shown = append(shown, p)
	}
	answer(w, http.StatusOK, productPage{shown})
}

func (c *catalogue) products(ctx context.Context) ([]product, error) {
	rows, err := c.db.QueryContext(ctx, `SELECT sku, name, price, description FROM products ORDER BY sku`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []product
	for rows.Next() {
		var p product
		if err := rows.Scan(&p.SKU, &p.Name, &p.Price, &p.Description); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	c.log.Info("listing read from the database", "products", len(all))
	return all, rows.Err()
}

type priceRequest struct {
	SKUs []string `json:"skus"`
}

type priceList struct {
	Prices map[string]int64 `json:"prices"`
}

func (c *catalogue) servePrices(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	var request priceRequest
	if !readBody(w, r, &request) {
		return
	}
	list := priceList{make(map[string]int64, len(request.SKUs))}
	for _, sku := range request.SKUs {
		var price int64
		err := c.db.QueryRowContext(r.Context(), `SELECT price FROM products WHERE sku = $1`, sku).Scan(&price)
		if err != nil {
			c.fail(w, r, fmt.Sprintf("look up the price of %q", sku), err)
			return
		}
		list.Prices[sku] = price
	}
	c.log.Info("prices told", "skus", strings.Join(request.SKUs, ","), "took", time.Since(began).Round(time.Microsecond))
	answer(w, http.StatusOK, list)
}

func (c *catalogue) fail(w http.ResponseWriter, r *http.Request, attempt string, err error) {
	if r.Context().Err() != nil {
		c.log.Info("the caller gave up", "attempt", attempt)
		answer(w, statusCallerGone, problem{"the caller gave up"})
		return
	}
	c.log.Error("request failed", "attempt", attempt, "error", err)
	answer(w, http.StatusInternalServerError, problem{"internal error"})
}

// Products is the number of products that the shop sells, SKU-001 on.
const Products = 400

// productSchema fills an empty database with that many products. A description
// is 4 KiB, as long as those that sellers paste in.
const productSchema = `
	CREATE TABLE IF NOT EXISTS products (
		sku TEXT PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL, description TEXT NOT NULL);
	INSERT INTO products
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
		SELECT printf('SKU-%03d', i), printf('Kopi arabika no. %d', i), 25000 + (i * 7919) % 175000, hex(zeroblob(2048))
		FROM n WHERE true
		ON CONFLICT DO NOTHING;`
