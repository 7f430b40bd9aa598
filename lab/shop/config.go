package shop

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Base is what every service's configuration holds.
type Base struct {
	Listen      string `json:"listen"`       // host:port, read at start only
	Version     string `json:"version"`      // of the release that is in force
	Release     string `json:"release"`      // folder with the files of that release
	Log         string `json:"log"`          // file that log lines are appended to
	MemoryLimit int64  `json:"memory_limit"` // bytes, as the platform enforces it; exported as a metric
}

// FrontConfig configures the public side.
type FrontConfig struct {
	Base
	AccessLog        string   `json:"access_log"`
	Banner           bool     `json:"banner"` // a feature flag: the seasonal banner on the home page
	CatalogueURL     string   `json:"catalogue_url"`
	CatalogueTimeout Duration `json:"catalogue_timeout"`
	CartURL          string   `json:"cart_url"`
	CartTimeout      Duration `json:"cart_timeout"`
	PaymentURL       string   `json:"payment_url"`
	PaymentTimeout   Duration `json:"payment_timeout"`
}

// CartConfig configures pricing and the spool of orders.
type CartConfig struct {
	Base
	Data     string `json:"data"`      // folder of the spool
	Quota    int64  `json:"quota"`     // bytes that the folder may hold, whoever wrote them
	MaxItems int    `json:"max_items"` // of one order
}

// PaymentConfig configures the charging of cards.
type PaymentConfig struct {
	Base
	Data        string   `json:"data"`      // folder of the database
	PoolMax     int      `json:"pool_max"`  // database connections at most
	PoolWait    Duration `json:"pool_wait"` // how long a request waits for one
	BankURL     string   `json:"bank_url"`
	BankTimeout Duration `json:"bank_timeout"`
	BankCA      string   `json:"bank_ca"` // PEM file of the authority that signs the bank's certificate
	Merchant    string   `json:"merchant"`
}

// CatalogueConfig configures the listing of products.
type CatalogueConfig struct {
	Base
	Data     string `json:"data"`      // folder of the database
	PageSize int    `json:"page_size"` // products on a page
}

// BankConfig configures the card gateway.
type BankConfig struct {
	Base
	Certificate  string   `json:"certificate"` // PEM file
	Key          string   `json:"key"`         // PEM file
	ClearingTime Duration `json:"clearing_time"`
	Merchants    []string `json:"merchants"`
}

// Duration is a time.Duration written as "250ms" or "3s".
type Duration time.Duration

// MarshalText writes d in Go's notation.
func (d Duration) MarshalText() ([]byte, error) {
	return []byte(time.Duration(d).String()), nil
}

// UnmarshalText reads Go's notation; a bare number has no unit and is refused.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = Duration(parsed)
	return nil
}

// Digest names the content of a configuration file, so that whoever wrote the
// file can ask a service whether it is in force.
func Digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:6])
}

// decode reads a configuration strictly: a misspelt key is an error, not a default.
func decode[T any](file []byte) (T, error) {
	var config T
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		return config, fmt.Errorf("read the configuration: %w", err)
	}
	return config, nil
}

// readRelease decodes a JSON file of the release in force.
func (b Base) readRelease(name string, into any) error {
	path := filepath.Join(b.Release, name)
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read release %s: %w", b.Version, err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("read release %s, %s: %w", b.Version, name, err)
	}
	return nil
}

// openLog opens a log file for appending.
func openLog(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}
