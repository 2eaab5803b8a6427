package aio

import "github.com/edo-go/edo"

// A Reader is something that bytes come from.
type Reader interface {
	// PollRead reads up to len(p) bytes into p. Ready says that it has read n of
	// them, at least one unless p is empty, or that it has failed: n is 0 whenever
	// there is an error. The end is Ready with io.EOF, every time it is asked for.
	// Pending says that there is nothing yet, that the task of cx will be woken,
	// and that p has not been kept.
	//
	// One task at a time reads. A second one gets an [*edo.BusyError] from the readers
	// of edo; what is polled by hand is the last poll's, whose waker alone is woken.
	PollRead(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error)
}

// A Writer is something that bytes go to.
//
// One task at a time writes, and a second one gets an [*edo.BusyError], as for a
// [Reader]. The three methods count as one direction; reading and writing are
// independent.
type Writer interface {
	// PollWrite takes the first n bytes of p. Ready says that it has taken them, or
	// that it has failed: n is 0 whenever there is an error. A writer that takes
	// nothing of a p that is not empty will not take any more. Pending says that
	// there is no room, that the task of cx will be woken, and that p has not been
	// kept.
	PollWrite(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error)

	// PollFlush is Ready when everything that was taken is on its way.
	PollFlush(cx *edo.Context) (edo.Poll, error)

	// PollShutdown flushes, and then tells the other side that this was all: it
	// reads to the end and gets io.EOF. Reading goes on. Writes fail from then on.
	PollShutdown(cx *edo.Context) (edo.Poll, error)
}

// A ReadWriter is a connection: both directions of one.
type ReadWriter interface {
	Reader
	Writer
}
