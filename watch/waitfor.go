package watch

import "github.com/edo-go/edo"

// look returns the value for a predicate to look at, unless its version is looked; rx
// has seen it then. Otherwise it is Pending, and rx will be woken by a change; or there
// is an error, when none can come. cx may be nil: then nobody is woken.
func (rx *Receiver[T]) look(cx *edo.Context, looked uint64) (v T, version uint64, p edo.Poll, err error) {
	c := rx.ch
	c.Mu.Lock()
	defer c.Mu.Unlock()
	switch {
	case rx.gone:
		return v, 0, edo.Ready, errGone
	case c.version != looked:
		rx.seen = c.version
		return c.value, c.version, edo.Ready, nil
	case c.Senders() == 0:
		return v, 0, edo.Ready, errDone
	case cx != nil && !c.Waiting.Admit(&rx.entry, cx.Waker()):
		return v, 0, contested, nil
	}
	return v, 0, edo.Pending, nil
}

// PollWaitFor is Ready with the value when pred returns true for it. It looks at the
// current value first, seen or not and also when all senders are closed, and marks all
// that it looks at as seen. The error matches [edo.ErrClosed] when no other value can
// come, or this receiver is closed. pred is called by each poll, without a lock.
func (rx *Receiver[T]) PollWaitFor(cx *edo.Context, pred func(T) bool) (T, edo.Poll, error) {
	looked := never
	return rx.pollWaitFor(cx, pred, &looked)
}

// pollWaitFor is PollWaitFor, but does not look at the version looked again.
func (rx *Receiver[T]) pollWaitFor(cx *edo.Context, pred func(T) bool, looked *uint64) (zero T, _ edo.Poll, _ error) {
	for cx.Proceed((*suiting[T])(rx)) {
		v, version, p, err := rx.look(cx, *looked)
		for p == contested && err == nil {
			if err = rx.contend(cx, (*suiting[T])(rx)); err != nil {
				return zero, edo.Ready, err
			}
			v, version, p, err = rx.look(cx, *looked)
		}
		if p == edo.Pending || err != nil {
			return zero, p, err
		}
		if pred(v) {
			return v, edo.Ready, nil
		}
		*looked = version
	}
	return zero, edo.Pending, nil
}

// WaitFor waits until pred returns true for the value, and returns that. It looks at the
// current value first, seen or not and also when all senders are closed, and then at
// whatever the value is when it has changed: those between that were replaced meanwhile
// it never sees. All that it looks at is marked as seen. The error matches
// [edo.ErrClosed] when no other value can come, or this receiver is closed; and
// [edo.ErrCancelled] when the task was asked to end: a value that pred was not given is
// unseen then. pred is called without a lock; a panic of it is the caller's. WaitFor
// allocates nothing.
func (rx *Receiver[T]) WaitFor(task *edo.Task, pred func(T) bool) (zero T, _ error) {
	if err := task.Proceed(nil); err != nil {
		return zero, err
	}
	for {
		v, _, _, err := rx.look(nil, never)
		if err != nil {
			return zero, err
		}
		if pred(v) {
			return v, nil
		}
		if _, err := edo.Await(task, edo.Future[edo.Unit]((*suiting[T])(rx))); err != nil {
			return zero, err
		}
	}
}

// WaitForFuture returns [Receiver.WaitFor] as a future, which calls pred once for each
// value that it looks at. It borrows the receiver.
func (rx *Receiver[T]) WaitForFuture(pred func(T) bool) edo.Future[T] {
	return &waitFor[T]{rx: rx, pred: pred, looked: never}
}

type waitFor[T any] struct {
	rx     *Receiver[T]
	pred   func(T) bool
	looked uint64 // the version that did not suit
	ended  bool
}

// Poll is [Receiver.PollWaitFor]. Polled after its end, f has an error that says so.
func (f *waitFor[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if f.ended {
		if !cx.Proceed((*suiting[T])(f.rx)) {
			return v, edo.Pending, nil
		}
		return v, edo.Ready, errPolled
	}
	v, p, err = f.rx.pollWaitFor(cx, f.pred, &f.looked)
	f.ended = p == edo.Ready
	return v, p, err
}

// suiting is a receiver as the future of a change, for a value that suits.
type suiting[T any] Receiver[T]

// Poll is [Receiver.PollChanged].
func (rx *suiting[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(rx) {
		return edo.Unit{}, edo.Pending, nil
	}
	_, p, err := rx.ch.see(cx, (*Receiver[T])(rx), rx)
	return edo.Unit{}, p, err
}

// Waits says that rx waits for a value that suits.
func (rx *suiting[T]) Waits(*edo.Context) edo.Wait {
	return (*Receiver[T])(rx).waits("wait for", "the value does not suit")
}
