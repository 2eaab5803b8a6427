package lock

import (
	"errors"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/sched"
)

// request asks for some permits. It is the mechanism behind every wait for permits: each
// future contains one, and direct style borrows one.
//
// The zero request asks for nothing. One goroutine at a time uses it.
type request struct {
	waiter
	p    *permits
	base int64
	kind kind
}

// kind is what the permits are for. It matters to reports only.
type kind uint8

const (
	ofSemaphore kind = iota
	ofMutex
	ofWriter
	ofReader
	ofOnce
)

var errSpent = errors.New("lock: a future was polled that asks for nothing, or has ended")

// start makes r ask p for n permits, from the beginning.
func (r *request) start(p *permits, base, n int64, k kind) {
	if atomic.LoadUint32(&r.state) != done {
		r.Drop()
	}
	if r.p != p { // spares a write barrier
		r.p = p
	}
	r.base, r.n, r.kind, r.state = base, n, k, fresh
}

// Poll is Ready when r has got its permits, or when p was closed. Direct style waits for
// it too.
func (r *request) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(r) {
		return edo.Unit{}, edo.Pending, nil
	}
	state := atomic.LoadUint32(&r.state)
	if state == fresh {
		if state = r.p.tryAcquire(r.base, r.n); state == granted {
			r.state = done
			if r.n != 0 {
				r.p.holder.set((*sched.Context)(cx).Root(), 0, acquired)
			}
			return edo.Unit{}, edo.Ready, nil
		}
	}
	return r.pollSlowly(cx, state)
}

// pollSlowly is the rest of Poll, for a request that did not get its permits at once.
func (r *request) pollSlowly(cx *edo.Context, state uint32) (u edo.Unit, p edo.Poll, err error) {
	switch state {
	case fresh:
		r.waker, r.task = cx.Waker(), (*sched.Context)(cx).Root()
		state = r.p.acquireOrEnqueue(r.base, &r.waiter)
	case queued:
		if state, err = r.replaceWaker(cx, &r.p.latch, r); err != nil {
			return u, edo.Ready, err
		}
	}
	switch state {
	case queued:
		return u, edo.Pending, nil
	case granted:
		r.p.holder.set((*sched.Context)(cx).Root(), 0, acquired)
	case refused:
		err = errRefused
	case done:
		return u, edo.Ready, errSpent
	}
	r.waker, r.task, r.state = edo.Waker{}, nil, done
	return u, edo.Ready, err
}

// Drop makes r ask for nothing. It releases permits that r has got and that its owner has
// not seen: rule 6.
func (r *request) Drop() {
	state := atomic.LoadUint32(&r.state)
	if state == queued {
		state = r.p.leaveQueue(r.base, &r.waiter)
	}
	r.waker, r.task, r.state = edo.Waker{}, nil, done
	if state == granted {
		r.p.release(nil, r.base, r.n)
	}
}

// requests are for direct style.
var requests reuse.Pool[request, *request]

// acquire waits for n permits, in direct style. Its caller is the operation that the
// program calls.
func (p *permits) acquire(task *edo.Task, base, n int64, k kind) error {
	if err := task.Proceed(p.asking(k)); err != nil {
		return err
	}
	switch p.tryAcquire(base, n) {
	case granted:
		if n == 0 {
			return nil
		}
		p.holder.setInDirectStyle(inside.Task(task).Cx, 2)
		return nil
	case refused:
		return errRefused
	}
	return p.wait(task, base, n, k)
}

// acquireStep is the step form of acquire. The step keeps the request in the queue.
func (p *permits) acquireStep(task *edo.Task, st *edo.Step, base, n int64, k kind) (done bool, err error) {
	r := edo.StepState[request](st)
	if r == nil {
		if done, err = task.ProceedStep(p.asking(k)); !done || err != nil {
			return done, err
		}
		switch p.tryAcquire(base, n) {
		case granted:
			if n != 0 {
				p.holder.setInDirectStyle(inside.Task(task).Cx, 2)
			}
			return true, nil
		case refused:
			return true, errRefused
		}
		r = requests.Get()
		r.start(p, base, n, k)
		st.Set(r)
	}
	if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](r)); !done {
		return false, nil
	}
	st.Set(nil)
	requests.Put(r)
	if err == nil {
		p.holder.setInDirectStyle(inside.Task(task).Cx, 2)
	}
	return true, err
}

// wait is the rest of acquire, for a task that must wait. A task that is cancelled after
// it was granted its permits, and before it ran, releases them.
func (p *permits) wait(task *edo.Task, base, n int64, k kind) error {
	r := requests.Get()
	r.start(p, base, n, k)
	_, err := edo.Await(task, edo.Future[edo.Unit](r))
	requests.Put(r)
	if err == nil { // so n is not 0: a request for nothing does not wait
		p.holder.setInDirectStyle(inside.Task(task).Cx, 3)
	}
	return err
}
