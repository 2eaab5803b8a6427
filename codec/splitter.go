package codec

import (
	"bytes"
	"fmt"
	"math"
)

// defaultMaxLine is the default of the largest length of a piece.
const defaultMaxLine = 64 << 10

// splitter finds pieces of the input that end with one delimiting byte, in the order of the
// input, and discards a piece that is too long:
//
//	state       bytes at the front                    next
//	searching   hold no delimiter: searched of them   a delimiter: the piece is found
//	                                                  too many without one: error, skipping
//	skipping    are the rest of a refused piece       a delimiter: searching
//
// A piece is found with its delimiter, or at the end of the input.
type splitter struct {
	searched int
	skipping bool
}

// next returns the length of the piece at the front of buf, and how many bytes it takes
// with its delimiter. The caller removes these. found is false when the piece is not
// complete. tooLong says that there are more than most bytes without a delimiter: they are
// removed, and what follows them up to the delimiter is removed by later calls. index
// returns the index of the first delimiter, or -1.
func (s *splitter) next(buf *Buffer, end bool, most int, index func(p []byte) int) (size, n int, found, tooLong bool) {
	if !s.skip(buf, index) {
		return 0, 0, false, false
	}
	b := buf.Bytes()
	at := index(b[s.searched:])
	switch {
	case at >= 0:
		at += s.searched
		s.searched = 0
		return at, at + 1, true, false
	case end && len(b) > 0:
		s.searched = 0
		return len(b), len(b), true, false
	case len(b) > most:
		s.searched, s.skipping = 0, true
		buf.Discard(len(b))
		return 0, 0, false, true
	}
	s.searched = len(b)
	buf.limitTo(most + 1)
	return 0, 0, false, false
}

// skip removes the rest of a refused piece from buf, if there is one, and its delimiter. It
// returns false when the delimiter has not arrived.
func (s *splitter) skip(buf *Buffer, index func(p []byte) int) bool {
	if buf.isOther {
		s.searched = 0
	}
	if !s.skipping {
		return true
	}
	at := index(buf.Bytes())
	if at < 0 {
		buf.Discard(buf.Len())
		return false
	}
	s.skipping = false
	buf.Discard(at + 1)
	return true
}

// newline is the index function of lines.
func newline(p []byte) int { return bytes.IndexByte(p, '\n') }

// byteSet is a set of bytes: byte c is bit c%32 of element c/32.
type byteSet [8]uint32

// setOf returns the set of the bytes of s.
func setOf(s string) (set byteSet) {
	for i := range len(s) {
		set[s[i]/32] |= 1 << (s[i] % 32)
	}
	return set
}

// index returns the index of the first byte of p that is in set, or -1.
func (set *byteSet) index(p []byte) int {
	for i, c := range p {
		if set[c/32]&(1<<(c%32)) != 0 {
			return i
		}
	}
	return -1
}

// orDefault returns limit, or standard if it is not positive. There is room for a line end
// behind the result.
func orDefault(limit, standard int) int {
	if limit <= 0 {
		return standard
	}
	return min(limit, math.MaxInt/2)
}

// tooLong returns the error of a piece, called what, that is longer than limit.
func tooLong(what string, limit int) error {
	return fmt.Errorf("%w: %s of more than %d bytes", ErrTooLong, what, limit)
}
