package channel_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/sigap-dev/sigap/internal/inform/channel"
)

// A channel is opened from its kind and configuration, and says of an error
// whether and when it is worth another try.
func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "30")
		http.Error(w, "back soon", http.StatusServiceUnavailable)
	}))
	defer server.Close()

	allow, err := channel.ParseAllow([]string{"127.0.0.0/8"}) // a server of our own
	if err != nil {
		fmt.Println(err)
		return
	}
	deps := channel.Deps{HTTP: channel.NewHTTPClient(allow, 15*time.Second)}
	hook, err := channel.New("webhook", json.RawMessage(`{"keys":["0123456789abcdef"]}`), deps)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = hook.Send(context.Background(), server.URL, channel.Message{ID: "ntc-1", Title: "Disk full"})
	if failed, ok := errors.AsType[*channel.Error](err); ok {
		fmt.Println(failed.Detail)
		fmt.Println("again:", failed.Retry, "after", failed.After)
	}
	// Output:
	// answered 503 Service Unavailable: back soon
	// again: true after 30s
}
