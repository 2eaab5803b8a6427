package codec

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// direction is one direction of a Framed. One task at a time may wait for it.
//
// A poll holds mu from its beginning to its end, so two tasks that poll at the same time
// take turns. A poll of a second task fails at its beginning, before it takes anything.
type direction struct {
	mu      sync.Mutex // guards the following, and the fields of the receiver or sender
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

// isOwn reports whether err may be the end of a wait that the caller has begun. A BusyError says
// that another task waits, whose wait goes on.
func isOwn(err error) bool {
	_, isBusy := err.(*edo.BusyError)
	return err != nil && !isBusy
}

// Advice in the BusyError of a second waiter.
const (
	useOneReceiver = "one task receives, and hands the frames on through package mpmc"
	useOneSender   = "one task sends what the others hand it through package mpsc"
)

// inspectPoll calls poll, which polls the connection, without a budget. It returns the wait
// of the connection, described as a part of on.
func inspectPoll(cx *edo.Context, on string, poll func(cx *edo.Context)) edo.Wait {
	var leaf edo.Leaf
	in := (*sched.Context)(cx)
	inner := (*edo.Context)(in.Inspection(func(l any) { leaf, _ = l.(edo.Leaf) }))
	poll(inner)
	if leaf == nil {
		return edo.Wait{On: on}
	}
	w := leaf.Waits(inner)
	w.On = on + " (" + w.On + ")"
	return w
}
