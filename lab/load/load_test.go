package load

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestRequestsComeAtTheirRateThoughNoneIsAnswered(t *testing.T) {
	t.Parallel()
	const wanted = 40
	arrived := make(chan struct{}, 1000)
	stay := make(chan struct{})
	shop := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-stay
	}))
	defer shop.Close()
	g := Start(t.Context(), Options{URL: shop.URL, Rate: 200, Seed: 1})
	defer g.Stop()
	defer close(stay)
	for n := range wanted {
		select {
		case <-arrived:
		case <-time.After(10 * time.Second):
			t.Fatalf("only %d requests came while none was answered", n)
		}
	}
	if got := g.Recent(time.Minute, ""); got.Requests != 0 {
		t.Errorf("%d requests are said to have ended", got.Requests)
	}
}

func TestStatsSayWhatUsersSaw(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	enough := make(chan struct{})
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := count.Add(1)
		if n == 40 {
			close(enough)
		}
		switch n % 4 {
		case 0:
			w.WriteHeader(http.StatusBadGateway)
		case 1:
			w.WriteHeader(http.StatusPaymentRequired) // no failure: the card's owner is out of money
		}
	}))
	defer shop.Close()
	g := Start(t.Context(), Options{URL: shop.URL, Rate: 500, Seed: 1})
	<-enough
	g.Stop()
	seen := g.Recent(time.Minute, "")
	if want := int(count.Load()); seen.Requests != want || seen.Failures != want/4 {
		t.Errorf("of %d requests, a fourth of them failed, the stats say %+v", want, seen)
	}
	home, checkout := g.Recent(time.Minute, "home"), g.Recent(time.Minute, "checkout")
	if home.Requests == 0 || checkout.Requests == 0 || home.Requests+checkout.Requests != seen.Requests {
		t.Errorf("of %d requests %d went home and %d to the checkout", seen.Requests, home.Requests, checkout.Requests)
	}
}

func TestTimesAreSummedUp(t *testing.T) {
	t.Parallel()
	var results []Result
	for i := range 100 {
		results = append(results, Result{Took: time.Duration(100-i) * time.Millisecond, Code: 200, Handler: "home"})
	}
	results = append(results, Result{Took: time.Hour, Code: 0, Handler: "checkout"})
	got := sum(results, "home")
	want := Stats{Requests: 100, Median: 51 * time.Millisecond, P95: 96 * time.Millisecond}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := sum(results, "checkout"); got.FailureRatio() != 1 {
		t.Errorf("a request without an answer is no failure: %+v", got)
	}
	if got := sum(nil, ""); got != (Stats{}) || got.FailureRatio() != 0 {
		t.Errorf("nothing sums up to %+v", got)
	}
}

func TestASeedGivesTheSameUsers(t *testing.T) {
	t.Parallel()
	users := func(seed uint64) []visit {
		g := &Generator{random: newRandom(seed)}
		var all []visit
		for range 50 {
			all = append(all, g.visit())
		}
		return all
	}
	same, again, other := users(4), users(4), users(5)
	differ := 0
	for i := range same {
		if same[i].purchase.Session != again[i].purchase.Session || same[i].handler != again[i].handler {
			t.Fatalf("user %d: %+v and %+v", i, same[i], again[i])
		}
		if same[i].purchase.Session != other[i].purchase.Session {
			differ++
		}
	}
	if differ == 0 {
		t.Error("another seed gives the same users")
	}
}
