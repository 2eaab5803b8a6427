package watch

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fanout"
)

// pollVersionAfter returns the value, for a predicate, unless its version is tried; rx has
// seen it then. Otherwise it is Pending, and a change will wake the task of cx, which may be
// nil: then no task is woken. The error says that no change can come.
func (rx *Receiver[T]) pollVersionAfter(cx *edo.Context, tried uint64) (v T, version uint64, p edo.Poll, err error) {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	switch {
	case rx.closed:
		return v, 0, edo.Ready, errReceiverClosed
	case c.version != tried:
		rx.seen = c.version
		return c.value, c.version, edo.Ready, nil
	case c.Senders() == 0:
		return v, 0, edo.Ready, errNoSenders
	case cx != nil && !c.Waiting.Admit(&rx.entry, cx.Waker()):
		return v, 0, fanout.Contested, nil
	}
	return v, 0, edo.Pending, nil
}

// PollWaitFor is Ready with the value when pred returns true for it. It tries the current
// value first, also when rx has seen it or all senders are closed, and marks each value that
// it tries as seen. The error matches [edo.ErrClosed] when no other value can come, or this
// receiver is closed. Each poll calls pred, without a lock.
func (rx *Receiver[T]) PollWaitFor(cx *edo.Context, pred func(T) bool) (T, edo.Poll, error) {
	tried := never
	return rx.pollWaitFor(cx, pred, &tried)
}

// pollWaitFor is PollWaitFor, but does not try the version in tried again, and stores there
// the version that it has tried last.
func (rx *Receiver[T]) pollWaitFor(cx *edo.Context, pred func(T) bool, tried *uint64) (zero T, _ edo.Poll, _ error) {
	for cx.Proceed((*waitForLeaf[T])(rx)) {
		v, version, p, err := rx.pollVersionAfter(cx, *tried)
		for p == fanout.Contested && err == nil {
			if err = rx.evictStale(cx, (*waitForLeaf[T])(rx)); err != nil {
				return zero, edo.Ready, err
			}
			v, version, p, err = rx.pollVersionAfter(cx, *tried)
		}
		if p == edo.Pending || err != nil {
			return zero, p, err
		}
		if pred(v) {
			return v, edo.Ready, nil
		}
		*tried = version
	}
	return zero, edo.Pending, nil
}

// WaitFor waits until pred returns true for the value, and returns the value. It tries the
// current value first, also when rx has seen it or all senders are closed, and then the
// current value after each change: it misses values that were replaced meanwhile. It marks
// each value that it tries as seen. The error matches [edo.ErrClosed] when no other value
// can come, or this receiver is closed; and [edo.ErrCancelled] when the task was cancelled:
// then a value that pred was not called with is unseen. pred is called without a lock; a
// panic of pred passes to the caller. WaitFor allocates nothing.
//
//edo:step WaitForStep
func (rx *Receiver[T]) WaitFor(task *edo.Task, pred func(T) bool) (zero T, _ error) {
	if err := task.Proceed(nil); err != nil {
		return zero, err
	}
	for {
		if v, suits, err := rx.tryValue(pred); suits || err != nil {
			return v, err
		}
		if _, err := edo.Await(task, edo.Future[edo.Unit]((*waitForLeaf[T])(rx))); err != nil {
			return zero, err
		}
	}
}

// tryValue marks the value as seen, and returns it if pred returns true for it. The error says
// that rx is closed.
func (rx *Receiver[T]) tryValue(pred func(T) bool) (zero T, suits bool, err error) {
	v, _, _, err := rx.pollVersionAfter(nil, never)
	if err != nil || !pred(v) {
		return zero, false, err
	}
	return v, true, nil
}

// WaitForStep is the step form of [Receiver.WaitFor]. While it waits for a change the step
// keeps the receiver.
func (rx *Receiver[T]) WaitForStep(task *edo.Task, st *edo.Step, pred func(T) bool) (done bool, zero T, err error) {
	leaf := edo.StepState[waitForLeaf[T]](st)
	if leaf == nil {
		if done, err = task.ProceedStep(nil); !done || err != nil {
			return done, zero, err
		}
	}
	for {
		if leaf != nil {
			if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](leaf)); !done {
				st.Set(leaf)
				return false, zero, nil
			}
			st.Set(nil)
			if err != nil {
				return true, zero, err
			}
		}
		if v, suits, err := rx.tryValue(pred); suits || err != nil {
			return true, v, err
		}
		leaf = (*waitForLeaf[T])(rx)
	}
}

// WaitForFuture returns [Receiver.WaitFor] as a future, which calls pred once for each value
// that it tries. It borrows the receiver.
func (rx *Receiver[T]) WaitForFuture(pred func(T) bool) edo.Future[T] {
	return &waitForFuture[T]{rx: rx, pred: pred, tried: never}
}

type waitForFuture[T any] struct {
	rx       *Receiver[T]
	pred     func(T) bool
	tried    uint64 // the version that pred has refused last
	hasEnded bool
}

// Poll is [Receiver.PollWaitFor]. After the end of f it returns an error that says so.
func (f *waitForFuture[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if f.hasEnded {
		if !cx.Proceed((*waitForLeaf[T])(f.rx)) {
			return v, edo.Pending, nil
		}
		return v, edo.Ready, errPolledAgain
	}
	v, p, err = f.rx.pollWaitFor(cx, f.pred, &f.tried)
	f.hasEnded = p == edo.Ready
	return v, p, err
}

// waitForLeaf is a receiver as the future of a change, for WaitFor: reports tell the two
// apart.
type waitForLeaf[T any] Receiver[T]

// Poll is [Receiver.PollChanged].
func (rx *waitForLeaf[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(rx) {
		return edo.Unit{}, edo.Pending, nil
	}
	_, p, err := rx.ch.pollUnseen(cx, (*Receiver[T])(rx), rx)
	return edo.Unit{}, p, err
}

// Waits says that rx waits for a value for which the predicate returns true.
func (rx *waitForLeaf[T]) Waits(*edo.Context) edo.Wait {
	return (*Receiver[T])(rx).describeWait("wait for", "the value does not suit")
}
