package cancel

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/roster"
)

// PollCancelled is Ready once t is cancelled. Otherwise it keeps the waker of the task that
// polls. One task at a time waits with it: a second one gets an [*edo.BusyError]. Tasks that
// share a token use [Token.Cancelled] or [Token.CancelledFuture], or have a [Token.Child]
// each.
func (t *Token) PollCancelled(cx *edo.Context) (edo.Poll, error) {
	t.mu.Lock()
	if t.polled == nil {
		t.polled = t.newFuture()
	}
	f := t.polled
	t.mu.Unlock()
	_, p, err := f.Poll(cx)
	return p, err
}

// Cancelled waits until t is cancelled. The error says that the waiting task was cancelled.
// Cancelled allocates nothing while one task at a time waits.
//
//edo:step CancelledStep
func (t *Token) Cancelled(task *edo.Task) error {
	f := t.takeKept()
	_, err := edo.Await[edo.Unit](task, f)
	t.keep(f)
	return err
}

// CancelledStep is the step form of [Token.Cancelled]. The step keeps the future.
func (t *Token) CancelledStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	f := edo.StepState[Future](st)
	if f == nil {
		f = t.takeKept()
		st.Set(f)
	}
	if done, _, err = edo.AwaitStep[edo.Unit](task, f); done {
		st.Set(nil)
		t.keep(f)
	}
	return done, err
}

// takeKept returns a future of t that no task uses.
func (t *Token) takeKept() *Future {
	t.mu.Lock()
	f := t.kept
	t.kept = nil
	t.mu.Unlock()
	if f == nil {
		f = t.newFuture()
	}
	return f
}

// keep makes f, which was awaited, available to another wait.
func (t *Token) keep(f *Future) {
	f.Drop()
	t.mu.Lock()
	if !f.place.In() { // otherwise a cancellation may still use its waker
		f.waker = edo.Waker{}
		t.kept = f
	}
	t.mu.Unlock()
}

// CancelledFuture returns [Token.Cancelled] as a future.
func (t *Token) CancelledFuture() *Future { return t.newFuture() }

func (t *Token) newFuture() *Future {
	f := &Future{t: t}
	f.place.Member = f
	return f
}

// Future is the future of [Token.CancelledFuture]. One goroutine at a time uses it. To drop it
// does not drop the token.
type Future struct {
	t     *Token
	place roster.Place[any] // in t.below; guarded by t.mu, as the waker
	waker edo.Waker         // not changed once t is done
}

// Poll is Ready, without an error, once the token is cancelled.
func (f *Future) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(f) {
		return edo.Unit{}, edo.Pending, nil
	}
	t, me := f.t, cx.Waker()
	t.mu.Lock()
	old := f.waker
	if !old.IsZero() && old != me && !t.done.Load() {
		t.mu.Unlock()
		if err := cx.Sole(old, f, "each task waits with Token.Cancelled, or has a Future of its own"); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
		t.mu.Lock()
	}
	if !t.add(&f.place) {
		t.mu.Unlock()
		return edo.Unit{}, edo.Ready, nil
	}
	old, f.waker = f.waker, me
	mustRejoin := t.dropped && t.parent != nil
	t.mu.Unlock()
	cx.Displace(old, f)
	if mustRejoin {
		t.rejoin()
		if t.IsCancelled() { // the parent was cancelled while t was not in its list
			return edo.Unit{}, edo.Ready, nil
		}
	}
	return edo.Unit{}, edo.Pending, nil
}

// Waits says that the future waits for a token.
func (f *Future) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "cancel: the cancellation of a token"}
}

// Drop stops waiting.
func (f *Future) Drop() { f.t.forget(&f.place) }
