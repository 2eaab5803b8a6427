package simulated

import (
	"bytes"
	"slices"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// A flow is one direction of a connection: the bytes that one end has written and
// the other has not read yet. The lock of its network guards it.
//
// Every byte of the network passes through write and read, and through no other
// function: they decide how many bytes pass at once, and when.
//
//	readers  wait for bytes; none when there are any, or the end
//	writers  wait for room, or for the end of another task's Write
//	ended    the writing end has ended the flow: nothing more comes
type flow struct {
	buf     bytes.Buffer
	window  int
	ended   bool
	hasEnd  bool  // between two hosts: the end was sent
	packets []int // the lengths of those in buf, if isPackets

	from      *conn           // the end that writes
	flight    []*segment      // between two hosts: what was sent and has not arrived
	inFlight  int             // bytes of that
	isPackets bool            // a write is a packet, and a read takes one
	readers   *driver.Waiters // of the end that reads
	writers   *driver.Waiters // of the end that writes
}

// write adds as much of p as there is room for, and wakes the readers.
func (f *flow) write(cx *sched.Context, p []byte) int {
	n := min(len(p), f.window-f.buf.Len()-f.inFlight)
	if f.isPackets {
		if n < len(p) { // whole, or not yet
			return 0
		}
		f.packets = append(f.packets, n)
	} else {
		n = f.piece(n)
	}
	if f.from.isFar() {
		if n > 0 {
			f.from.send(&segment{data: slices.Clone(p[:n])})
		}
		return n
	}
	f.buf.Write(p[:n])
	if n > 0 {
		wakeBy(cx, f.readers)
	}
	return n
}

// read moves as many bytes into p as there are, and wakes the writers.
func (f *flow) read(cx *sched.Context, p []byte) int {
	rest := 0 // of a packet that p has no room for
	if f.isPackets && len(f.packets) > 0 {
		size := f.packets[0]
		f.packets = f.packets[1:]
		p = p[:min(len(p), size)]
		rest = size - len(p)
	} else {
		p = p[:f.piece(min(len(p), f.buf.Len()))]
	}
	n, _ := f.buf.Read(p) // its only error is that there is nothing
	f.buf.Next(rest)
	if n > 0 {
		wakeBy(cx, f.writers)
	}
	return n
}

// piece returns how many of n bytes pass at once: all, unless a World has pieces.
func (f *flow) piece(n int) int {
	if w := f.from.net.world; w != nil && w.config.Pieces && n > 1 && w.happens(1./2) {
		return n - w.draw(n)
	}
	return n
}

// isTooLong reports whether p is a packet for which there will never be room.
func (f *flow) isTooLong(p []byte) bool { return f.isPackets && len(p) > f.window }

// end ends the flow for its reader, after the bytes in it.
func (f *flow) end() {
	f.ended = true
	f.readers.RemoveAll().Wake()
	f.writers.RemoveAll().Wake()
}

// wakeBy removes the waiters and wakes them by cx. A task that is woken does not enter
// the network before its poll, so the lock of the network may be held.
func wakeBy(cx *sched.Context, waiters *driver.Waiters) {
	for _, t := range waiters.RemoveAll() {
		t.WakeBy(cx)
	}
}
