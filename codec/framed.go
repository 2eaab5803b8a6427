package codec

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/sched"
)

// Framed is a connection of frames: a stream of In and a sink of Out.
//
// One task at a time receives and one sends; they may be two tasks when the codec allows
// that, as those of this package do. While a task waits, another one that comes to wait for
// the same direction gets an [*edo.BusyError] that names both, and nothing is taken from
// it. Frames are whole whatever tasks do at the same time.
//
// Each frame that is received, and each that is sent, takes from the budget of its poll,
// also those that are in the buffer already: a peer that sends millions of empty lines does
// not hold up other tasks.
type Framed[In, Out any] struct {
	io    aio.ReadWriter // nil once dropped
	codec Codec[In, Out]

	// Receiving; guarded by rx.
	rx      side
	input   Buffer // read and not decoded
	refused *error // an error of io that an inspection came to, and that no poll has told

	// Sending; guarded by tx.
	tx     side
	output Buffer // encoded and not written

	// Receiving; guarded by rx.
	unread bool // input may hold a frame
	ended  bool // io has come to its end
	done   bool // so has the stream
	failed bool // the last item was an error

	// Sending; guarded by tx.
	unflushed bool // something was sent since io was flushed
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
	f.rx.mu.Lock()
	f.tx.mu.Lock()
	rw := f.io
	f.io = nil
	f.input.release()
	f.output.release()
	f.done, f.failed, f.refused = true, false, nil
	f.closed, f.unflushed = true, false
	f.tx.mu.Unlock()
	f.rx.mu.Unlock()
	edo.Drop(rw)
}

// side is one direction, which has room for one task that waits.
//
//	waiting   the task of the last poll, while that is pending; none otherwise
//
// A poll holds mu from its beginning to its end, so two tasks that poll at the same time
// take turns. Which of them may wait is asked at the beginning, before anything is taken.
type side struct {
	mu      sync.Mutex // guards the following, and what Framed has for the direction
	waiting edo.Waker
}

// enter begins a poll, unless another task waits for leaf, which is the error.
func (s *side) enter(cx *edo.Context, leaf edo.Leaf, use string) error {
	s.mu.Lock()
	me := cx.Waker()
	for !s.waiting.IsZero() && s.waiting != me {
		first := s.waiting
		s.mu.Unlock()
		if err := cx.Sole(first, leaf, use); err != nil {
			return err
		}
		s.mu.Lock()
		if s.waiting == first { // it does not wait any more
			s.waiting = edo.Waker{}
			s.mu.Unlock()
			cx.Displace(first, leaf)
			s.mu.Lock()
		}
	}
	return nil
}

// leave ends a poll.
func (s *side) leave(cx *edo.Context, p edo.Poll) {
	s.waiting = edo.Waker{}
	if p == edo.Pending {
		s.waiting = cx.Waker()
	}
	s.mu.Unlock()
}

// What a second waiter is told to do instead.
const (
	useOneReceiver = "one task receives, and hands the frames on through package mpmc"
	useOneSender   = "one task sends what the others hand it through package mpsc"
)

// receiveWait and sendWait are a Framed as what is waited for.
type (
	receiveWait[In, Out any] Framed[In, Out]
	sendWait[In, Out any]    Framed[In, Out]
)

// Waits says what for: for what the connection does.
func (w *receiveWait[In, Out]) Waits(cx *edo.Context) edo.Wait {
	f := (*Framed[In, Out])(w)
	f.rx.mu.Lock()
	defer f.rx.mu.Unlock()
	if f.done || f.unread || f.failed || f.io == nil || f.refused != nil {
		return edo.Wait{On: "codec: receive", By: []string{"nothing: a frame, or the end, is there"}}
	}
	return inspect(cx, "codec: receive", func(cx *edo.Context) {
		n, poll, err := f.io.PollRead(cx, f.input.room())
		if poll == edo.Pending {
			return
		}
		// It goes on without asking: what it has done is kept, and the task looks again.
		f.input.commit(n)
		f.unread = n > 0
		if err != nil {
			f.refused = &err
		}
		f.rx.waiting.Wake()
	})
}

// Waits says what for: for what the connection does.
func (w *sendWait[In, Out]) Waits(cx *edo.Context) edo.Wait {
	f := (*Framed[In, Out])(w)
	f.tx.mu.Lock()
	defer f.tx.mu.Unlock()
	if f.closed || !f.unflushed {
		return edo.Wait{On: "codec: send", By: []string{"nothing: all is sent"}}
	}
	return inspect(cx, "codec: send", func(cx *edo.Context) {
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

// inspect returns what on waits for, by poll: a poll of the connection without a budget.
func inspect(cx *edo.Context, on string, poll func(cx *edo.Context)) edo.Wait {
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
