package edo

// PollCancelled is Ready once c is cancelled. Otherwise it keeps the waker of the task
// that polls. One task at a time waits with it: for a second one it is Ready, with a
// [*BusyError]. Tasks that share a token use [Cancel.Cancelled] or
// [Cancel.CancelledFuture], or have a [Cancel.Child] each.
func (c *Cancel) PollCancelled(cx *Context) (Poll, error) {
	c.mu.Lock()
	if c.own == nil {
		c.own = c.newFuture()
	}
	own := c.own
	c.mu.Unlock()
	_, p, err := own.Poll(cx)
	return p, err
}

// Cancelled waits until c is cancelled. The error is that of the task. It allocates
// nothing while one task at a time waits.
func (c *Cancel) Cancelled(task *Task) error {
	c.mu.Lock()
	w := c.kept
	c.kept = nil
	c.mu.Unlock()
	if w == nil {
		w = c.newFuture()
	}
	_, err := Await[Unit](task, w)
	w.Drop()
	c.mu.Lock()
	if w.place.at == 0 { // otherwise who cancels may still have it in hand
		w.waker = Waker{}
		c.kept = w
	}
	c.mu.Unlock()
	return err
}

// CancelledFuture returns [Cancel.Cancelled] as a future.
func (c *Cancel) CancelledFuture() *CancelledFuture { return c.newFuture() }

func (c *Cancel) newFuture() *CancelledFuture {
	w := &CancelledFuture{c: c}
	w.place.who = w
	return w
}

// CancelledFuture is the future of [Cancel.CancelledFuture]. One goroutine at a time
// uses it. Dropping it leaves the token as it is.
type CancelledFuture struct {
	c     *Cancel
	place place[any] // in c.below; guarded by c.mu, as the next
	waker Waker      // not changed once c is done
}

// Poll is Ready, without an error, once the token is cancelled.
func (w *CancelledFuture) Poll(cx *Context) (Unit, Poll, error) {
	if !cx.Proceed(w) {
		return Unit{}, Pending, nil
	}
	c, me := w.c, cx.Waker()
	c.mu.Lock()
	old := w.waker
	if !old.IsZero() && old != me && !c.done.Load() {
		c.mu.Unlock()
		if err := cx.Sole(old, w, "each task waits with Cancel.Cancelled, or has a CancelledFuture of its own"); err != nil {
			return Unit{}, Ready, err
		}
		c.mu.Lock()
	}
	if !c.put(&w.place) {
		c.mu.Unlock()
		return Unit{}, Ready, nil
	}
	old, w.waker = w.waker, me
	back := c.dropped && c.parent != nil
	c.mu.Unlock()
	cx.Displace(old, w)
	if back {
		c.rejoin()
		if c.IsCancelled() { // the parent was, while it did not reach c
			return Unit{}, Ready, nil
		}
	}
	return Unit{}, Pending, nil
}

// Waits is for reports.
func (w *CancelledFuture) Waits(*Context) Wait { return Wait{On: "edo: the cancellation of a token"} }

// Drop waits no longer.
func (w *CancelledFuture) Drop() { w.c.forget(&w.place) }

// UntilCancelled returns a future that is f until c is cancelled: then f is dropped,
// and the error matches [ErrCancelled]. If c is cancelled before the first poll, f is
// not polled; after that f goes first, so that its value is not lost when both are
// ready. It owns f.
func UntilCancelled[T any](c *Cancel, f Future[T]) Future[T] {
	return &untilCancelled[T]{f: f, wait: c.newFuture()}
}

type untilCancelled[T any] struct {
	f     Future[T] // nil: over
	wait  *CancelledFuture
	begun bool
}

var errUntilCancelled = NewError(ErrCancelled, "edo: a token was cancelled")

// Poll polls the future, and then looks at the token.
func (u *untilCancelled[T]) Poll(cx *Context) (v T, p Poll, err error) {
	if u.f == nil {
		return v, Ready, errPolledAgain
	}
	if !u.begun {
		if !cx.Proceed(u.wait) {
			return v, Pending, nil
		}
		u.begun = true
		if u.wait.c.reached() {
			u.Drop()
			return v, Ready, errUntilCancelled
		}
	}
	v, p, err = u.f.Poll(cx)
	if p != Pending {
		u.Drop()
		return v, p, err
	}
	if _, p, err := u.wait.Poll(cx); p == Ready {
		if err != nil { // another task waits for it already, and goes on to
			return v, Ready, err
		}
		u.Drop()
		return v, Ready, errUntilCancelled
	}
	return v, Pending, nil
}

// Drop drops the future, and waits no longer.
func (u *untilCancelled[T]) Drop() {
	if f := u.f; f != nil {
		u.f = nil
		u.wait.Drop()
		Drop(f)
	}
}
