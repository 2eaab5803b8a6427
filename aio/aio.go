package aio

import "github.com/edo-go/edo"

// A Reader is a source of bytes.
type Reader interface {
	// PollRead reads up to len(p) bytes into p. Ready means that it has read n bytes,
	// at least one unless p is empty, or that it has failed: n is 0 whenever there is an
	// error. At the end every call is Ready with io.EOF. Pending means that there are no
	// bytes yet, that the task of cx will be woken, and that p was not kept.
	//
	// A task that gives its read up, and may read again, says so by [AbandonRead].
	//
	// One task at a time reads. A second task gets an [*edo.BusyError] from the readers
	// of edo. With a mock task of edotest the last poll wins, and only its waker is woken.
	PollRead(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error)
}

// A Writer is a destination of bytes.
//
// One task at a time writes, and a second task gets an [*edo.BusyError], as for a
// [Reader]. The three methods count as one direction; reading and writing are
// independent.
type Writer interface {
	// PollWrite takes the first n bytes of p. Ready means that it has taken them, or
	// that it has failed: n is 0 whenever there is an error. A writer that returns an n of
	// 0 for a p that is not empty will take no more bytes. Pending means that there is no
	// room, that the task of cx will be woken, and that p was not kept.
	PollWrite(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error)

	// PollFlush is Ready when no byte that was taken is left in a buffer of the writer.
	PollFlush(cx *edo.Context) (edo.Poll, error)

	// PollShutdown flushes, and then tells the other side that no more bytes will come: the
	// other side reads to the end and gets io.EOF. This side can still read. Writes fail
	// from then on.
	PollShutdown(cx *edo.Context) (edo.Poll, error)
}

// A ReadWriter is a connection: it has both directions.
type ReadWriter interface {
	Reader
	Writer
}
