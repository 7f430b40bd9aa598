package channeltest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWaitReturnsAsSoonAsEnoughWasAccepted(t *testing.T) {
	t.Parallel()
	inbox := newInbox()
	go func() {
		for range 3 {
			inbox.accept(Received{To: "1"})
		}
	}()
	got, err := inbox.Wait(t.Context(), 3)
	if err != nil || len(got) != 3 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWaitSaysWhatThereIsWhenTheTimeIsUp(t *testing.T) {
	t.Parallel()
	inbox := newInbox()
	inbox.accept(Received{To: "budi", Text: "Disk full"})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := inbox.Wait(ctx, 2)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), `to budi: "Disk full"`) {
		t.Errorf("got %v", err)
	}
}

func TestAHeldServiceAnswersWhenItIsReleasedAndADownOneNever(t *testing.T) {
	t.Parallel()
	inbox := newInbox()
	url := inbox.serve(t, func(w http.ResponseWriter, _ *http.Request) { inbox.accept(Received{}) }, nil)
	release := inbox.Hold()
	done := make(chan error, 1)
	go func() {
		res, err := http.Post(url, "text/plain", nil)
		if err == nil {
			res.Body.Close()
		}
		done <- err
	}()
	if n := len(inbox.Messages()); n != 0 {
		t.Errorf("%d messages while held", n)
	}
	release()
	if err := <-done; err != nil || len(inbox.Messages()) != 1 {
		t.Errorf("released: %v", err)
	}
	inbox.LoseNext(1) // of POST requests, which the client does not repeat by itself
	if _, err := http.Post(url, "text/plain", nil); err == nil || len(inbox.Messages()) != 2 {
		t.Errorf("a lost answer came, or its call was not obeyed: %v", err)
	}
	inbox.Down(true)
	if _, err := http.Post(url, "text/plain", nil); err == nil || len(inbox.Messages()) != 2 {
		t.Error("a service that is down answered")
	}
}
