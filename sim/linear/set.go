package linear

import "encoding/binary"

// set is a set of small numbers.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) remove(i int)   { s[i/64] &^= 1 << (i % 64) }

// appendKey appends a text to b that is the same for equal sets, and not for others. The caller knows
// that all numbers below low are in s, and none above high: so the text is short, and soon written.
func (s set) appendKey(b []byte, low, high int) []byte {
	from, to := low/64, min(high/64+1, len(s))
	for from < to && s[from] == ^uint64(0) {
		from++
	}
	for to > from && s[to-1] == 0 {
		to--
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(from))
	for _, w := range s[from:to] {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// within reports whether each number of s is in t. A set may be shorter than the other: the rest
// of it is empty.
func (s set) within(t set) bool {
	for i, w := range s {
		if i < len(t) {
			w &^= t[i]
		}
		if w != 0 {
			return false
		}
	}
	return true
}

// clone returns a copy without the empty words at the end.
func (s set) clone() set {
	to := len(s)
	for to > 0 && s[to-1] == 0 {
		to--
	}
	return append(set(nil), s[:to]...)
}
