package lab

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrometheusIsToldOfTheShopsOwnServicesAndOfTheIntake(t *testing.T) {
	t.Parallel()
	all := services("/lab", []int{1, 2, 3, 4, 5})
	text, err := prometheusConfig(all, "127.0.0.1:9", "https://sigap.example:8443/in/KEY")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Alerting struct {
			Alertmanagers []map[string]any
		}
		ScrapeConfigs []struct {
			JobName       string `json:"job_name"`
			StaticConfigs []struct {
				Targets []string
				Labels  map[string]string
			} `json:"static_configs"`
		} `json:"scrape_configs"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	labels := make(map[string]map[string]string)
	for _, job := range got.ScrapeConfigs {
		for _, static := range job.StaticConfigs {
			labels[job.JobName+" "+static.Targets[0]] = static.Labels
		}
	}
	want := map[string]map[string]string{
		"shop 127.0.0.1:1": {"service": "front", "team": "web", "environment": "production"},
		"shop 127.0.0.1:2": {"service": "catalogue", "team": "catalogue", "environment": "production"},
		"shop 127.0.0.1:3": {"service": "cart", "team": "checkout", "environment": "production"},
		"shop 127.0.0.1:4": {"service": "payment", "team": "payments", "environment": "production"},
		"node 127.0.0.1:9": {"environment": "production"},
	}
	if diff := cmp.Diff(want, labels); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	manager := []map[string]any{{
		"api_version": "v2", "scheme": "https", "path_prefix": "/in/KEY",
		"static_configs": []any{map[string]any{"targets": []any{"sigap.example:8443"}}},
	}}
	if diff := cmp.Diff(manager, got.Alerting.Alertmanagers); diff != "" {
		t.Errorf("the intake (-want +got):\n%s", diff)
	}
	if _, err := prometheusConfig(all, "", "not an address"); err == nil {
		t.Error("an address without a host was taken")
	}
}
