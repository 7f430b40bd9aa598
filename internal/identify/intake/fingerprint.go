package intake

import (
	"encoding/hex"
	"slices"
)

// Fingerprint is the identity of a label set as Prometheus and Alertmanager
// compute it, so that an alert has the same one whether it comes from
// Prometheus directly or through Alertmanager's webhook: FNV-1a (64 bit) over
// the names in order, each followed by its value, all ended by the byte 0xFF.
// Source: prometheus/common model.LabelSet.Fingerprint, which costs three
// times as much for sorting through an interface.
func Fingerprint(labels map[string]string) uint64 {
	const (
		offset = 14695981039346656037
		prime  = 1099511628211
	)
	var onStack [32]string
	names := onStack[:0]
	for name := range labels {
		names = append(names, name)
	}
	slices.Sort(names)
	h := uint64(offset)
	for _, name := range names {
		for _, s := range [...]string{name, labels[name]} {
			for i := range len(s) {
				h = (h ^ uint64(s[i])) * prime
			}
			h = (h ^ 0xFF) * prime
		}
	}
	return h
}

// formatFingerprint writes a fingerprint as Alertmanager does: 16 hexadecimal
// digits.
func formatFingerprint(f uint64) string {
	var raw [8]byte
	for i := range raw {
		raw[i] = byte(f >> (8 * (7 - i)))
	}
	var digits [16]byte
	hex.Encode(digits[:], raw[:])
	return string(digits[:])
}
