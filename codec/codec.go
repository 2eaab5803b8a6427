package codec

import (
	"errors"
	"io"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
)

// A Decoder finds frames in bytes. It may have state, and then serves one
// connection. One goroutine at a time calls it.
type Decoder[T any] interface {
	// Decode takes the next frame off the front of buf. It returns false when there
	// is not a whole one, and is called again when there are more bytes; it may take
	// what it has understood so far, and may tell [Buffer.Expect] how much it needs.
	//
	// end says that no more bytes will come. Then Decode is called until it returns
	// false; bytes that it leaves behind become an error of the stream. A decoder
	// that took the beginning of a frame off buf before returns an error itself.
	//
	// After an error the stream may be asked again, and then Decode is.
	Decode(buf *Buffer, end bool) (frame T, ok bool, err error)
}

// An Encoder turns frames into bytes. One goroutine at a time calls it.
type Encoder[T any] interface {
	// Encode appends frame to buf. What it has appended before it returns an error
	// is taken back. It must not keep frame, nor take bytes off buf.
	Encode(frame T, buf *Buffer) error
}

// A Codec is both directions of a protocol: it decodes In and encodes Out.
type Codec[In, Out any] interface {
	Decoder[In]
	Encoder[Out]
}

// What decoding and encoding fail with.
var (
	// ErrTooLong says that a frame is longer than the maximum.
	ErrTooLong = errors.New("codec: frame too long")
	// ErrBadLength says that no frame can have the length that was read, or that
	// the length of a frame cannot be written.
	ErrBadLength = errors.New("codec: impossible frame length")
)

var (
	errCut    = edo.NewError(io.ErrUnexpectedEOF, "codec: the input ended inside a frame")
	errEnded  = edo.NewError(own.ErrPolledAgain, "codec: a future was polled after its end")
	errClosed = edo.NewError(edo.ErrClosed, "codec: send on a closed connection")
)
