package codec

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/sched"
)

// Framed is a connection of frames: a stream of In and a sink of Out.
//
// One task at a time receives and one sends; they may be two tasks when the codec allows
// that, as the codecs of this package do. While a task waits, a second task that waits for
// the same direction gets an [*edo.BusyError] that names both, and its frame is not taken.
// Frames stay whole when tasks use a Framed at the same time.
//
// Each frame that is received or sent uses the budget of its poll, even when it is in the
// buffer already: a peer that sends millions of empty lines does not delay other tasks.
type Framed[In, Out any] struct {
	io    aio.ReadWriter // nil once dropped
	codec Codec[In, Out]

	// Receiving; guarded by rx.
	rx      direction
	input   Buffer // read and not decoded
	heldErr *error // an error of io that an inspection got, for the next poll to return

	// Sending; guarded by tx.
	tx     direction
	output Buffer // encoded and not written

	// All bools come last, which saves padding.

	// Receiving; guarded by rx.
	mayDecode bool // input may hold a frame
	atEOF     bool // io has ended
	ended     bool // the stream has ended
	failed    bool // the last item was an error: the next one is End

	// Sending; guarded by tx.
	unflushed bool // a frame was sent since io was flushed
	closed    bool
}

// NewFramed returns rw as a connection of frames. The Framed owns rw: Drop drops it. A
// codec with state serves this connection alone.
func NewFramed[In, Out any](rw aio.ReadWriter, codec Codec[In, Out]) *Framed[In, Out] {
	return &Framed[In, Out]{io: rw, codec: codec}
}

// Drop drops the connection, and all bytes that are still in a buffer. The stream has
// ended, and the sink is closed. Drop must not be called during a poll.
func (f *Framed[In, Out]) Drop() {
	f.rx.mu.Lock()
	f.tx.mu.Lock()
	rw := f.io
	f.io = nil
	f.input.release()
	f.output.release()
	f.ended, f.failed, f.heldErr = true, false, nil
	f.closed, f.unflushed = true, false
	f.tx.mu.Unlock()
	f.rx.mu.Unlock()
	edo.Drop(rw)
}

// direction is one direction of a Framed. One task at a time may wait for it.
//
// A poll holds mu from its beginning to its end, so two tasks that poll at the same time
// take turns. A poll of a second task fails at its beginning, before it takes anything.
type direction struct {
	mu      sync.Mutex // guards the following, and the fields of Framed for the direction
	waiting edo.Waker  // the task of the last poll, if that poll was pending; otherwise none
}

// beginPoll locks d for a poll. It returns an error, and does not lock, if another task
// waits for leaf.
func (d *direction) beginPoll(cx *edo.Context, leaf edo.Leaf, use string) error {
	d.mu.Lock()
	me := cx.Waker()
	for !d.waiting.IsZero() && d.waiting != me {
		first := d.waiting
		d.mu.Unlock() // Sole polls the first task, and that poll locks mu
		if err := cx.Sole(first, leaf, use); err != nil {
			return err
		}
		d.mu.Lock()
		if d.waiting == first { // the first task does not wait any more
			d.waiting = edo.Waker{}
			d.mu.Unlock()
			cx.Displace(first, leaf)
			d.mu.Lock()
		}
	}
	return nil
}

// endPoll ends a poll with the result p, and unlocks d.
func (d *direction) endPoll(cx *edo.Context, p edo.Poll) {
	d.waiting = edo.Waker{}
	if p == edo.Pending {
		d.waiting = cx.Waker()
	}
	d.mu.Unlock()
}

// Advice in the BusyError of a second waiter.
const (
	useOneReceiver = "one task receives, and hands the frames on through package mpmc"
	useOneSender   = "one task sends what the others hand it through package mpsc"
)

// receiveWait and sendWait are a Framed as the leaf of a wait.
type (
	receiveWait[In, Out any] Framed[In, Out]
	sendWait[In, Out any]    Framed[In, Out]
)

// Waits says what a receiver waits for: what the connection waits for.
func (w *receiveWait[In, Out]) Waits(cx *edo.Context) edo.Wait {
	f := (*Framed[In, Out])(w)
	f.rx.mu.Lock()
	defer f.rx.mu.Unlock()
	if f.ended || f.mayDecode || f.failed || f.io == nil || f.heldErr != nil {
		return edo.Wait{On: "codec: receive", By: []string{"nothing: a frame, or the end, is there"}}
	}
	return inspectPoll(cx, "codec: receive", func(cx *edo.Context) {
		n, poll, err := f.io.PollRead(cx, f.input.room())
		if poll == edo.Pending {
			return
		}
		// The connection has read although an inspection has no budget. Keep the result, and
		// wake the task to use it.
		f.input.commit(n)
		f.mayDecode = n > 0
		if err != nil {
			f.heldErr = &err
		}
		f.rx.waiting.Wake()
	})
}

// Waits says what a sender waits for: what the connection waits for.
func (w *sendWait[In, Out]) Waits(cx *edo.Context) edo.Wait {
	f := (*Framed[In, Out])(w)
	f.tx.mu.Lock()
	defer f.tx.mu.Unlock()
	if f.closed || !f.unflushed {
		return edo.Wait{On: "codec: send", By: []string{"nothing: all is sent"}}
	}
	return inspectPoll(cx, "codec: send", func(cx *edo.Context) {
		if f.output.Len() == 0 {
			f.io.PollFlush(cx)
			return
		}
		if n, poll, _ := f.io.PollWrite(cx, f.output.Bytes()); poll != edo.Pending {
			f.output.Discard(n)
			f.tx.waiting.Wake()
		}
	})
}

// inspectPoll calls poll, which polls the connection, without a budget. It returns the wait
// of the connection, described as a part of on.
func inspectPoll(cx *edo.Context, on string, poll func(cx *edo.Context)) edo.Wait {
	var leaf edo.Leaf
	in := (*sched.Context)(cx)
	inner := (*edo.Context)(sched.NewInspection(in.Runtime(), in.Task(), func(l any) { leaf, _ = l.(edo.Leaf) }))
	poll(inner)
	if leaf == nil {
		return edo.Wait{On: on}
	}
	w := leaf.Waits(inner)
	w.On = on + " (" + w.On + ")"
	return w
}
