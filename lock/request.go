package lock

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
)

// request asks permits for some of them. It is the mechanism of all that waits for
// permits: the futures have one in them, and direct style borrows one.
//
// The zero request asks for nothing. One goroutine at a time uses it.
type request struct {
	waiter
	p    *permits
	base int64
	kind kind
}

// kind is what the permits are for, which matters to reports alone.
type kind uint8

const (
	ofSemaphore kind = iota
	ofMutex
	ofWriter
	ofReader
	ofOnce
)

var errSpent = errors.New("lock: a future was polled that asks for nothing, or has ended")

// ask makes r ask p for n permits, from the beginning.
func (r *request) ask(p *permits, base, n int64, k kind) {
	if atomic.LoadUint32(&r.state) != done {
		r.drop()
	}
	if r.p != p { // spares a write barrier
		r.p = p
	}
	r.base, r.n, r.kind, r.state = base, n, k, fresh
}

// Poll is Ready when r has got its permits, or they were closed. It is what direct
// style waits for.
func (r *request) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(r) {
		return edo.Unit{}, edo.Pending, nil
	}
	state := atomic.LoadUint32(&r.state)
	if state == fresh {
		if state = r.p.try(r.base, r.n); state == granted {
			r.state = done
			if r.n != 0 {
				r.p.holder.set(cx.Internal(internal.Key{}).Root(), 0, taken)
			}
			return edo.Unit{}, edo.Ready, nil
		}
	}
	return r.proceed(cx, state)
}

// proceed is Poll where there is more to do.
func (r *request) proceed(cx *edo.Context, state uint32) (u edo.Unit, p edo.Poll, err error) {
	switch state {
	case fresh:
		r.waker, r.task = cx.Waker(), cx.Internal(internal.Key{}).Root()
		state = r.p.join(r.base, &r.waiter)
	case queued:
		if state, err = r.keep(cx, &r.p.latch, r); err != nil {
			return u, edo.Ready, err
		}
	}
	switch state {
	case queued:
		return u, edo.Pending, nil
	case granted:
		r.p.holder.set(cx.Internal(internal.Key{}).Root(), 0, taken)
	case refused:
		err = errRefused
	case done:
		return u, edo.Ready, errSpent
	}
	r.waker, r.task, r.state = edo.Waker{}, nil, done
	return u, edo.Ready, err
}

// drop makes r ask for nothing. What it has got and has not given on goes back.
func (r *request) drop() {
	state := atomic.LoadUint32(&r.state)
	if state == queued {
		state = r.p.leave(r.base, &r.waiter)
	}
	r.waker, r.task, r.state = edo.Waker{}, nil, done
	if state == granted {
		r.p.give(nil, r.base, r.n)
	}
}

// requests are for direct style.
var requests = sync.Pool{New: func() any { return new(request) }}

// acquire waits for n permits, in direct style. Its caller is the operation that the
// program calls.
func (p *permits) acquire(task *edo.Task, base, n int64, k kind) error {
	if err := turn(task); err != nil {
		return err
	}
	switch p.try(base, n) {
	case granted:
		if n == 0 {
			return nil
		}
		p.holder.took(task.Internal(internal.Key{}).Internal(internal.Key{}), 2)
		return nil
	case refused:
		return errRefused
	}
	return p.wait(task, base, n, k)
}

// wait is acquire where there is something to wait for. A task that is cancelled
// after it was granted its permits, and before it ran, gives them back.
func (p *permits) wait(task *edo.Task, base, n int64, k kind) error {
	r := requests.Get().(*request)
	r.ask(p, base, n, k)
	_, err := edo.Await(task, edo.Future[edo.Unit](r))
	r.drop() // if it was not seen to its end
	r.p = nil
	requests.Put(r)
	if err == nil { // and n is not 0, or there was nothing to wait for
		p.holder.took(task.Internal(internal.Key{}).Internal(internal.Key{}), 3)
	}
	return err
}
