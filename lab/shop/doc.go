// Package shop is a small online shop of five processes that really serve
// HTTP: front (the public side), catalogue, cart, payment, and bank, the
// gateway of another company that payment calls over TLS.
//
//	browser ─▶ front ─▶ catalogue ─▶ SQLite
//	             ├────▶ cart ──────▶ spool of orders on disk
//	             └────▶ payment ───▶ SQLite through a connection pool
//	                      └────────▶ bank (TLS, outside)
//
// Each process reads one small JSON file and a release folder, and re-reads
// both on SIGHUP without dropping a request. What a version does differently
// stands in a file of its release, as in any shop whose rules and templates
// ship with the code. The code knows nothing of drills: it behaves as its
// files, limits, certificates and neighbours make it behave.
package shop
