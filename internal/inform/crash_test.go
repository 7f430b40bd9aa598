package inform_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
	"github.com/sigap-dev/sigap/internal/inform"
	"github.com/sigap-dev/sigap/internal/inform/channel"
)

func receiptsOf(w *world, id, state string) (out []incident.Receipt) {
	w.t.Helper()
	for _, r := range w.incident(id).Receipts {
		if string(r.State) == state {
			out = append(out, r)
		}
	}
	return out
}

func TestADeliveryThatWasBrokenOffIsSentAgainAndSaysThatItMayHaveComeTwice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind  string
		twice bool
	}{
		{"ntfy", true},
		{"webhook", false}, // its reader knows it again by its id
	} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			w := onSQLite(t)
			w.payments(tt.kind)
			id := w.candidate()
			w.change(id, incident.Notice{ID: "n1", Purpose: incident.PurposeNotice, To: []incident.Recipient{{Person: w.people["rina"].Ref()}}})
			job := inform.Deliver{Incident: id, Notice: "n1", To: incident.Recipient{Person: w.people["rina"].Ref()}, Methods: []string{tt.kind + "-rina"}}
			w.must(w.inform.Deliver(t.Context(), job, inform.Try{N: 2, Broken: true}))
			got := receiptsOf(w, id, "accepted")
			if len(got) != 1 || got[0].Unsure != tt.twice {
				t.Errorf("the receipts are %+v, want one with Unsure %v", got, tt.twice)
			}
			w.must(w.inform.Deliver(t.Context(), job, inform.Try{N: 3, Broken: true}))
			w.turn(0, tt.kind+" rina", tt.kind+" rina") // the first is the candidate's page
		})
	}
}

// vanishing is a service that takes a message and breaks the connection before
// it answers, the first time.
type vanishing struct {
	channel.Channel
	taken *int
}

func (v vanishing) Send(ctx context.Context, to string, m channel.Message) (channel.Result, error) {
	if *v.taken++; *v.taken > 1 {
		return v.Channel.Send(ctx, to, m)
	}
	return channel.Result{}, &channel.Error{Retry: true, Unsure: true, Detail: "no answer", Err: errors.New("connection reset")}
}

func TestAMessageThatMayHaveArrivedSaysSoWhenItFailedAndWhenItIsSentAgain(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("ntfy")
	taken := 0
	w.set["ntfy"] = vanishing{w.set["ntfy"], &taken}
	id := w.candidate()
	w.turn(0)
	if got := receiptsOf(w, id, "failed"); len(got) != 1 || !got[0].Unsure {
		t.Errorf("after the connection broke the receipts are %+v, want one that is unsure", got)
	}
	w.turn(time.Second, "ntfy rina")
	if got := receiptsOf(w, id, "accepted"); len(got) != 1 || !got[0].Unsure {
		t.Errorf("after the second try the receipts are %+v, want one that is unsure", got)
	}
}

func TestWhileAChannelIsDownTheJobComesBackLessAndLessOften(t *testing.T) {
	t.Parallel()
	w := onSQLite(t)
	w.payments("webhook")
	var tries []time.Time
	w.set["webhook"] = counting{func() { tries = append(tries, w.clock.Now()) }}
	began := w.clock.Now()
	w.candidate()
	w.turn(20 * time.Second)
	var gaps []string
	for _, at := range tries {
		gaps = append(gaps, at.Sub(began).String())
	}
	// Rina at 0 s; after her second try Budi, then Eka, each by a job of its own.
	if got, want := strings.Join(gaps, " "), "0s 1s 1s 2s 2s 3s 3s 4s 5s 7s 8s 9s 15s 16s 17s"; got != want {
		t.Errorf("the service was tried at\n%s, want\n%s", got, want)
	}
}

// counting is a service that is down and tells when it was tried.
type counting struct{ tried func() }

func (c counting) Send(context.Context, string, channel.Message) (channel.Result, error) {
	c.tried()
	return channel.Result{}, &channel.Error{Retry: true, Detail: "answered 503 Service Unavailable"}
}

func TestAFollowUpThatRunsTwiceTellsOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		company(w)
		id := w.candidate()
		w.turn(0, "webhook rina")
		var job incident.FollowUp
		_, err := w.store.Change(t.Context(), incident.System(), id, func(e *incident.Edit) error {
			e.Record(incident.DismissedAs{Reason: "a test"})
			e.Enqueue(incident.FollowUp{Incident: id, Code: "dismissed", Args: map[string]string{"reason": "a test"}})
			job = e.Jobs()[0].Args.(incident.FollowUp)
			return nil
		})
		w.must(err)
		w.must(w.inform.FollowUp(t.Context(), job)) // and killed before the queue heard of it
		w.turn(time.Hour, "webhook rina")
	})
}
