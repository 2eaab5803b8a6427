package lock

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
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
			return edo.Unit{}, edo.Ready, nil
		}
	}
	return r.proceed(cx, state)
}

// proceed is Poll where there is more to do.
func (r *request) proceed(cx *edo.Context, state uint32) (u edo.Unit, p edo.Poll, err error) {
	switch state {
	case fresh:
		r.waker = cx.Waker()
		state = r.p.join(r.base, &r.waiter)
	case queued:
		state = r.keep(&r.p.latch, cx.Waker())
	}
	switch state {
	case queued:
		return u, edo.Pending, nil
	case refused:
		err = errRefused
	case done:
		return u, edo.Ready, errSpent
	}
	r.waker, r.state = edo.Waker{}, done
	return u, edo.Ready, err
}

// drop makes r ask for nothing. What it has got and nobody has seen goes back.
func (r *request) drop() {
	state := atomic.LoadUint32(&r.state)
	if state == queued {
		state = r.p.leave(r.base, &r.waiter)
	}
	r.waker, r.state = edo.Waker{}, done
	if state == granted {
		r.p.give(nil, r.base, r.n)
	}
}

// requests are for direct style.
var requests = sync.Pool{New: func() any { return new(request) }}

// acquire waits for n permits, in direct style.
func (p *permits) acquire(task *edo.Task, base, n int64, k kind) error {
	if err := turn(task); err != nil {
		return err
	}
	switch p.try(base, n) {
	case granted:
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
	return err
}

// Waits says what r waits for. Nobody keeps one waiting that is not in line.
func (r *request) Waits(*edo.Context) (w edo.Wait) {
	p := r.p
	if p == nil {
		return edo.Wait{On: "lock: nothing"}
	}
	p.latch.Lock()
	state, free, isClosed := r.state, p.free(r.base), p.isClosed()
	var ahead []string
	if state == queued {
		ahead = before(&r.waiter)
	}
	p.latch.Unlock()
	var holder string
	switch r.kind {
	case ofSemaphore:
		w.On, holder = fmt.Sprintf("lock: %d of the permits of a semaphore", r.n), "whoever holds permits of it"
		switch {
		case state == granted:
		case isClosed:
			w.On += " that is closed"
		default:
			w.On += fmt.Sprintf(" with %d free", free)
		}
	case ofMutex:
		w.On, holder = "lock: a Mutex", "the holder of the lock"
	case ofWriter:
		w.On, holder = "lock: a RWMutex, to write", readers(r.base-free)
	case ofReader:
		w.On, holder = "lock: a RWMutex, to read", readers(r.base-free)
	case ofOnce:
		w.On, holder = "lock: the value of a Once", "the initialiser that runs"
	}
	switch state {
	case queued:
		w.By = append([]string{holder}, ahead...)
	case granted:
		w.On += ", granted"
	}
	return w
}

// readers describes those that hold n of the permits of a RWMutex.
func readers(n int64) string {
	switch n {
	case rwAll:
		return "the writer that holds the lock"
	case 1:
		return "a reader that holds the lock"
	}
	return fmt.Sprintf("%d readers that hold the lock", n)
}
