package lab

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
)

// rules are the alerting rules of the shop.
//
//go:embed rules.yml
var rules []byte

// FindMonitoring returns the paths of Prometheus and its node exporter as
// Debian installs them, empty where one is missing.
func FindMonitoring() (prometheus, nodeExporter string) {
	prometheus, _ = exec.LookPath("prometheus")
	nodeExporter, _ = exec.LookPath("prometheus-node-exporter")
	return prometheus, nodeExporter
}

// monitor starts Prometheus and the node exporter where they are given.
func (l *Lab) monitor(ctx context.Context, options Options, ports []int) error {
	var host string
	if options.NodeExporter != "" {
		host = address(ports[1])
		l.run(ctx, &process{name: "node-exporter", path: options.NodeExporter, args: []string{
			"--web.listen-address=" + host, "--log.level=error", "--collector.disable-defaults",
			"--collector.cpu", "--collector.meminfo", "--collector.loadavg", "--collector.filesystem", "--collector.netdev",
		}})
	}
	if options.Prometheus == "" {
		return nil
	}
	dir := filepath.Join(l.dir, "prometheus")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	config, err := prometheusConfig(l.services, host, options.AlertsURL)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "rules.yml"), rules, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), config, 0o644); err != nil {
		return err
	}
	l.watching = "http://" + address(ports[0])
	l.run(ctx, &process{name: "prometheus", path: options.Prometheus, args: []string{
		"--config.file=" + filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path=" + filepath.Join(dir, "data"),
		"--storage.tsdb.retention.time=1d",
		"--web.listen-address=" + address(ports[0]),
		"--log.level=warn",
	}})
	return nil
}

// prometheusConfig is a prometheus.yml, written as JSON, which YAML includes.
// Scrapes and evaluations come every second, so that a drill shows an alert
// within seconds of its cause.
func prometheusConfig(services []Service, host, alertsURL string) ([]byte, error) {
	type object map[string]any
	var targets []object
	for _, service := range services {
		if service.Outside {
			continue
		}
		targets = append(targets, object{
			"targets": []string{service.Address},
			"labels":  object{"service": service.Name, "team": service.Team, "environment": Environment},
		})
	}
	jobs := []object{{"job_name": "shop", "static_configs": targets}}
	if host != "" {
		jobs = append(jobs, object{
			"job_name": "node", "scrape_interval": "5s", "scrape_timeout": "4s",
			"static_configs": []object{{"targets": []string{host}, "labels": object{"environment": Environment}}},
		})
	}
	config := object{
		"global":         object{"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
		"rule_files":     []string{"rules.yml"},
		"scrape_configs": jobs,
	}
	if alertsURL != "" {
		to, err := url.Parse(alertsURL)
		if err != nil || to.Host == "" {
			return nil, fmt.Errorf("send alerts to %q: not an address", alertsURL)
		}
		config["alerting"] = object{"alertmanagers": []object{{
			"api_version": "v2", "scheme": to.Scheme, "path_prefix": to.Path,
			"static_configs": []object{{"targets": []string{to.Host}}},
		}}}
	}
	return json.MarshalIndent(config, "", "  ")
}
