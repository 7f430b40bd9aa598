package recorder

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
)

// Origin is where records come from: a service on a host; either may be empty.
type Origin struct {
	Service string
	Host    string
}

// header describes one sealed block. It precedes the block on disk and stays in
// memory, so that a query knows which blocks to read.
type header struct {
	generation uint64   // of the journal that became this block
	from, to   int64    // Unix nanoseconds of the first and last record, both included
	sealed     int64    // Unix nanoseconds when the block was written
	count      int      // records: lines or points
	levels     levelSet // of log lines
	origins    []Origin // in order
	size       int64    // bytes of the compressed payload
	sum        uint32   // CRC-32C of it
}

// cover widens the header's time range to hold an instant.
func (h *header) cover(at int64) {
	if h.from == 0 && h.to == 0 {
		h.from, h.to = at, at
		return
	}
	h.from, h.to = min(h.from, at), max(h.to, at)
}

func (h *header) setOrigins(seen map[Origin]bool) {
	h.origins = slices.SortedFunc(maps.Keys(seen), func(a, b Origin) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Host, b.Host))
	})
}

// newest is what retention by age goes by: a sender whose clock runs ahead does
// not make its block immortal.
func (h *header) newest() int64 { return min(h.to, h.sealed) }

func (h *header) encode() []byte {
	b := binary.AppendUvarint(nil, h.generation)
	b = binary.AppendVarint(b, h.from)
	b = binary.AppendVarint(b, h.to)
	b = binary.AppendVarint(b, h.sealed)
	b = binary.AppendUvarint(b, uint64(h.count))
	b = append(b, byte(h.levels))
	b = binary.AppendUvarint(b, uint64(h.size))
	b = binary.LittleEndian.AppendUint32(b, h.sum)
	b = binary.AppendUvarint(b, uint64(len(h.origins)))
	for _, o := range h.origins {
		b = appendString(appendString(b, o.Service), o.Host)
	}
	return b
}

func decodeHeader(b []byte) (header, error) {
	c := &cursor{b: b}
	h := header{
		generation: c.uvarint(),
		from:       c.varint(),
		to:         c.varint(),
		sealed:     c.varint(),
		count:      int(c.uvarint()),
		levels:     levelSet(c.byte()),
		size:       int64(c.uvarint()),
	}
	if sum := c.bytes(4); sum != nil {
		h.sum = binary.LittleEndian.Uint32(sum)
	}
	h.origins = make([]Origin, c.count())
	for i := range h.origins {
		h.origins[i] = Origin{Service: c.string(), Host: c.string()}
	}
	if h.size < 0 || h.count < 0 {
		c.fail()
	}
	return h, c.err()
}
