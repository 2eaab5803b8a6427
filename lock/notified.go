package lock

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// Notified is the future of [Notify.WaitFuture]. One task at a time waits for it: another
// one that comes meanwhile gets an [*edo.BusyError].
//
// A task that must not miss what happens while it looks makes one first, looks then, and
// waits at last. For [Notify.NotifyAll] that is enough; for [Notify.NotifyOne], where
// several tasks take turns, it calls [Notified.Enable] before it looks.
//
// It is also how a future that is written by hand waits: it keeps a Notified inside
// itself, whose zero value is good for that, and calls [Notified.Reset] and
// [Notified.Poll], which allocate nothing.
type Notified struct {
	waiter
	n    *Notify
	seen uint64
}

// Reset makes f wait for n, from the beginning. What f waited for before is given up,
// as by [Notified.Drop].
func (f *Notified) Reset(n *Notify) {
	f.Drop()
	f.n, f.seen, f.state = n, n.word.Load()/toAll, fresh
}

// Enable gets in line, before the first poll, and says whether f is notified already. If
// so it has taken the notification, and the caller has had it: the next Poll is Ready, and
// a Drop does not hand the notification on. It is true as well of one that waits for
// nothing: the zero Notified, and one that has ended or was dropped.
func (f *Notified) Enable() bool {
	state := atomic.LoadUint32(&f.state)
	if state == fresh {
		state = f.begin(edo.Waker{})
	}
	if state == granted || state == last {
		f.state = all // out of the line, and nothing to hand on
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
		state = f.begin(cx.Waker())
	case queued:
		var err error
		if state, err = f.keep(cx, &f.n.latch, f); err != nil {
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

// begin takes what is there for f, or gets in line. It returns the state then.
func (f *Notified) begin(waker edo.Waker) (state uint32) {
	n := f.n
	if state = n.notified(f.seen); state != fresh {
		f.state = state
		return state
	}
	n.latch.Lock()
	defer n.latch.Unlock()
	for {
		if state = n.notified(f.seen); state != fresh {
			f.state = state
			return state
		}
		if invariant.Enabled {
			invariant.Step("lock: about to look again")
		}
		s := n.word.Load()
		if s&waiting == 0 {
			if s&stored != 0 || s/toAll != f.seen || !n.word.CompareAndSwap(s, s|waiting) {
				continue
			}
		}
		f.waker = waker
		n.line.push(&f.waiter)
		return queued
	}
}

// Drop leaves the line. A notification that was for f alone, and that neither Poll nor
// Enable has told of, goes to the next that waits, or is stored.
func (f *Notified) Drop() {
	state := atomic.LoadUint32(&f.state)
	if state == queued {
		f.n.latch.Lock()
		if state = f.state; state == queued {
			f.n.remove(&f.waiter)
			f.state = done
		}
		f.n.latch.Unlock()
	}
	f.waker, f.state = edo.Waker{}, done
	if state == granted || state == last {
		f.n.notify(state)
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
		w.By = append([]string{"a notification"}, before(&f.waiter)...)
	case granted, last, all:
		w.On += ", notified and not taken"
	case done:
		w.On += ", by a future that has ended"
	}
	return w
}
