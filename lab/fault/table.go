package fault

import (
	"context"
	"time"

	"github.com/sigap-dev/sigap/lab"
)

// Table lists all faults.
func Table() []Fault {
	return []Fault{
		{
			Name: "bad-deploy",
			Cause: Cause{Service: "cart", Kind: "deploy", Announced: true,
				Words: "cart 4.3.0 ships a discount rule without tiers; pricing an order of two items or more panics",
				Sign:  `cart 4\.3\.0`},
			apply: func(ctx context.Context, l *lab.Lab) (effect, error) {
				return deploy(ctx, l, release{"cart", "4.3.0", "weekend discount for two items or more", "dewi"})
			},
		},
		{
			Name: "pool-exhausted",
			Cause: Cause{Service: "payment", Kind: "config", Announced: true,
				Words: "payment may use one database connection only; charges wait for it until they give up",
				Sign:  `pool_max`},
			apply: func(ctx context.Context, l *lab.Lab) (effect, error) {
				return configure(ctx, l, setting{"payment", "pool_max", 1, "fewer database connections, to fit the smaller plan", "bagus"})
			},
		},
		{
			Name: "slow-dependency",
			Cause: Cause{Service: "bank", Kind: "dependency",
				Words: "the bank takes 2.6 s to clear an amount; charges pile up in payment",
				Sign:  `dependency_request_duration|ask bank|^errors$|^latency$`},
			apply: func(ctx context.Context, l *lab.Lab) (effect, error) {
				return unannounced(configure(ctx, l, setting{service: "bank", key: "clearing_time", value: "2.6s"}))
			},
		},
		{
			Name: "disk-full",
			Cause: Cause{Service: "cart", Kind: "disk",
				Words: "a forgotten export fills cart's data folder to its quota; orders cannot be kept",
				Sign:  `disk_quota|no space left`},
			apply: fillDisk,
		},
		{
			Name: "memory-leak",
			Cause: Cause{Service: "catalogue", Kind: "deploy", Announced: true,
				Words: "catalogue 3.10.0 keeps a listing for every session without bound; the platform kills it over its memory limit",
				Sign:  `catalogue 3\.10\.0`},
			apply: leakMemory,
		},
		{
			Name: "cert-expired",
			Cause: Cause{Service: "bank", Kind: "certificate",
				Words: "the bank's certificate has ended; payment refuses to talk to it",
				Sign:  `tls_peer_not_after|x509`},
			apply: endCertificate,
		},
		{
			Name: "bad-config",
			Cause: Cause{Service: "front", Kind: "config", Announced: true,
				Words: "front waits 40 ms for payment instead of 4 s, less than the bank takes; every checkout times out",
				Sign:  `payment_timeout`},
			apply: func(ctx context.Context, l *lab.Lab) (effect, error) {
				return configure(ctx, l, setting{"front", "payment_timeout", "40ms", "tighter timeouts between services", "putri"})
			},
		},
	}
}

// leakMemory deploys, and takes back with a restart, since memory that was
// taken is given back by that alone.
func leakMemory(ctx context.Context, l *lab.Lab) (effect, error) {
	done, err := deploy(ctx, l, release{"catalogue", "3.10.0", "listings remembered per session", "agus"})
	if err != nil {
		return effect{}, err
	}
	rollback := done.undo
	done.undo = func(ctx context.Context) ([]Change, error) {
		changes, err := rollback(ctx)
		if err != nil {
			return nil, err
		}
		return changes, l.Restart(ctx, "catalogue")
	}
	return done, nil
}

// endCertificate has the bank show a certificate whose time runs out within
// two seconds.
func endCertificate(ctx context.Context, l *lab.Lab) (effect, error) {
	end := time.Now().Add(2 * time.Second).Truncate(time.Second)
	if err := l.IssueBankCertificate(ctx, end); err != nil {
		return effect{}, err
	}
	return effect{undo: func(ctx context.Context) ([]Change, error) {
		return nil, l.IssueBankCertificate(ctx, time.Now().AddDate(0, 3, 0))
	}}, nil
}

// unannounced keeps an effect whose makers tell us nothing.
func unannounced(done effect, err error) (effect, error) {
	if err != nil {
		return effect{}, err
	}
	return effect{undo: func(ctx context.Context) ([]Change, error) {
		_, err := done.undo(ctx)
		return nil, err
	}}, nil
}
