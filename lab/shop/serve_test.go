package shop

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cartFiles writes a release and a configuration of cart.
func cartFiles(t *testing.T, rules, extra string) (dir, configFile string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "discounts.json"), rules)
	configFile = filepath.Join(dir, "config.json")
	write(t, configFile, `{"version": "1.0.0", "release": "`+dir+`", "log": "`+dir+`/cart.log", "data": "`+dir+`/data", "quota": 1000000, "max_items": 3`+extra+`}`)
	return dir, configFile
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func startCart(t *testing.T, configFile string) *server {
	t.Helper()
	s := &server{file: configFile, build: buildCart, metrics: newMetrics()}
	if err := s.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.current.close() })
	return s
}

func ask(s *server, method, path, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer
}

func TestAConfigurationThatCannotBeTakenLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	dir, file := cartFiles(t, `{"rules": []}`, "")
	s := startCart(t, file)
	for _, c := range []struct{ config, reason string }{
		{`{"quta": 1}`, "unknown field"},
		{`{"quota": "much"}`, "cannot unmarshal"},
		{`{"release": "` + dir + `/nowhere"}`, "no such file"},
		{`{`, "unexpected EOF"},
	} {
		write(t, file, c.config)
		if err := s.load(t.Context()); err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s was answered %v, want one that says %q", c.config, err, c.reason)
		}
		if got := ask(s, http.MethodGet, "/healthz", "").Body.String(); !strings.Contains(got, `"version":"1.0.0"`) {
			t.Errorf("after %s the service says %s", c.config, got)
		}
	}
}

func TestOrdersArePricedAndKept(t *testing.T) {
	t.Parallel()
	dir, file := cartFiles(t, `{"rules": [{"name": "two", "min_items": 2, "tiers": [{"from": 2, "percent": 50}]}]}`, "")
	s := startCart(t, file)
	got := ask(s, http.MethodPost, "/orders", `{"items": [{"sku": "A", "quantity": 2, "price": 100}]}`)
	if got.Code != http.StatusCreated || !strings.Contains(got.Body.String(), `"total":100`) {
		t.Errorf("the order was answered %d %s", got.Code, got.Body)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "data", "orders.log"))
	if err != nil || !strings.Contains(string(kept), `"total":100`) {
		t.Errorf("the spool holds %q, %v", kept, err)
	}
	if got := ask(s, http.MethodPost, "/orders", `{"items": [{}, {}, {}, {}]}`); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("an order of too many items was answered %d", got.Code)
	}
	if got := ask(s, http.MethodPost, "/orders", `[`); got.Code != http.StatusBadRequest {
		t.Errorf("a body that is no JSON was answered %d", got.Code)
	}
}

func TestAPanicIsAnsweredAndItsStackLogged(t *testing.T) {
	t.Parallel()
	dir, file := cartFiles(t, `{"rules": [{"name": "empty", "min_items": 1}]}`, "")
	s := startCart(t, file)
	if got := ask(s, http.MethodPost, "/orders", `{"items": [{"quantity": 1}]}`); got.Code != http.StatusInternalServerError {
		t.Errorf("the order was answered %d", got.Code)
	}
	log, err := os.ReadFile(filepath.Join(dir, "cart.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ERROR [cart] POST /orders: panic: runtime error: index out of range [-1]\ngoroutine ", "shop.discountRule.percent(", "discount.go:"} {
		if !strings.Contains(string(log), want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if got := ask(s, http.MethodGet, "/metrics", "").Body.String(); !strings.Contains(got, `http_requests_total{code="500",handler="orders"} 1`) {
		t.Errorf("the panic is not counted:\n%s", got)
	}
}

func TestARequestEndsInTheGenerationItBeganIn(t *testing.T) {
	t.Parallel()
	_, file := cartFiles(t, `{"rules": []}`, "")
	s := startCart(t, file)
	held := s.take()
	released := make(chan struct{})
	release := held.release
	held.release = func() { release(); close(released) }
	if err := s.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-released:
		t.Error("the generation was given back while a request was under way")
	default:
	}
	held.active.Done()
	<-released
}
