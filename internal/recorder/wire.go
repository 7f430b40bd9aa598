package recorder

import (
	"encoding/binary"
	"errors"
)

// errMalformed marks bytes on disk that passed their checksum but do not read
// as what they should be: a bug or a foreign file, never a torn write.
var errMalformed = errors.New("malformed record")

// dictionary numbers the strings of one payload, so that a service's name is
// stored once a block and not once a line.
type dictionary struct {
	index map[string]uint64
	words []string
}

func (d *dictionary) number(word string) uint64 {
	if n, ok := d.index[word]; ok {
		return n
	}
	if d.index == nil {
		d.index = map[string]uint64{}
	}
	n := uint64(len(d.words))
	d.index[word] = n
	d.words = append(d.words, word)
	return n
}

func (d *dictionary) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(d.words)))
	for _, word := range d.words {
		b = appendString(b, word)
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// cursor reads a payload front to back. The first read past the end or out of
// range sets bad, and every later one answers zero, so that callers check once.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) byte() byte {
	if len(c.b) == 0 {
		c.fail()
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

// bytes answers the next n bytes, not copied.
func (c *cursor) bytes(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.fail()
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) string() string { return string(c.bytes(c.uvarint())) }

// count reads how many elements follow. Each takes at least one byte, so a
// greater number is malformed and never allocates.
func (c *cursor) count() int {
	n := c.uvarint()
	if n > uint64(len(c.b)) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) words() []string {
	words := make([]string, c.count())
	for i := range words {
		words[i] = c.string()
	}
	return words
}

// word looks a dictionary number up.
func (c *cursor) word(words []string) string {
	n := c.uvarint()
	if n >= uint64(len(words)) {
		c.fail()
		return ""
	}
	return words[n]
}

func (c *cursor) fail() { c.b, c.bad = nil, true }

func (c *cursor) err() error {
	if c.bad {
		return errMalformed
	}
	return nil
}
