package lock

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// Notified is the future of [Notify.WaitFuture]. One task at a time waits for it: a second
// one gets an [*edo.BusyError].
//
// A task that must not miss what happens while it looks makes a Notified first, then
// looks, and waits last. For [Notify.NotifyAll] that is enough. For [Notify.NotifyOne],
// where several tasks take turns, the task calls [Notified.Enable] before it looks.
//
// A future that is written by hand waits with it too. It contains a Notified, whose zero
// value is usable, and calls [Notified.Reset] and [Notified.Poll], which allocate nothing.
type Notified struct {
	waiter
	n    *Notify
	seen uint64 // rule 3: how many times all had been notified when f was made
}

// Reset makes f wait for n, from the beginning. It ends an earlier wait, as
// [Notified.Drop] does.
func (f *Notified) Reset(n *Notify) {
	f.Drop()
	f.n, f.seen, f.state = n, n.word.Load()/oneNotifyAll, fresh
}

// Enable enters the queue, before the first poll, and reports whether f is notified
// already. If so, the notification belongs to the caller: the next Poll is Ready, and a
// Drop does not pass the notification on. Enable is true as well for a Notified that waits
// for nothing: the zero value, and one that has ended or was dropped.
func (f *Notified) Enable() bool {
	state := atomic.LoadUint32(&f.state)
	if state == fresh {
		state = f.consumeOrEnqueue(edo.Waker{})
	}
	if state == granted || state == notifiedLast {
		f.state = notifiedAll // f is in no queue, and has nothing to pass on
	}
	return state != queued
}

// Poll is Ready when f was notified.
func (f *Notified) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(f) {
		return edo.Unit{}, edo.Pending, nil
	}
	state := atomic.LoadUint32(&f.state)
	switch state {
	case fresh:
		state = f.consumeOrEnqueue(cx.Waker())
	case queued:
		var err error
		if state, err = f.replaceWaker(cx, &f.n.latch, f); err != nil {
			return edo.Unit{}, edo.Ready, err
		}
	}
	switch state {
	case queued:
		return edo.Unit{}, edo.Pending, nil
	case done:
		return edo.Unit{}, edo.Ready, errSpent
	}
	f.waker, f.state = edo.Waker{}, done
	return edo.Unit{}, edo.Ready, nil
}

// consumeOrEnqueue consumes a notification that there is for f, or puts f in the queue. It
// returns the state of f then.
func (f *Notified) consumeOrEnqueue(waker edo.Waker) (state uint32) {
	n := f.n
	if state = n.consume(f.seen); state != fresh {
		f.state = state
		return state
	}
	n.latch.Lock()
	defer n.latch.Unlock()
	for {
		if state = n.consume(f.seen); state != fresh {
			f.state = state
			return state
		}
		if invariant.Enabled {
			invariant.Step("lock: about to look again")
		}
		s := n.word.Load()
		if s&hasWaiters == 0 {
			// Rules 1 and 3: f may not enter the queue any more if this has changed.
			if s&stored != 0 || s/oneNotifyAll != f.seen || !n.word.CompareAndSwap(s, s|hasWaiters) {
				continue
			}
		}
		f.waker = waker
		f.enqueue(&n.queue)
		return queued
	}
}

// Drop leaves the queue. A notification for f alone, which neither Poll nor Enable has
// reported, goes to the next waiter, or is stored.
func (f *Notified) Drop() {
	state := atomic.LoadUint32(&f.state)
	if state == queued {
		f.n.latch.Lock()
		if state = f.state; state == queued {
			f.n.queue.Remove(&f.waiter)
			f.n.updateHasWaiters()
			f.state = done
		}
		f.n.latch.Unlock()
	}
	f.waker, f.state = edo.Waker{}, done
	if state == granted || state == notifiedLast { // rule 4
		f.n.notifyOne(state)
	}
}

// Waits says what f waits for.
func (f *Notified) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "lock: notify"}
	if f.n == nil {
		w.On += ", by a future that was not told what to wait for"
		return w
	}
	f.n.latch.Lock()
	defer f.n.latch.Unlock()
	switch f.state {
	case queued:
		w.By = append([]string{"a notification"}, describeWaitersBefore(&f.waiter)...)
	case granted, notifiedLast, notifiedAll:
		w.On += ", notified and not taken"
	case done:
		w.On += ", by a future that has ended"
	}
	return w
}
