package web

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sync"

	"github.com/edo-go/edo/codec"
	"github.com/gobwas/ws"
)

// event is what a frame that came in means.
type event struct {
	kind eventKind
	text bool // a message: it is text
	data []byte
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
	part   *part // receiving: what has begun and is not whole; nil: nothing

	isClient     bool
	isCompressed bool // the two sides have agreed on compression
	isOver       bool // receiving: a close frame or an error has come; what follows is discarded
	isShut       bool // sending: a close frame was sent
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

// Decode removes the next frame from buf, or does a part of what is to be done with one.
func (w *wire) Decode(buf *codec.Buffer, end bool) (event, bool, error) {
	if w.isOver {
		buf.Discard(buf.Len())
		return event{}, false, nil
	}
	switch p := w.part; {
	case p == nil:
	case p.inflater != nil:
		return w.inflate(buf)
	case p.isLong:
		return w.takePiece(buf)
	}
	h, data, e := w.frame(buf)
	switch {
	case e != nil:
		return w.fail(e)
	case data == nil && end && (buf.Len() > 0 || w.part != nil && w.part.begun != nil):
		return event{}, false, errCut
	case data == nil:
		return event{}, false, nil
	case !h.OpCode.IsControl():
		return w.takeFrame(buf, h, data)
	}
	if h.Masked {
		ws.Cipher(data, h.Mask, 0)
	}
	switch h.OpCode {
	case ws.OpPing:
		return event{kind: pings, data: data}, true, nil
	case ws.OpClose:
		return w.takeClose(data)
	}
	return event{}, true, nil
}

// check checks a header: what the protocol allows here, and the limits. A compressed message may be
// a little longer than what it holds.
func (w *wire) check(h ws.Header, isMarked bool) *CloseError {
	p := w.part
	state := ws.StateServerSide
	if w.isClient {
		state = ws.StateClientSide
	}
	if p != nil && p.isOpen {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return protocolError(err)
	}
	if h.OpCode.IsControl() {
		return nil
	}
	frame, message := w.limits.maxFrame(), w.limits.maxMessage()
	if isMarked || p != nil && p.isOpen && p.isCompressed {
		frame, message = maxDeflated(frame), maxDeflated(message)
	}
	if p != nil {
		message -= len(p.data)
	}
	switch {
	case h.Length > int64(message):
		return &CloseError{Code: CodeTooBig, Err: errTooLong}
	case h.Length > int64(frame):
		return &CloseError{Code: CodeTooBig, Err: errFrameTooLong}
	}
	return nil
}

// takeClose takes a close frame.
func (w *wire) takeClose(data []byte) (event, bool, error) {
	e, err := parseClose(data)
	switch {
	case err == errBadReason:
		return w.fail(&CloseError{Code: CodeInvalid, Err: err})
	case err != nil:
		return w.fail(protocolError(err))
	}
	w.end()
	return event{kind: closes, end: e}, true, nil
}

// fail ends receiving.
func (w *wire) fail(e *CloseError) (event, bool, error) {
	w.end()
	return event{kind: fails, end: e}, true, nil
}

// end ends receiving, and frees what has begun.
func (w *wire) end() {
	w.isOver = true
	if w.part != nil {
		w.part.free()
	}
	w.part = nil
}

// Encode appends a frame to buf. After a close frame there is none.
func (w *wire) Encode(f frame, buf *codec.Buffer) error {
	if w.isShut {
		return errClosed
	}
	h := ws.Header{Fin: true, OpCode: f.op, Masked: w.isClient}
	if w.isCompressed && !f.op.IsControl() && len(f.data) >= minDeflate {
		d := deflaters.Get().(*deflater)
		if short := d.deflate(f.data); short != nil { // one that panics is not used again
			h.Rsv, f.data = rsv1, short
		}
		defer d.put()
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
