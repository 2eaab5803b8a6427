package codec

import "sync"

// A Buffer is a queue of bytes: what has been read from a connection and not
// decoded, or encoded and not written. The zero Buffer is empty and ready. It is
// not safe for concurrent use.
//
// Its storage is a chunk from a pool as long as that is large enough. Beyond that
// it grows with what arrives, never by more than four times, so that a frame which
// is announced and not sent costs next to nothing.
type Buffer struct {
	b    []byte // the bytes are b[off:]; a capacity of exactly chunkSize is a chunk
	off  int
	want int // what Expect was told; 0: nothing
}

const (
	chunkSize = 16 << 10 // more than a full output buffer and one frame of that size
	minRead   = 512      // offer a read less than this only when that completes a frame
)

var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// Len returns how many bytes there are.
func (b *Buffer) Len() int { return len(b.b) - b.off }

// Bytes returns the bytes, without taking them. They are valid until the next
// call of another method than Len, and must not be kept.
func (b *Buffer) Bytes() []byte { return b.b[b.off:] }

// Discard throws the first n bytes away. It panics when there are fewer.
func (b *Buffer) Discard(n int) {
	_ = b.b[b.off : b.off+n]
	b.off += n
}

// Take takes the first n bytes off and returns them, in memory that is the
// caller's to keep and to change. It panics when there are fewer. It copies them
// into one allocation; or, when they fill most of storage that is larger than a
// chunk, hands that storage over.
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

// Expect says that nothing can be decoded before there are n bytes in all. It
// holds until the next Decode and is not needed: it saves growing too far.
func (b *Buffer) Expect(n int) { b.want = n }

// Grow makes room to append n bytes without another allocation.
func (b *Buffer) Grow(n int) {
	if cap(b.b)-len(b.b) >= n {
		return
	}
	need := b.Len() + n
	switch {
	case cap(b.b) == 0 && need <= chunkSize:
		b.b = chunks.Get().(*[chunkSize]byte)[:0]
	case need <= cap(b.b) && b.Len() <= b.off: // moves no more than was taken before
		b.slide()
	default:
		b.move(max(need, 2*cap(b.b)))
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

// Extend appends n zeros and returns them, to be filled in. They are valid as
// long as those of Bytes.
func (b *Buffer) Extend(n int) []byte {
	b.Grow(n)
	end := len(b.b)
	b.b = b.b[:end+n]
	clear(b.b[end:])
	return b.b[end:]
}

// truncate takes back what was appended beyond the first n bytes.
func (b *Buffer) truncate(n int) { b.b = b.b[:b.off+n] }

// room returns where to read into; commit appends the first n bytes of that.
func (b *Buffer) room() []byte {
	if b.off == len(b.b) {
		b.b, b.off = b.b[:0], 0
	}
	if cap(b.b) == 0 {
		b.Grow(minRead)
	}
	need := b.Len() + minRead
	if b.want > b.Len() {
		need = b.want
	}
	if b.off > 0 && b.off+need > cap(b.b) {
		b.slide()
	}
	if cap(b.b)-len(b.b) < minRead && need > cap(b.b) {
		size := 2 * cap(b.b)
		if b.want > b.Len() {
			size = min(4*cap(b.b), need)
		}
		b.move(size)
	}
	return b.b[len(b.b):cap(b.b)]
}

func (b *Buffer) commit(n int) { b.b = b.b[:len(b.b)+n] }

// slide moves the bytes to the front of the storage.
func (b *Buffer) slide() {
	n := copy(b.b, b.b[b.off:])
	b.b, b.off = b.b[:n], 0
}

// move moves the bytes to storage of their own, larger than a chunk.
func (b *Buffer) move(size int) {
	to := make([]byte, b.Len(), size)
	copy(to, b.b[b.off:])
	b.release()
	b.b = to
}

// release lets go of the storage and the bytes.
func (b *Buffer) release() {
	if cap(b.b) == chunkSize {
		chunks.Put((*[chunkSize]byte)(b.b[:chunkSize]))
	}
	b.b, b.off = nil, 0
}
