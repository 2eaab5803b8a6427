package lock

import (
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo"
)

// Notified is the future of [Notify.WaitFuture]. One goroutine at a time uses it.
//
// Whoever must not miss what happens while it looks makes one first, looks then, and
// waits at last. For [Notify.NotifyAll] that is enough; for [Notify.NotifyOne] several
// that do so take turns, and one calls [Notified.Enable] before it looks.
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
	f.n, f.seen, f.state = n, n.word.Load()/everybody, fresh
}

// Enable gets in line, before the first poll, and says whether f is notified already. A
// notification that was stored is taken by that.
func (f *Notified) Enable() bool {
	if atomic.LoadUint32(&f.state) == fresh {
		f.begin(edo.Waker{})
	}
	return atomic.LoadUint32(&f.state) != queued
}

// Poll is Ready when f was notified.
func (f *Notified) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(f) {
		return edo.Unit{}, edo.Pending, nil
	}
	switch atomic.LoadUint32(&f.state) {
	case fresh:
		f.begin(cx.Waker())
	case queued:
		f.keep(cx.Waker())
	case done:
		return edo.Unit{}, edo.Ready, errSpent
	}
	if atomic.LoadUint32(&f.state) == queued {
		return edo.Unit{}, edo.Pending, nil
	}
	f.waker, f.state = edo.Waker{}, done
	return edo.Unit{}, edo.Ready, nil
}

// begin takes what is there for f, or gets in line.
func (f *Notified) begin(waker edo.Waker) {
	n := f.n
	if state := n.notified(f.seen); state != fresh {
		f.state = state
		return
	}
	n.latch.Lock()
	defer n.latch.Unlock()
	for {
		if state := n.notified(f.seen); state != fresh {
			f.state = state
			return
		}
		s := n.word.Load()
		if s&waiting == 0 {
			if s&stored != 0 || s/everybody != f.seen || !n.word.CompareAndSwap(s, s|waiting) {
				continue
			}
		}
		f.waker = waker
		n.line.push(&f.waiter)
		return
	}
}

// keep makes waker the one to wake, if f is in line still.
func (f *Notified) keep(waker edo.Waker) {
	if f.waker == waker {
		return
	}
	f.n.latch.Lock()
	defer f.n.latch.Unlock()
	if f.state == queued {
		f.waker = waker
	}
}

// Drop leaves the line. A notification that was for f alone, and that nobody has seen,
// goes to the next that waits, or is stored.
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
	w := edo.Wait{On: "lock: a notification"}
	if f.n == nil {
		return w
	}
	w.By = []string{"whoever notifies"}
	f.n.latch.Lock()
	defer f.n.latch.Unlock()
	if f.state == queued {
		if n := f.n.line.before(&f.waiter); n > 0 {
			w.By = append(w.By, fmt.Sprintf("%d waiting before it", n))
		}
	}
	return w
}
