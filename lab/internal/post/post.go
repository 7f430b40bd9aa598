// Package post sends JSON to the public intake, as any tool of a team would.
package post

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	patience = 30 * time.Second // with an intake that does not answer, as while it starts anew
	again    = 300 * time.Millisecond
)

// JSON posts v; an answer outside 2xx is an error that quotes it. While nothing
// answers it tries again for half a minute, as such tools do, under the same
// Idempotency-Key.
func JSON(ctx context.Context, client *http.Client, url string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	key := rand.Text()
	for end := time.Now().Add(patience); ; {
		answered, err := once(ctx, client, url, key, body)
		if err == nil || answered || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(again):
		}
	}
}

func once(ctx context.Context, client *http.Client, url, key string, body []byte) (answered bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return true, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // for the error alone
	if response.StatusCode/100 != 2 {
		return true, fmt.Errorf("the intake answered %s: %s", response.Status, said)
	}
	return true, nil
}
