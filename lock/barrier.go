package lock

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/waiters"
)

// Barrier makes tasks wait until a given number of them has arrived, and then lets all of
// them go on. It can be used again at once: the tasks that arrive next are the next
// generation. Any number of goroutines may use it at the same time. It must not be copied.
// The zero value lets every task through.
//
// The task that completes a generation is its leader, and does not wait. A task that gives
// up while it waits does not count: another task must arrive in its place.
type Barrier struct {
	n       int // how many tasks make a generation; never written again
	latch   latch
	arrived int                  // how many tasks of this generation have arrived; guarded by latch
	queue   waiters.List[waiter] // those tasks; guarded by latch
}

var errBarrier = errors.New("lock: a Barrier must be for at least 1")

// NewBarrier returns a barrier for n tasks. A number below 1 is a mistake in the program,
// and panics.
func NewBarrier(n int) *Barrier {
	if n < 1 {
		panic(errBarrier)
	}
	return &Barrier{n: n}
}

// Wait waits until as many tasks have arrived as the barrier is for. leader is true for
// exactly one of them. The error is that of the task: [edo.ErrCancelled] when the task was
// cancelled while it waited, and then it does not count. A task that is cancelled after the
// others have arrived does count, and gets no error here. Wait allocates nothing.
//
// Each call of Wait happens before the return of every other Wait of its generation.
//
//edo:step WaitStep
func (b *Barrier) Wait(task *edo.Task) (leader bool, err error) {
	if err := task.Proceed((*arriving)(b)); err != nil {
		return false, err
	}
	f := b.begin()
	if f == nil {
		return true, nil
	}
	_, err = edo.Await(task, edo.Future[bool](f))
	return false, f.end(err)
}

// WaitStep is the step form of [Barrier.Wait]. The step keeps the place in the queue.
func (b *Barrier) WaitStep(task *edo.Task, st *edo.Step) (done, leader bool, err error) {
	f := edo.StepState[Arrival](st)
	if f == nil {
		if done, err = task.ProceedStep((*arriving)(b)); !done || err != nil {
			return done, false, err
		}
		if f = b.begin(); f == nil {
			return true, true, nil
		}
		st.Set(f)
	}
	if done, _, err = edo.AwaitStep(task, edo.Future[bool](f)); done {
		st.Set(nil)
		err = f.end(err)
	}
	return done, false, err
}

// begin arrives at b, and returns a place in the queue, or nil for the leader.
func (b *Barrier) begin() *Arrival {
	f := arrivals.Get()
	f.b = b
	if f.arrive(nil) {
		arrivals.Put(f)
		return nil
	}
	return f
}

// end gives f back, which has waited and got err, and returns the error of the wait.
func (f *Arrival) end(err error) error {
	if f.leave() == granted { // its generation was complete before the task saw it
		err = nil
	}
	arrivals.Put(f)
	return err
}

// arrivals are for direct style.
var arrivals reuse.Pool[Arrival, *Arrival]

// WaitFuture returns [Barrier.Wait] as a future. It is one allocation. It arrives at the
// barrier when it is polled first.
//
// In direct style use [Barrier.Wait]: an [edo.Await] that is cancelled leaves the future
// in the queue until it is dropped, and the others go on without the task.
func (b *Barrier) WaitFuture() *Arrival {
	f := &Arrival{}
	f.Reset(b)
	return f
}

// Arrival is the future of [Barrier.WaitFuture]. One task at a time waits for it: a second
// one gets an [*edo.BusyError].
//
// A future that is written by hand arrives with it too. It contains an Arrival, whose zero
// value is usable, and calls [Arrival.Reset] and [Arrival.Poll], which allocate nothing.
type Arrival struct {
	waiter
	b *Barrier
}

// Reset makes f arrive at b, from the beginning. It ends an earlier wait, as [Arrival.Drop]
// does.
func (f *Arrival) Reset(b *Barrier) {
	f.Drop()
	f.b, f.state = b, fresh
}

// Poll is Ready when as many have arrived as the barrier is for, and says whether f is the
// leader.
func (f *Arrival) Poll(cx *edo.Context) (leader bool, p edo.Poll, err error) {
	leaf := (*waitingAt)(f)
	if !cx.Proceed(leaf) {
		return false, edo.Pending, nil
	}
	state := atomic.LoadUint32(&f.state)
	switch state {
	case fresh:
		f.waker = cx.Waker()
		if leader = f.arrive(cx); !leader {
			state = queued
		}
	case queued:
		if state, err = f.replaceWaker(cx, &f.b.latch, leaf); err != nil {
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

// arrive counts f. The leader removes the others from the queue and wakes them; any other
// f is in the queue afterwards.
func (f *Arrival) arrive(cx *edo.Context) (leader bool) {
	var ws wakers
	b := f.b
	b.latch.Lock()
	if b.arrived+1 < b.n {
		b.arrived++
		f.enqueue(&b.queue)
		b.latch.Unlock()
		return false
	}
	b.arrived = 0
	for w := b.queue.First(); w != nil; w = b.queue.First() {
		b.queue.Remove(w)
		ws.add(w.waker)
		if invariant.Enabled {
			invariant.Step("lock: about to let a generation go on")
		}
		atomic.StoreUint32(&w.state, granted) // the last access to w
	}
	b.latch.Unlock()
	ws.wakeAll(cx)
	return true
}

// Drop gives up: if f waits, it does not count any more. After the generation of f was
// complete, Drop changes nothing.
func (f *Arrival) Drop() { f.leave() }

// leave is Drop, and returns the state that f was in.
func (f *Arrival) leave() (state uint32) {
	state = atomic.LoadUint32(&f.state)
	if state == queued {
		f.b.latch.Lock()
		if state = f.state; state == queued {
			f.b.queue.Remove(&f.waiter)
			f.b.arrived--
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
	state, arrived := f.state, b.arrived
	b.latch.Unlock()
	switch state {
	case granted:
		w.On += ", to which all have come"
	case done:
		w.On += ", by a future that has ended"
	default:
		w.On += fmt.Sprintf(" (%d of %d have come)", arrived, b.n)
	}
	if state == queued {
		w.By = []string{fmt.Sprintf("%d more to come", b.n-arrived)}
	}
	return w
}
