package driver

import "github.com/edo-go/edo/internal/sched"

// Splices is a [Conn] that moves bytes to and from a [Pipe], without a copy through the memory
// of the program.
type Splices interface {
	// ReadToPipe is Read with p, which is empty, for its buffer. Where that would have to say
	// that the connection has ended, it returns 0 without an error: it cannot tell the end from
	// urgent data, and Read can. The error matches errors.ErrUnsupported, and nothing was read,
	// when there is no splicing from the connection.
	ReadToPipe(cx *sched.Context, p *Pipe) (int, Poll, error)

	// WriteFromPipe is Write of the bytes of p, which are then those that are left. The error
	// matches errors.ErrUnsupported, and nothing was written, when there is no splicing to the
	// connection.
	WriteFromPipe(cx *sched.Context, p *Pipe) (int, Poll, error)
}

// SplicerOf returns v as Splices if it is a connection of package socket whose driver splices,
// and otherwise nil. Package socket sets it. It knows its connections by their type: what is
// built around one and has its methods may do more with each byte.
var SplicerOf = func(v any) Splices { return nil }

// PipeSize is how many bytes a pipe holds: the size that the kernel gives it. What a copy that
// is cancelled may lose is no more than that.
const PipeSize = 64 << 10

// mostPipes is how many pipes are in use at a time. Each has two descriptors.
const mostPipes = 256
