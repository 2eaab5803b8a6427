package codec

import (
	"bytes"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// Parts is what a [Framed] consists of, besides its codec: the connection and the bytes in
// the buffers. So a program changes the codec in the middle of a connection, or goes on
// with the connection itself.
//
//	parts := framed.Parts()                      // the lines of a head were received
//	body := codec.FromParts(parts, codec.Bytes{}) // the rest is bytes
type Parts struct {
	IO        aio.ReadWriter
	Read      []byte // was read, and is not decoded
	Unwritten []byte // was encoded, and is not written

	received receiverState
	sent     senderState
}

// ReadParts is [Parts] of a [FramedRead].
type ReadParts struct {
	IO   aio.Reader
	Read []byte // was read, and is not decoded

	received receiverState
}

// WriteParts is [Parts] of a [FramedWrite].
type WriteParts struct {
	IO        aio.Writer
	Unwritten []byte // was encoded, and is not written

	sent senderState
}

// Parts takes f apart. f has ended and is closed, as after Drop, but the connection is not
// dropped: it is the caller's, and so are the bytes. A task that waits for a frame gets
// the end; one that waits in Flush goes on, and what it has sent is in Unwritten. An End that
// follows an error, and was not received, is forgotten. Parts must not be called during a
// poll. After Drop there is no connection in the result.
func (f *Framed[In, Out]) Parts() (p Parts) {
	f.rx.mu.Lock()
	f.tx.mu.Lock()
	p.IO, f.io = f.io, nil
	p.Read, p.received = f.rx.takeApart()
	p.Unwritten, p.sent = f.tx.takeApart()
	waiting := [2]edo.Waker{f.rx.waiting, f.tx.waiting}
	aio.AbandonRead(p.IO, waiting[0])
	aio.AbandonWrite(p.IO, waiting[1])
	f.tx.mu.Unlock()
	f.rx.mu.Unlock()
	wakeAll(waiting[:])
	return p
}

// FromParts returns the connection of p as a connection of frames of codec, which goes on
// with the bytes of p. It owns the connection and copies the bytes.
func FromParts[In, Out any](p Parts, codec Codec[In, Out]) *Framed[In, Out] {
	f := NewFramed(p.IO, codec)
	f.rx.putTogether(p.Read, p.received)
	f.tx.putTogether(p.Unwritten, p.sent)
	return f
}

// Parts takes f apart, as [Framed.Parts] does.
func (f *FramedRead[In]) Parts() (p ReadParts) {
	f.rx.mu.Lock()
	p.IO, f.io = f.io, nil
	p.Read, p.received = f.rx.takeApart()
	waiting := [1]edo.Waker{f.rx.waiting}
	aio.AbandonRead(p.IO, waiting[0])
	f.rx.mu.Unlock()
	wakeAll(waiting[:])
	return p
}

// ReadFromParts is [FromParts] for a reader of frames.
func ReadFromParts[In any](p ReadParts, decoder Decoder[In]) *FramedRead[In] {
	f := NewFramedRead(p.IO, decoder)
	f.rx.putTogether(p.Read, p.received)
	return f
}

// Parts takes f apart, as [Framed.Parts] does.
func (f *FramedWrite[Out]) Parts() (p WriteParts) {
	f.tx.mu.Lock()
	p.IO, f.io = f.io, nil
	p.Unwritten, p.sent = f.tx.takeApart()
	waiting := [1]edo.Waker{f.tx.waiting}
	aio.AbandonWrite(p.IO, waiting[0])
	f.tx.mu.Unlock()
	wakeAll(waiting[:])
	return p
}

// WriteFromParts is [FromParts] for a writer of frames.
func WriteFromParts[Out any](p WriteParts, encoder Encoder[Out]) *FramedWrite[Out] {
	f := NewFramedWrite(p.IO, encoder)
	f.tx.putTogether(p.Unwritten, p.sent)
	return f
}

// receiverState is what the next receiver has to know besides the bytes.
type receiverState struct {
	heldErr error
	atEOF   bool
	ended   bool
}

// senderState is what the next sender has to know besides the bytes.
type senderState struct {
	unflushed bool
	closed    bool
}

// takeApart returns the input, and ends the stream. The caller has locked r.
func (r *receiver) takeApart() (read []byte, state receiverState) {
	state.atEOF, state.ended = r.atEOF, r.ended
	if r.input != nil {
		read, state.heldErr = bytes.Clone(r.input.Bytes()), r.input.heldErr
	}
	r.drop()
	return read, state
}

// putTogether is the reverse of takeApart, for a new receiver.
func (r *receiver) putTogether(read []byte, state receiverState) {
	r.atEOF, r.ended, r.isOther = state.atEOF, state.ended, true
	if len(read) == 0 && state.heldErr == nil || r.ended {
		return
	}
	r.input = newBuffer()
	r.input.Write(read)
	r.input.heldErr = state.heldErr
	r.mayDecode = len(read) > 0
}

// takeApart returns the output, and closes the sink. The caller has locked s.
func (s *sender) takeApart() (unwritten []byte, state senderState) {
	state.unflushed, state.closed = s.unflushed, s.closed
	if s.output != nil {
		unwritten = bytes.Clone(s.output.Bytes())
	}
	s.drop()
	return unwritten, state
}

// putTogether is the reverse of takeApart, for a new sender.
func (s *sender) putTogether(unwritten []byte, state senderState) {
	s.unflushed, s.closed = state.unflushed || len(unwritten) > 0, state.closed
	if len(unwritten) > 0 {
		s.output = newBuffer()
		s.output.Write(unwritten)
	}
}

// wakeAll wakes the tasks that wait for a connection that was taken apart: the connection
// may never wake them.
func wakeAll(waiting []edo.Waker) {
	for _, w := range waiting {
		if !w.IsZero() {
			w.Wake()
		}
	}
}
