package lock

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// Barrier has tasks wait until so many of them have come, and then lets them go on
// together. It can be used again at once: those that come next are of the next
// generation. Any number of goroutines may use it at the same time. It must not be
// copied. The zero value lets all through.
//
// The one that completes a generation is its leader, and does not wait. One that gives
// up while it waits takes its place back: another one must come for it.
type Barrier struct {
	n     int // how many make a generation; not changed
	latch latch
	came  int  // how many of this generation have come; guarded by latch
	line  line // they; guarded by latch
}

var errBarrier = errors.New("lock: a Barrier must be for at least 1")

// NewBarrier returns a barrier for n. A number below 1 is a mistake in the program, and
// panics.
func NewBarrier(n int) *Barrier {
	if n < 1 {
		panic(errBarrier)
	}
	return &Barrier{n: n}
}

// Wait waits until as many have come as the barrier is for. leader is true for exactly
// one of them. The error is that of the task, [edo.ErrCancelled] when it was asked to
// end while it waited: then it is not one of its generation. A task that is asked to end
// when the others have come already is one, and gets no error here. It allocates
// nothing.
//
// The call of Wait of each happens before the return of that of all others of its
// generation.
func (b *Barrier) Wait(task *edo.Task) (leader bool, err error) {
	if err := turn(task); err != nil {
		return false, err
	}
	f := arrivals.Get().(*Arrival)
	f.b = b
	if leader = f.come(nil); !leader {
		_, err = edo.Await(task, edo.Future[bool](f))
		if f.leave() == granted { // it was not seen, and counts all the same
			err = nil
		}
	}
	f.b = nil
	arrivals.Put(f)
	return leader, err
}

// arrivals are for direct style.
var arrivals = sync.Pool{New: func() any { return new(Arrival) }}

// WaitFuture returns [Barrier.Wait] as a future. It is one allocation. It comes to the
// barrier when it is polled first.
//
// In direct style use [Barrier.Wait]: an [edo.Await] that is cancelled leaves the future
// in its place until it is dropped, and then the others go on without one.
func (b *Barrier) WaitFuture() *Arrival {
	f := &Arrival{}
	f.Reset(b)
	return f
}

// Arrival is the future of [Barrier.WaitFuture]. One task at a time waits for it: another
// one that comes meanwhile gets an [*edo.BusyError].
//
// It is also how a future that is written by hand comes to a barrier: it keeps an
// Arrival inside itself, whose zero value is good for that, and calls [Arrival.Reset] and
// [Arrival.Poll], which allocate nothing.
type Arrival struct {
	waiter
	b *Barrier
}

// Reset makes f come to b, from the beginning. When f waited before, it takes its place
// back, as by [Arrival.Drop].
func (f *Arrival) Reset(b *Barrier) {
	f.Drop()
	f.b, f.state = b, fresh
}

// Poll is Ready when as many have come as the barrier is for, and says whether f is the
// leader.
func (f *Arrival) Poll(cx *edo.Context) (leader bool, p edo.Poll, err error) {
	if !cx.Proceed(f) {
		return false, edo.Pending, nil
	}
	state := atomic.LoadUint32(&f.state)
	switch state {
	case fresh:
		f.waker = cx.Waker()
		if leader = f.come(cx); !leader {
			state = queued
		}
	case queued:
		if state, err = f.keep(cx, &f.b.latch, f); err != nil {
			return false, edo.Ready, err
		}
	}
	switch state {
	case queued:
		return false, edo.Pending, nil
	case done:
		return false, edo.Ready, errSpent
	}
	f.waker, f.state = edo.Waker{}, done
	return leader, edo.Ready, nil
}

// come comes to the barrier: as its leader, which has let the others go on, or else it is
// in line.
func (f *Arrival) come(cx *edo.Context) (leader bool) {
	var ws wakers
	b := f.b
	b.latch.Lock()
	if b.came+1 < b.n {
		b.came++
		b.line.push(&f.waiter)
		b.latch.Unlock()
		return false
	}
	b.came = 0
	for w := b.line.first; w != nil; w = b.line.first {
		b.line.remove(w)
		ws.add(w.waker)
		if invariant.Enabled {
			invariant.Step("lock: about to let a generation go on")
		}
		atomic.StoreUint32(&w.state, granted)
	}
	b.latch.Unlock()
	ws.wake(cx)
	return true
}

// Drop takes the place of f back, if it waits. One that all have come for counts.
func (f *Arrival) Drop() { f.leave() }

// leave is Drop, and returns the state that f was in.
func (f *Arrival) leave() (state uint32) {
	state = atomic.LoadUint32(&f.state)
	if state == queued {
		f.b.latch.Lock()
		if state = f.state; state == queued {
			f.b.line.remove(&f.waiter)
			f.b.came--
		}
		f.b.latch.Unlock()
	}
	f.waker, f.state = edo.Waker{}, done
	return state
}

// Waits says what f waits for.
func (f *Arrival) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "lock: barrier"}
	b := f.b
	if b == nil {
		w.On += ", by a future that was not told what to wait for"
		return w
	}
	b.latch.Lock()
	state, came := f.state, b.came
	b.latch.Unlock()
	switch state {
	case granted:
		w.On += ", to which all have come"
	case done:
		w.On += ", by a future that has ended"
	default:
		w.On += fmt.Sprintf(" (%d of %d have come)", came, b.n)
	}
	if state == queued {
		w.By = []string{fmt.Sprintf("%d more to come", b.n-came)}
	}
	return w
}
