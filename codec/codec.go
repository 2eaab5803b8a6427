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
	// Decode removes the next frame from the front of buf. It returns false when the
	// frame is not complete, and is called again when there are more bytes; it may remove
	// the part that it has decoded, and may tell [Buffer.Expect] how many bytes it needs.
	//
	// end is true when no more bytes will come. Then Decode is called until it returns
	// false; bytes that are left in buf become an error of the stream. A decoder that has
	// removed the beginning of an incomplete frame before returns an error itself.
	//
	// A Decode that returns false after [Buffer.Charge] has more to do, and is called again.
	//
	// After an error the stream may be polled again, and then Decode is called again.
	Decode(buf *Buffer, end bool) (frame T, ok bool, err error)
}

// An Encoder turns frames into bytes. One goroutine at a time calls it.
type Encoder[T any] interface {
	// Encode appends frame to buf. When it returns an error, the bytes that it has
	// appended are removed. It must not keep frame, nor remove bytes from buf.
	Encode(frame T, buf *Buffer) error
}

// A Codec is both directions of a protocol: it decodes In and encodes Out.
type Codec[In, Out any] interface {
	Decoder[In]
	Encoder[Out]
}

// Pair returns the codec that decodes with decoder and encodes with encoder, which may be
// the halves of two codecs:
//
//	codec.NewFramed(conn, codec.Pair(&codec.Lines{}, &codec.LengthDelimited{}))
func Pair[In, Out any](decoder Decoder[In], encoder Encoder[Out]) Codec[In, Out] {
	return pair[In, Out]{decoder, encoder}
}

type pair[In, Out any] struct {
	Decoder[In]
	Encoder[Out]
}

// Errors of decoding and encoding.
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
