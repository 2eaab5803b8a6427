package tlsconn

import (
	"bytes"
	"crypto/tls"
	"reflect"
	"unsafe"
)

// crypto/tls never gives its buffers back. That for what comes from the connection is as large as the
// largest record so far, and at least as a ClientHello, 2 KB; an idle connection keeps it. There is no
// call for that. So releaseBuffers takes the buffers away where they are, between two calls of Read,
// when they are empty; crypto/tls makes new ones as it made the first. A test says when another version
// of Go has other fields; then nothing is released, and all else is the same.

// smallBuffer is what an idle connection may keep: a small message needs no new buffer.
const smallBuffer = 1 << 10

// fields are where a tls.Conn has its buffers.
type fields struct {
	raw, input, hand uintptr
	found            bool
}

var where = find(reflect.TypeFor[tls.Conn]())

// find finds the buffers in t, a tls.Conn.
func find(t reflect.Type) (f fields) {
	raw, ok1 := t.FieldByName("rawInput") // records as they came
	input, ok2 := t.FieldByName("input")  // what is left to read of one, in the memory of rawInput
	hand, ok3 := t.FieldByName("hand")    // messages of a handshake
	f.found = ok1 && ok2 && ok3 && raw.Type == reflect.TypeFor[bytes.Buffer]() &&
		input.Type == reflect.TypeFor[bytes.Reader]() && hand.Type == reflect.TypeFor[bytes.Buffer]()
	if f.found {
		f.raw, f.input, f.hand = raw.Offset, input.Offset, hand.Offset
	}
	return f
}

// releaseBuffers gives back the buffers of c that are empty. No call of Read or Handshake may be under
// way.
func releaseBuffers(c *tls.Conn) {
	if !where.found {
		return
	}
	raw := (*bytes.Buffer)(unsafe.Add(unsafe.Pointer(c), where.raw))
	input := (*bytes.Reader)(unsafe.Add(unsafe.Pointer(c), where.input))
	hand := (*bytes.Buffer)(unsafe.Add(unsafe.Pointer(c), where.hand))
	if raw.Len() == 0 && raw.Cap() > smallBuffer && input.Len() == 0 {
		*raw, *input = bytes.Buffer{}, bytes.Reader{}
	}
	if hand.Len() == 0 && hand.Cap() > 0 {
		*hand = bytes.Buffer{}
	}
}
