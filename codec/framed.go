package codec

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// Framed is a connection of frames: a stream of In and a sink of Out.
//
// One task at a time may receive and one may send; they may be two tasks when the
// codec allows that, as those of this package do. Nothing else may happen during
// Drop.
type Framed[In, Out any] struct {
	io    aio.ReadWriter // nil once dropped
	codec Codec[In, Out]

	// Receiving.
	input  Buffer // read and not decoded
	unread bool   // input may hold a frame
	ended  bool   // io has come to its end
	done   bool   // so has the stream
	failed bool   // the last item was an error

	// Sending.
	output    Buffer // encoded and not written
	unflushed bool   // something was sent since io was flushed
	closed    bool
}

// NewFramed returns rw as a connection of frames. It owns rw: Drop drops it. The
// codec serves this connection alone, if it has state.
func NewFramed[In, Out any](rw aio.ReadWriter, codec Codec[In, Out]) *Framed[In, Out] {
	return &Framed[In, Out]{io: rw, codec: codec}
}

// Drop lets go of the connection and of everything that was received or sent and
// is still in a buffer. The stream has ended, and the sink is closed. It must not
// be called during a poll.
func (f *Framed[In, Out]) Drop() {
	edo.Drop(f.io)
	f.io = nil
	f.input.release()
	f.output.release()
	f.done, f.failed = true, false
	f.closed, f.unflushed = true, false
}
