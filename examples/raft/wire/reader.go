package wire

import (
	"encoding/binary"
	"errors"
)

// ErrMalformed says that bytes are not what they should be.
var ErrMalformed = errors.New("raft: malformed bytes")

// Reader reads what AppendUint and the like have written. After the first mistake all that it returns
// is zero. The zero Reader has nothing to read.
type Reader struct {
	rest []byte
	err  error
}

// NewReader returns a Reader of b. What it returns shares the memory of b.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// End returns an error unless all was read, and nothing was wrong.
func (r *Reader) End() error {
	if len(r.rest) > 0 {
		r.fail()
	}
	return r.err
}

func (r *Reader) fail() {
	r.rest, r.err = nil, ErrMalformed
}

// Uint reads a number.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || n > 1 && r.rest[n-1] == 0 { // a number has one form
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// Byte reads a byte.
func (r *Reader) Byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// Bool reads a truth value.
func (r *Reader) Bool() bool {
	b := r.Byte()
	if b > 1 {
		r.fail()
	}
	return b == 1
}

// Bytes reads bytes with their length in front: nil if there are none.
func (r *Reader) Bytes() []byte {
	n := r.Uint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	if n == 0 {
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Text reads a text.
func (r *Reader) Text() string { return string(r.Bytes()) }

// Count reads how many things follow, each of which takes a byte at least.
func (r *Reader) Count() int {
	n := r.Uint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return 0
	}
	return int(n)
}

// AppendUint appends a number.
func AppendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// AppendBool appends a truth value.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendBytes appends bytes, with their length in front.
func AppendBytes(b, data []byte) []byte {
	return append(AppendUint(b, uint64(len(data))), data...)
}

// AppendText appends a text.
func AppendText(b []byte, text string) []byte {
	return append(AppendUint(b, uint64(len(text))), text...)
}
