package simulated

import (
	"bytes"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// A flow is one direction of a connection: the bytes that one end has written and
// the other has not read yet. It belongs to the lock of its network.
//
// Every byte of the network passes through put and take, and nowhere else: they
// say how much of it goes at once, and when.
//
//	readers  wait for bytes; none when there are any, or the end
//	writers  wait for room; none when there is any
//	ended    the writing end has ended the flow: nothing more comes
type flow struct {
	buf     bytes.Buffer
	window  int
	ended   bool
	readers driver.Waiters
	writers driver.Waiters
}

// put adds as much of p as there is room for, and wakes the readers.
func (f *flow) put(cx *sched.Context, p []byte) int {
	n := min(len(p), f.window-f.buf.Len())
	f.buf.Write(p[:n])
	if n > 0 {
		wake(cx, &f.readers)
	}
	return n
}

// take moves as much into p as there is, and wakes the writers.
func (f *flow) take(cx *sched.Context, p []byte) int {
	n, _ := f.buf.Read(p) // its only error is that there is nothing
	if n > 0 {
		wake(cx, &f.writers)
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
	wake(nil, &f.readers)
	wake(nil, &f.writers)
}

// wake takes the waiters out of their place and wakes them, by cx when there is one. A
// wake never comes back into the network, so its lock may be held.
func wake(cx *sched.Context, place *driver.Waiters) {
	for _, t := range place.Take() {
		if cx == nil {
			t.Wake()
		} else {
			t.WakeBy(cx)
		}
	}
}
