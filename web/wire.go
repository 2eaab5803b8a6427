package web

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"unicode/utf8"

	"github.com/edo-go/edo/codec"
	"github.com/gobwas/ws"
)

// event is what a frame that came in means.
type event struct {
	kind eventKind
	data []byte
	text bool        // a message: it is text
	work int         // a message: what it has cost to decompress it, in operations of the budget
	end  *CloseError // closes and fails
}

type eventKind uint8

const (
	nothing eventKind = iota // a pong, or a part of a message
	message                  // data is a message
	pings                    // data is to be sent back
	closes                   // end is what the other side says
	fails                    // end is what this side has to say
)

// frame is a frame to be sent.
type frame struct {
	op   ws.OpCode
	data []byte
}

// wire is the codec of a connection. The fields are those of one direction each, and guarded as
// the codec package guards a codec.
type wire struct {
	limits *Limits
	part   *part // receiving: a message in fragments; nil: none

	isClient     bool
	isCompressed bool // the two sides have agreed on compression
	isOver       bool // receiving: a close frame or an error has come; what follows is discarded
	isShut       bool // sending: a close frame was sent
}

// part is the beginning of a message in fragments.
type part struct {
	data         []byte
	text         text
	isText       bool
	isCompressed bool
}

// scratch is the memory of one call of gobwas/ws: what it is given escapes.
type scratch struct {
	r      bytes.Reader
	header [ws.MaxHeaderSize]byte
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// parseHeader reads a header at the front of b, and returns its length: 0 if it is not complete.
func parseHeader(b []byte) (h ws.Header, n int, err error) {
	s := scratches.Get().(*scratch)
	s.r.Reset(b[:min(len(b), ws.MaxHeaderSize)])
	h, err = ws.ReadHeaderBuffer(&s.r, s.header[:])
	n = min(len(b), ws.MaxHeaderSize) - s.r.Len()
	s.r.Reset(nil)
	scratches.Put(s)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return ws.Header{}, 0, nil
	case err == nil && n != ws.HeaderSize(h):
		err = errLongLength
	}
	return h, n, err
}

// Decode removes the next frame from buf. The content of a frame waits there until it is complete.
func (w *wire) Decode(buf *codec.Buffer, end bool) (event, bool, error) {
	if w.isOver {
		buf.Discard(buf.Len())
		return event{}, false, nil
	}
	h, n, err := parseHeader(buf.Bytes())
	if err != nil {
		return w.fail(protocolError(err))
	}
	if n == 0 {
		return event{}, false, nil
	}
	isMarked := w.isCompressed && takeMark(&h)
	if e := w.check(h, isMarked || w.part != nil && w.part.isCompressed); e != nil {
		return w.fail(e)
	}
	length := int(h.Length)
	if buf.Len()-n < length {
		buf.Expect(n + length)
		return event{}, false, nil
	}
	buf.Discard(n)
	data := buf.Take(length)
	if h.Masked {
		ws.Cipher(data, h.Mask, 0)
	}
	switch h.OpCode {
	case ws.OpPing:
		return event{kind: pings, data: data}, true, nil
	case ws.OpPong:
		return event{}, true, nil
	case ws.OpClose:
		return w.close(data)
	}
	return w.fragment(h, data, isMarked)
}

// check checks a header: what the protocol allows here, and the limits. A compressed message may be
// a little longer than what it holds.
func (w *wire) check(h ws.Header, isCompressed bool) *CloseError {
	state := ws.StateServerSide
	if w.isClient {
		state = ws.StateClientSide
	}
	if w.part != nil {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return protocolError(err)
	}
	if h.OpCode.IsControl() {
		return nil
	}
	frame, message := w.limits.maxFrame(), w.limits.maxMessage()
	if isCompressed {
		frame, message = maxDeflated(frame), maxDeflated(message)
	}
	if w.part != nil {
		message -= len(w.part.data)
	}
	switch {
	case h.Length > int64(message):
		return &CloseError{Code: CodeTooBig, Err: errTooLong}
	case h.Length > int64(frame):
		return &CloseError{Code: CodeTooBig, Err: errFrameTooLong}
	}
	return nil
}

// fragment takes a frame of a message. The first one of a compressed message is marked.
func (w *wire) fragment(h ws.Header, data []byte, isMarked bool) (event, bool, error) {
	p := w.part
	switch {
	case isMarked && h.Fin:
		return w.decompress(data, h.OpCode == ws.OpText)
	case p == nil && h.Fin: // the most frequent case
		isText := h.OpCode == ws.OpText
		if isText && !utf8.Valid(data) {
			return w.fail(&CloseError{Code: CodeInvalid, Err: errNotText})
		}
		return event{kind: message, data: data, text: isText}, true, nil
	case p == nil:
		p = &part{data: data, isText: h.OpCode == ws.OpText, isCompressed: isMarked}
	default:
		p.data = append(p.data, data...)
	}
	if p.isText && !p.isCompressed && !p.text.check(p.data, h.Fin) {
		return w.fail(&CloseError{Code: CodeInvalid, Err: errNotText})
	}
	if !h.Fin {
		w.part = p
		return event{}, true, nil
	}
	w.part = nil
	if p.isCompressed {
		return w.decompress(p.data, p.isText)
	}
	return event{kind: message, data: p.data, text: p.isText}, true, nil
}

// close takes a close frame.
func (w *wire) close(data []byte) (event, bool, error) {
	e, err := parseClose(data)
	switch {
	case err == errBadReason:
		return w.fail(&CloseError{Code: CodeInvalid, Err: err})
	case err != nil:
		return w.fail(protocolError(err))
	}
	w.isOver, w.part = true, nil
	return event{kind: closes, end: e}, true, nil
}

// fail ends receiving.
func (w *wire) fail(e *CloseError) (event, bool, error) {
	w.isOver, w.part = true, nil
	return event{kind: fails, end: e}, true, nil
}

// Encode appends a frame to buf. After a close frame there is none.
func (w *wire) Encode(f frame, buf *codec.Buffer) error {
	if w.isShut {
		return errClosed
	}
	h := ws.Header{Fin: true, OpCode: f.op, Masked: w.isClient}
	if w.isCompressed && !f.op.IsControl() && len(f.data) >= minDeflate {
		d := deflaters.Get().(*deflater)
		defer d.put()
		if short := d.deflate(f.data); short != nil {
			h.Rsv, f.data = rsv1, short
		}
	}
	h.Length = int64(len(f.data))
	if w.isClient {
		mask := rand.Uint32()
		h.Mask = [4]byte{byte(mask), byte(mask >> 8), byte(mask >> 16), byte(mask >> 24)}
	}
	buf.Grow(ws.MaxHeaderSize + len(f.data))
	s := scratches.Get().(*scratch)
	err := ws.WriteHeaderBuffer(buf, h, s.header[:])
	scratches.Put(s)
	if err != nil {
		return err
	}
	if w.isClient {
		data := buf.Extend(len(f.data))
		copy(data, f.data)
		ws.Cipher(data, h.Mask, 0)
	} else {
		buf.Write(f.data)
	}
	w.isShut = f.op == ws.OpClose
	return nil
}
