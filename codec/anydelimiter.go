package codec

import "errors"

// AnyDelimiter is the codec of frames that end with one byte of a set. The zero
// AnyDelimiter is ready. It serves one connection, and may decode in one task while it
// encodes in another.
//
// A frame ends with any byte of Delimiters, which is not part of it; the last frame may end
// with the input. Two delimiters with nothing between them are an empty frame. A frame that
// is too long is one error, [ErrTooLong], regardless of its length and of the number of its
// pieces: the rest of it is discarded, and decoding continues with the next frame, after the
// End that follows each error of a stream.
//
// A frame that is received is one allocation, and belongs to the receiver. Encode adds
// Sequence, and refuses a frame that contains one of the Delimiters with [ErrDelimiter]. A
// Sequence of several bytes is decoded as several delimiters, or as a delimiter and the
// beginning of the next frame.
type AnyDelimiter struct {
	// Delimiters are the bytes that end a frame, in any order. "" stands for ",;\n\r".
	Delimiters string
	// Sequence is what Encode writes after a frame. "" stands for the first byte of
	// Delimiters.
	Sequence string
	// Max is the largest length of a frame, in bytes, in both directions. 0 or less stands
	// for 64 KiB.
	Max int

	pieces splitter
}

// ErrDelimiter says that a frame contains a byte that would end it.
var ErrDelimiter = errors.New("codec: a delimiter inside a frame")

const defaultDelimiters = ",;\n\r"

// delimiters returns Delimiters, or the default.
func (d *AnyDelimiter) delimiters() string {
	if d.Delimiters == "" {
		return defaultDelimiters
	}
	return d.Delimiters
}

func (d *AnyDelimiter) maxLen() int { return orDefault(d.Max, defaultMaxLine) }

// Decode removes the next frame from buf.
func (d *AnyDelimiter) Decode(buf *Buffer, end bool) ([]byte, bool, error) {
	set := setOf(d.delimiters())
	size, n, found, refused := d.pieces.next(buf, end, d.maxLen(), set.index)
	switch {
	case refused:
		return nil, false, tooLong("a frame", d.maxLen())
	case !found:
		return nil, false, nil
	case size > d.maxLen():
		buf.Discard(n)
		return nil, false, tooLong("a frame", d.maxLen())
	}
	frame := buf.Take(size)
	buf.Discard(n - size)
	return frame, true, nil
}

// Encode appends frame and the Sequence to buf.
func (d *AnyDelimiter) Encode(frame []byte, buf *Buffer) error {
	delimiters := d.delimiters()
	set := setOf(delimiters)
	switch {
	case len(frame) > d.maxLen():
		return tooLong("a frame", d.maxLen())
	case set.index(frame) >= 0:
		return ErrDelimiter
	}
	sequence := d.Sequence
	if sequence == "" {
		sequence = delimiters[:1]
	}
	buf.Grow(len(frame) + len(sequence))
	buf.Write(frame)
	buf.WriteString(sequence)
	return nil
}
