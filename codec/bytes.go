package codec

// Bytes is the codec without frames: Decode returns the bytes as they come, in pieces of any
// size, and Encode writes them as they are. It has no state. A piece has no length of its
// own: what was sent at once may arrive in several pieces, or in one with what was sent
// after it.
//
// A piece is what one read got, at most 16 KiB. It is one allocation, and belongs to the
// receiver. It is never empty.
type Bytes struct{}

// Decode removes all bytes from buf.
func (Bytes) Decode(buf *Buffer, end bool) ([]byte, bool, error) {
	if buf.Len() == 0 {
		return nil, false, nil
	}
	return buf.Take(buf.Len()), true, nil
}

// Encode appends p to buf.
func (Bytes) Encode(p []byte, buf *Buffer) error {
	buf.Write(p)
	return nil
}
