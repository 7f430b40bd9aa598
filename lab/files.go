package lab

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/sigap-dev/sigap/lab/shop"
)

// memoryLimit is the resident memory, in bytes, at which the platform kills a
// service: a few times what a busy one needs.
const memoryLimit = 176 << 20

// Folders in the lab's own.
const (
	certificates = "certificates"
	outputs      = "output" // what processes print
)

// releases are the files of each service's first release.
//
//go:embed release
var releases embed.FS

// firstVersions are the versions that a lab starts with.
func firstVersions() map[string]string {
	return map[string]string{"front": "12.4.1", "catalogue": "3.9.0", "cart": "4.2.0", "payment": "7.1.2", "bank": "2024.11"}
}

// services describes the shop on the given ports.
func services(dir string, ports []int) []Service {
	log := func(service, file, format string) Log {
		return Log{filepath.Join(dir, service, "log", file), format}
	}
	all := []Service{
		{Name: "front", Team: "web", Tier: 1, DependsOn: []string{"catalogue", "cart", "payment"},
			Logs: []Log{log("front", "access.log", "combined"), log("front", "error.log", "plain")}},
		{Name: "catalogue", Team: "catalogue", Tier: 2, Logs: []Log{log("catalogue", "catalogue.log", "logfmt")}},
		{Name: "cart", Team: "checkout", Tier: 1, Logs: []Log{log("cart", "cart.log", "plain")}},
		{Name: "payment", Team: "payments", Tier: 1, DependsOn: []string{"bank"}, Logs: []Log{log("payment", "payment.log", "json")}},
		{Name: "bank", Team: "bank", Tier: 1, Outside: true},
	}
	for i := range all {
		all[i].Address = address(ports[i])
		all[i].URL = "http://" + all[i].Address
		if all[i].Outside {
			all[i].URL = "https://" + all[i].Address
			continue
		}
		all[i].Metrics = all[i].URL + "/metrics"
		all[i].Config = configFile(dir, all[i].Name)
	}
	return all
}

// write makes the folders, first releases, certificates and configurations.
func (l *Lab) write() (err error) {
	now := time.Now()
	if l.authority, err = newAuthority(filepath.Join(l.dir, certificates), now); err != nil {
		return err
	}
	if err := l.authority.issue(now.AddDate(0, 2, 0)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(l.dir, outputs), 0o755); err != nil {
		return err
	}
	for _, service := range l.services {
		for _, folder := range []string{"log", "data"} {
			if err := os.MkdirAll(filepath.Join(l.dir, service.Name, folder), 0o755); err != nil {
				return err
			}
		}
		first, err := fs.Sub(releases, "release/"+service.Name)
		if err != nil {
			return err
		}
		if err := os.CopyFS(l.releaseDir(service.Name, firstVersions()[service.Name]), first); err != nil {
			return err
		}
	}
	for name, config := range l.firstConfigs() {
		if err := l.writeConfig(name, config); err != nil {
			return err
		}
	}
	return nil
}

func configFile(dir, service string) string {
	return filepath.Join(dir, service, "config.json")
}

// releasePath is where the files of a release lie, from the lab's folder.
func releasePath(service, version string) string {
	return filepath.Join(service, "releases", version)
}

func (l *Lab) releaseDir(service, version string) string {
	return filepath.Join(l.dir, releasePath(service, version))
}

// firstConfigs are the configurations under which the shop bears its load.
// Their paths are relative to the lab's folder, in which the services run.
func (l *Lab) firstConfigs() map[string]any {
	url := make(map[string]string)
	for _, service := range l.services {
		url[service.Name] = service.URL
	}
	base := func(service, log string) shop.Base {
		version := firstVersions()[service]
		return shop.Base{
			Listen: l.address(service), Version: version, Release: releasePath(service, version),
			Log: filepath.Join(service, "log", log), MemoryLimit: memoryLimit,
		}
	}
	return map[string]any{
		"front": shop.FrontConfig{
			Base: base("front", "error.log"), AccessLog: filepath.Join("front", "log", "access.log"),
			CatalogueURL: url["catalogue"], CatalogueTimeout: shop.Duration(5 * time.Second),
			CartURL: url["cart"], CartTimeout: shop.Duration(5 * time.Second),
			PaymentURL: url["payment"], PaymentTimeout: shop.Duration(4 * time.Second),
		},
		"catalogue": shop.CatalogueConfig{
			Base: base("catalogue", "catalogue.log"), Data: filepath.Join("catalogue", "data"), PageSize: 24,
		},
		"cart": shop.CartConfig{
			Base: base("cart", "cart.log"), Data: filepath.Join("cart", "data"), Quota: 8 << 20, MaxItems: 50,
		},
		"payment": shop.PaymentConfig{
			Base: base("payment", "payment.log"), Data: filepath.Join("payment", "data"),
			PoolMax: 16, PoolWait: shop.Duration(1500 * time.Millisecond),
			BankURL: url["bank"], BankTimeout: shop.Duration(3 * time.Second), BankCA: filepath.Join(certificates, rootFile),
			Merchant: "toko-sigap",
		},
		"bank": shop.BankConfig{
			Base:        base("bank", "bank.log"),
			Certificate: filepath.Join(certificates, bankFile), Key: filepath.Join(certificates, bankKeyFile),
			ClearingTime: shop.Duration(150 * time.Millisecond), Merchants: []string{"toko-sigap"},
		},
	}
}

// writeConfig writes a configuration with its keys in order, so that two
// versions differ only in what was changed.
func (l *Lab) writeConfig(service string, config any) error {
	encoded, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("write the configuration of %s: %w", service, err)
	}
	var ordered map[string]any
	if err := json.Unmarshal(encoded, &ordered); err != nil {
		return fmt.Errorf("write the configuration of %s: %w", service, err)
	}
	text, err := json.MarshalIndent(ordered, "", "  ")
	if err != nil {
		return fmt.Errorf("write the configuration of %s: %w", service, err)
	}
	return replaceFile(configFile(l.dir, service), append(text, '\n'))
}

// replaceFile leaves either the old content or the new.
func replaceFile(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (l *Lab) address(service string) string {
	for _, s := range l.services {
		if s.Name == service {
			return s.Address
		}
	}
	return ""
}
