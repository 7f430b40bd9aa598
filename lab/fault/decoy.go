package fault

import (
	"context"

	"github.com/sigap-dev/sigap/lab"
)

// decoy is a change that really is made and breaks nothing.
type decoy struct {
	service string
	apply   func(ctx context.Context, l *lab.Lab) (effect, error)
}

func decoys() []decoy {
	var all []decoy
	for _, r := range []release{
		{"front", "12.4.2", "address in the footer", "putri"},
		{"catalogue", "3.9.1", "larger cache of listings", "agus"},
		{"cart", "4.2.1", "wording of an offer", "dewi"},
		{"payment", "7.1.3", "accept Amex", "bagus"},
	} {
		all = append(all, decoy{r.service, func(ctx context.Context, l *lab.Lab) (effect, error) { return deploy(ctx, l, r) }})
	}
	for _, s := range []setting{
		{"front", "banner", true, "free delivery this week", "sari"},
		{"catalogue", "page_size", 20, "shorter pages for phones", "agus"},
		{"cart", "max_items", 60, "larger orders for offices", "dewi"},
		{"payment", "bank_timeout", "3.5s", "room for the bank's busy hours", "bagus"},
	} {
		all = append(all, decoy{s.service, func(ctx context.Context, l *lab.Lab) (effect, error) { return configure(ctx, l, s) }})
	}
	return all
}
