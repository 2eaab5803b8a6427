package codec

import "sync"

// A Buffer is a queue of bytes: bytes that were read from a connection and are not
// decoded, or that were encoded and are not written. The zero Buffer is empty and ready.
// It is not safe for concurrent use.
//
// Its storage is a chunk from a pool as long as that is large enough. A larger storage
// grows with the bytes that arrive, at most by a factor of four at a time, so that a frame
// that is announced and not sent costs next to nothing.
type Buffer struct {
	b        []byte // the bytes are b[off:]; a capacity of exactly chunkSize is a chunk
	off      int
	expected int   // the argument of Expect; 0: none
	limit    int   // the argument of limitTo; 0: none
	charged  int   // the argument of Charge; 0: none
	isOther  bool  // the program may have changed the bytes since the latest Decode: see Parts
	heldErr  error // an error of the connection that an inspection got, after these bytes
}

const (
	chunkSize = 16 << 10 // more than a full output buffer and one frame of that size
	minRead   = 512      // a read gets less room than this only if it then completes a frame
)

var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// buffers holds the buffers that connections have given back: empty, each with its chunk if
// it has one.
var buffers = sync.Pool{New: func() any { return new(Buffer) }}

// newBuffer returns an empty buffer for a connection.
func newBuffer() *Buffer { return buffers.Get().(*Buffer) }

// giveBack empties b for another connection. b must not be used after it.
func (b *Buffer) giveBack() {
	if cap(b.b) != chunkSize {
		b.b = nil
	}
	b.b, b.off, b.expected, b.limit, b.charged, b.isOther = b.b[:0], 0, 0, 0, 0, false
	if b.heldErr != nil {
		b.heldErr = nil
	}
	buffers.Put(b)
}

// Len returns how many bytes there are.
func (b *Buffer) Len() int { return len(b.b) - b.off }

// Bytes returns the bytes, without removing them. They are valid until the next
// call of a method other than Len, and must not be kept.
func (b *Buffer) Bytes() []byte { return b.b[b.off:] }

// Discard removes the first n bytes. It panics when there are fewer.
func (b *Buffer) Discard(n int) {
	_ = b.b[b.off : b.off+n]
	b.off += n
}

// Take removes the first n bytes and returns them, in memory that the caller may keep
// and change. It panics when there are fewer. It copies the bytes into one allocation.
// When the bytes fill most of a storage that is larger than a chunk, Take returns that
// storage instead.
func (b *Buffer) Take(n int) []byte {
	taken := b.b[b.off : b.off+n : b.off+n]
	if cap(b.b) > chunkSize && n > cap(b.b)/2 {
		rest := b.b[b.off+n:]
		b.b, b.off = nil, 0
		b.Write(rest)
		return taken
	}
	frame := make([]byte, len(taken))
	copy(frame, taken)
	b.off += n
	return frame
}

// Expect says that nothing can be decoded before the buffer has n bytes. It holds until
// the next Decode. Calling it is optional: the buffer then grows to the right size.
func (b *Buffer) Expect(n int) { b.expected = n }

// Charge takes n operations off the budget of the poll, 1 at least, for work that the number of
// bytes does not tell. A decoder that has much to do for a frame, because it decompresses or
// decrypts, does it in parts: each Decode does one, of some 10 µs, calls Charge and returns false,
// until the frame is there. Such a Decode is called again although no bytes have come; when the
// budget is used up, other tasks run before that. It holds until the next Decode.
func (b *Buffer) Charge(n int) { b.charged = max(n, 1) }

// limitTo says that a frame is found before the buffer has more than n bytes, or never. It
// holds until the next Decode: the buffer then does not grow beyond that.
func (b *Buffer) limitTo(n int) { b.limit = n }

// Grow makes room to append n bytes without another allocation.
func (b *Buffer) Grow(n int) {
	if cap(b.b)-len(b.b) >= n {
		return
	}
	need := b.Len() + n
	switch {
	case cap(b.b) == 0 && need <= chunkSize:
		b.b = chunks.Get().(*[chunkSize]byte)[:0]
	case need <= cap(b.b) && b.Len() <= b.off: // moves no more bytes than were removed before
		b.slide()
	default:
		b.moveToNew(max(need, 2*cap(b.b)))
	}
}

// Write appends p. The error is always nil.
func (b *Buffer) Write(p []byte) (int, error) {
	b.Grow(len(p))
	b.b = append(b.b, p...)
	return len(p), nil
}

// WriteString appends s. The error is always nil.
func (b *Buffer) WriteString(s string) (int, error) {
	b.Grow(len(s))
	b.b = append(b.b, s...)
	return len(s), nil
}

// WriteByte appends c. The error is always nil.
func (b *Buffer) WriteByte(c byte) error {
	b.Grow(1)
	b.b = append(b.b, c)
	return nil
}

// Extend appends n zeros and returns them, to be filled in. They are valid as long as
// the result of Bytes.
func (b *Buffer) Extend(n int) []byte {
	b.Grow(n)
	end := len(b.b)
	b.b = b.b[:end+n]
	clear(b.b[end:])
	return b.b[end:]
}

// truncate removes all but the first n bytes.
func (b *Buffer) truncate(n int) { b.b = b.b[:b.off+n] }

// room returns free storage for a read. commit appends the first n bytes of it.
func (b *Buffer) room() []byte {
	if b.off == len(b.b) {
		b.b, b.off = b.b[:0], 0
	}
	if cap(b.b) == 0 {
		b.Grow(minRead)
	}
	need := b.Len() + minRead
	if b.expected > b.Len() {
		need = b.expected
	}
	if b.limit > b.Len() {
		need = min(need, b.limit)
	}
	if b.off > 0 && b.off+need > cap(b.b) {
		b.slide()
	}
	if cap(b.b)-len(b.b) < minRead && need > cap(b.b) {
		size := 2 * cap(b.b)
		if b.expected > b.Len() {
			size = min(4*cap(b.b), need)
		} else if b.limit > 0 {
			size = min(size, max(b.limit, need))
		}
		b.moveToNew(size)
	}
	return b.b[len(b.b):cap(b.b)]
}

// commit appends the first n bytes of the slice that room has returned.
func (b *Buffer) commit(n int) { b.b = b.b[:len(b.b)+n] }

// slide moves the bytes to the front of the storage.
func (b *Buffer) slide() {
	n := copy(b.b, b.b[b.off:])
	b.b, b.off = b.b[:n], 0
}

// moveToNew moves the bytes to a new storage, larger than a chunk.
func (b *Buffer) moveToNew(size int) {
	to := make([]byte, b.Len(), size)
	copy(to, b.b[b.off:])
	b.release()
	b.b = to
}

// release drops the bytes and the storage; a chunk goes back to the pool.
func (b *Buffer) release() {
	if cap(b.b) == chunkSize {
		chunks.Put((*[chunkSize]byte)(b.b[:chunkSize]))
	}
	b.b, b.off = nil, 0
}
