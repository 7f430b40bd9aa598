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
			Logs: []Log{log("front", "access.log", "combined"), log("front", "error.log", "nginx-error")}},
		{Name: "catalogue", Team: "catalogue", Tier: 2, Logs: []Log{log("catalogue", "catalogue.log", "logfmt")}},
		{Name: "cart", Team: "checkout", Tier: 1, Logs: []Log{log("cart", "cart.log", "text")}},
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
	}
	return all
}

// write makes the folders, first releases, certificates and configurations.
func (l *Lab) write() (err error) {
	now := time.Now()
	if l.authority, err = newAuthority(filepath.Join(l.dir, "certificates"), now); err != nil {
		return err
	}
	if err := l.authority.issue(now.AddDate(0, 2, 0)); err != nil {
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

func (l *Lab) configFile(service string) string {
	return filepath.Join(l.dir, service, "config.json")
}

func (l *Lab) releaseDir(service, version string) string {
	return filepath.Join(l.dir, service, "releases", version)
}

// firstConfigs are the configurations under which the shop bears its load.
func (l *Lab) firstConfigs() map[string]any {
	url := make(map[string]string)
	logs := make(map[string][]Log)
	for _, service := range l.services {
		url[service.Name], logs[service.Name] = service.URL, service.Logs
	}
	base := func(service, log string) shop.Base {
		version := firstVersions()[service]
		return shop.Base{
			Listen: l.address(service), Version: version, Release: l.releaseDir(service, version),
			Log: log, MemoryLimit: memoryLimit,
		}
	}
	return map[string]any{
		"front": shop.FrontConfig{
			Base: base("front", logs["front"][1].Path), AccessLog: logs["front"][0].Path,
			CatalogueURL: url["catalogue"], CatalogueTimeout: shop.Duration(2 * time.Second),
			CartURL: url["cart"], CartTimeout: shop.Duration(2 * time.Second),
			PaymentURL: url["payment"], PaymentTimeout: shop.Duration(4 * time.Second),
		},
		"catalogue": shop.CatalogueConfig{
			Base: base("catalogue", logs["catalogue"][0].Path), Data: l.DataDir("catalogue"), PageSize: 24,
		},
		"cart": shop.CartConfig{
			Base: base("cart", logs["cart"][0].Path), Data: l.DataDir("cart"), Quota: 8 << 20, MaxItems: 50,
		},
		"payment": shop.PaymentConfig{
			Base: base("payment", logs["payment"][0].Path), Data: l.DataDir("payment"),
			PoolMax: 12, PoolWait: shop.Duration(800 * time.Millisecond),
			BankURL: url["bank"], BankTimeout: shop.Duration(3 * time.Second), BankCA: l.authority.rootFile(),
			Merchant: "toko-sigap",
		},
		"bank": shop.BankConfig{
			Base:        base("bank", ""),
			Certificate: l.authority.certificateFile(), Key: l.authority.keyFile(),
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
	return replaceFile(l.configFile(service), append(text, '\n'))
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
