package web

import (
	"runtime"

	"github.com/edo-go/edo/codec"
	"github.com/gobwas/ws"
)

// part is what has begun to come in and is not whole: a frame, or a message, because fragments are missing
// or because it is not unmasked and decompressed up to its end.
//
// A frame that has begun moves out of the buffer, whose storage is 16 KiB, unless it fills most of that:
// so a peer that has sent a part of a frame, and waits, holds about as much as it has sent.
type part struct {
	begun []byte // the beginning of a frame, as it came, with its header

	isOpen       bool // the following is in use: a message of which a frame has come
	isText       bool
	isCompressed bool
	data         []byte
	text         text
	inflater     *inflater       // decompresses the message; nil: does not
	forgotten    runtime.Cleanup // frees it if the connection is forgotten

	isLong bool      // the following is in use: a frame of the message that is taken in pieces
	header ws.Header // of it
	frame  []byte
	done   int // how many of its bytes are unmasked, and in data
}

// begun returns the part of w, which it makes if there is none.
func (w *wire) begun() *part {
	if w.part == nil {
		w.part = new(part)
	}
	return w.part
}

// settle forgets a part of which nothing is left.
func (w *wire) settle() {
	if p := w.part; p != nil && !p.isOpen && p.begun == nil {
		w.part = nil
	}
}

// minBegun is how many bytes of a frame stay in the buffer.
const minBegun = 12 << 10

// frame removes a frame from buf, with its beginning: the header, checked, and the content, masked. The
// content is nil if the frame is not whole.
func (w *wire) frame(buf *codec.Buffer) (h ws.Header, data []byte, e *CloseError) {
	var begun []byte
	if w.part != nil {
		begun = w.part.begun
	}
	in := buf.Bytes()
	front := in
	if len(begun) > 0 {
		var header [ws.MaxHeaderSize]byte
		n := copy(header[:], begun)
		front = header[:n+copy(header[n:], in)]
	}
	h, n, err := parseHeader(front)
	if err != nil {
		return h, nil, protocolError(err)
	}
	if n == 0 {
		w.keep(buf, 0)
		return h, nil, nil
	}
	isMarked := w.isCompressed && takeMark(&h)
	if e := w.check(h, isMarked); e != nil {
		return h, nil, e
	}
	if isMarked {
		h.Rsv = rsv1
	}
	length := int(h.Length)
	if len(begun)+len(in)-n < length {
		w.keep(buf, n+length-len(begun))
		return h, nil, nil
	}
	if len(begun) == 0 { // the most frequent case
		buf.Discard(n)
		return h, buf.Take(length), nil
	}
	data = make([]byte, length)
	rest := data[copy(data, begun[min(n, len(begun)):]):]
	buf.Discard(max(0, n-len(begun)))
	buf.Discard(copy(rest, buf.Bytes()))
	w.part.begun = nil
	w.settle()
	return h, data, nil
}

// keep moves the beginning of a frame out of buf, which is whole with the bytes of expected; 0: not
// known. What fills most of the storage stays.
func (w *wire) keep(buf *codec.Buffer, expected int) {
	n := buf.Len()
	switch {
	case n >= minBegun:
		buf.Expect(expected)
	case n > 0:
		p := w.begun()
		p.begun = append(p.begun, buf.Bytes()...)
		buf.Discard(n)
	}
}

// inflates begins to decompress the message, of at most limit bytes. Until it ends, by free, there may be
// a coroutine.
func (p *part) inflates(limit int) {
	p.inflater = newInflater(p.data, limit)
	p.forgotten = runtime.AddCleanup(p, (*inflater).free, p.inflater)
	p.data = nil
}

// free ends decompressing. What has come out stays in p.data.
func (p *part) free() {
	if i := p.inflater; i != nil {
		p.forgotten.Stop()
		p.inflater = nil
		i.free()
	}
}
