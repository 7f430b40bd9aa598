package evidence

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/sigap-dev/sigap/internal/incident"
)

// watched is a recorder, and what a watch over it signals.
type watched struct {
	watch   *Watch
	now     time.Time
	lines   []incident.LogLine
	dead    bool
	signals []string
}

func newWatched() *watched {
	w := &watched{now: detected}
	w.watch = NewWatch(func(_ context.Context, window incident.Window, limit int) iter.Seq2[incident.LogLine, error] {
		return func(yield func(incident.LogLine, error) bool) {
			if w.dead {
				yield(incident.LogLine{}, errors.New("the disk is gone"))
				return
			}
			for _, l := range w.lines {
				if limit > 0 && !l.At.Before(window.From) && l.At.Before(window.To) {
					limit--
					if !yield(l, nil) {
						return
					}
				}
			}
		}
	}, func(_ context.Context, drill bool, s incident.Signal) error {
		w.signals = append(w.signals, fmt.Sprintf("%s %s drill=%v", s.State, s.Title, drill))
		return nil
	}, func() time.Time { return w.now }, slog.New(slog.DiscardHandler))
	return w
}

// errors writes n of an error in each of some looks, which are made.
func (w *watched) errors(service, body string, n, looks int, attrs map[string]string) {
	for range looks {
		for k := range n {
			w.lines = append(w.lines, incident.LogLine{At: w.now.Add(time.Duration(k) * time.Millisecond), Service: service, Level: "error", Body: body, Attrs: attrs})
		}
		w.now = w.now.Add(WatchEvery)
		w.watch.Look(context.Background(), []string{"cart", "payment"})
	}
}

func TestAnErrorThatWasNotThereBeforeIsASignalAndEndsWithIt(t *testing.T) {
	t.Parallel()
	w := newWatched()
	w.errors("cart", "", 0, 3, nil)
	w.errors("cart", "order 17 could not be kept: no space left on device\n\tat spool", 4, 4, nil)
	if want := []string{"firing cart: order 17 could not be kept: no space left on device drill=false"}; !slices.Equal(w.signals, want) {
		t.Fatalf("signals: %q, want %q", w.signals, want)
	}
	w.errors("cart", "", 0, int((watchQuiet+2*watchWindow)/WatchEvery), nil)
	if len(w.signals) != 2 || w.signals[1] != "resolved cart:  drill=false" {
		t.Errorf("when it ended the signals are %q", w.signals)
	}
}

func TestWhatIsUsualIsNoSignalAndItsSurgeIs(t *testing.T) {
	t.Parallel()
	w := newWatched()
	for k := range 1800 { // one a second in the half hour before
		w.lines = append(w.lines, incident.LogLine{At: w.now.Add(-30*time.Minute + time.Duration(k)*time.Second), Service: "payment", Level: "error", Body: "card declined"})
	}
	w.errors("payment", "card declined", 5, 60, nil)
	if len(w.signals) != 0 {
		t.Fatalf("as many as ever are signalled: %q", w.signals)
	}
	w.errors("payment", "card declined", 50, 8, nil)
	if len(w.signals) != 1 {
		t.Errorf("ten times as many give the signals %q", w.signals)
	}
}

func TestABurstAFewLinesAndAServiceJustHeardOfAreNoSignals(t *testing.T) {
	t.Parallel()
	w := newWatched()
	w.errors("cart", "", 0, 3, nil)
	w.errors("cart", "connection reset", 1, 3, nil)
	w.errors("cart", "", 0, 20, nil)
	w.errors("fresh", "cannot reach the database yet", 20, 4, nil)
	if len(w.signals) != 0 {
		t.Errorf("signals: %q", w.signals)
	}
}

func TestOneServiceIsOneSignalHoweverManyKindsOfErrorsItHas(t *testing.T) {
	t.Parallel()
	w := newWatched()
	w.errors("cart", "", 0, 3, nil)
	for range 3 {
		for k := range 3000 {
			w.lines = append(w.lines, incident.LogLine{At: w.now.Add(time.Duration(k)), Service: "cart", Level: "error", Body: fmt.Sprintf("word%c%c%c failed here", 'a'+k%26, 'a'+k/26%26, 'a'+k/676)})
		}
		w.errors("cart", "", 0, 1, nil)
	}
	w.errors("cart", "no space left", 10, 3, nil)
	if len(w.signals) != 1 || len(w.watch.kinds) > 2*watchKinds {
		t.Errorf("%d signals: %q, %d kinds kept", len(w.signals), w.signals, len(w.watch.kinds))
	}
}

func TestTheErrorsOfADrillStayInTheDrill(t *testing.T) {
	t.Parallel()
	w := newWatched()
	w.errors("cart", "", 0, 3, nil)
	w.errors("cart", "no space left on device", 5, 3, map[string]string{drillAttr: "true"})
	if want := []string{"firing cart: no space left on device drill=true"}; !slices.Equal(w.signals, want) {
		t.Errorf("signals: %q, want %q", w.signals, want)
	}
}

func TestALookThatFailedIsMadeUpFor(t *testing.T) {
	t.Parallel()
	w := newWatched()
	w.errors("cart", "", 0, 3, nil)
	w.dead = true
	w.errors("cart", "no space left on device", 5, 2, nil)
	w.dead = false
	w.errors("cart", "no space left on device", 5, 2, nil)
	if len(w.signals) != 1 {
		t.Errorf("signals: %q", w.signals)
	}
}
