package load

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/lab/internal/post"
)

const (
	complainers = 0.15            // share of the users who tell support when the shop lets them down
	tolerated   = 2 * time.Second // beyond which an answer is felt as slow
	betweenTwo  = 2 * time.Second // in which support hears no more than one
)

// Complaint is what a user tells support, as it is posted to the intake.
type Complaint struct {
	Service  string    `json:"service"` // the only one that users know
	Words    string    `json:"words"`
	Reporter string    `json:"reporter"`
	Channel  string    `json:"channel"`
	Segment  string    `json:"segment"` // the user's city
	Noticed  time.Time `json:"noticed"`
}

// letDown tells whether a user has reason to complain.
func (r Result) letDown() bool { return r.Failed() || r.Took > tolerated }

// words are what users say, by what they saw. They know no cause.
func (r Result) words() []string {
	switch {
	case r.Failed() && r.Handler == "home":
		return []string{
			"Halaman depan toko tidak bisa dibuka, cuma muncul tulisan error",
			"The shop does not open at all, I only get an error",
		}
	case r.Failed():
		return []string{
			"Tidak bisa bayar, sudah coba berkali-kali tetap gagal",
			"Checkout gagal terus, katanya coba lagi sebentar lagi",
			"Payment fails every time, it tells me to try again in a moment",
		}
	default:
		return []string{
			"Lama sekali waktu mau bayar, muter terus",
			"Checkout is very slow today, it takes ages",
		}
	}
}

// complain tells support what a user saw, unless support has just heard another.
func (g *Generator) complain(ctx context.Context, v visit, r Result) {
	if !v.complains || !r.letDown() || !g.supportListens() {
		return
	}
	pick := func(all ...string) string { return all[v.mood%len(all)] }
	err := post.JSON(ctx, g.client, g.reportsURL, Complaint{
		Service: "front", Words: pick(r.words()...), Reporter: "pelanggan " + v.purchase.Session[:6],
		Channel: pick("chat", "phone", "e-mail"), Segment: pick("Bandung", "Surabaya", "Medan", "Jakarta"), Noticed: r.Began.UTC(),
	})
	if err != nil {
		g.log.WarnContext(ctx, "a complaint did not reach support", "error", err)
	}
}

// supportListens bounds the flood.
func (g *Generator) supportListens() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.reportsURL == "" || time.Since(g.heard) < betweenTwo {
		return false
	}
	g.heard = time.Now()
	return true
}
