package simulated

import (
	"bytes"

	"github.com/edo-go/edo/internal/sched"
)

// A flow is one direction of a connection: the bytes that one end has written and
// the other has not read yet. It belongs to the lock of its network.
//
// Every byte of the network passes through put and take, and nowhere else: they
// say how much of it goes at once, and when.
//
//	reader   waits for bytes; nil when there are any, or the end
//	writer   waits for room; nil when there is any
//	ended    the writing end has ended the flow: nothing more comes
type flow struct {
	buf    bytes.Buffer
	window int
	ended  bool
	reader *sched.Task
	writer *sched.Task
}

// put adds as much of p as there is room for, and wakes the reader.
func (f *flow) put(cx *sched.Context, p []byte) int {
	n := min(len(p), f.window-f.buf.Len())
	f.buf.Write(p[:n])
	if n > 0 {
		wake(cx, &f.reader)
	}
	return n
}

// take moves as much into p as there is, and wakes the writer.
func (f *flow) take(cx *sched.Context, p []byte) int {
	n, _ := f.buf.Read(p) // its only error is that there is nothing
	if n > 0 {
		wake(cx, &f.writer)
	}
	return n
}

// end ends the flow for its reader, after what is in it.
func (f *flow) end() {
	f.ended = true
	f.release()
}

// release wakes whoever waits on either side.
func (f *flow) release() {
	wake(nil, &f.reader)
	wake(nil, &f.writer)
}

// forget lets go of the place of t that a waiter is kept in.
func forget(place **sched.Task, t *sched.Task) {
	if *place == t {
		*place = nil
	}
}

// wake takes the waiter out of its place and wakes it, by cx when there is one. A
// wake never comes back into the network, so its lock may be held.
func wake(cx *sched.Context, place **sched.Task) {
	t := *place
	*place = nil
	switch {
	case t == nil:
	case cx == nil:
		t.Wake()
	default:
		t.WakeBy(cx)
	}
}
