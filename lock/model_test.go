package lock_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/lock"
)

// A model is a naive form of a lock. The tests run random programs on the lock and on its
// model, and compare every result and every wake.

func runPrograms(t *testing.T, program func(r *rand.Rand) error) {
	t.Helper()
	skipOtherCPUs(t)
	chantest.RunPrograms(t, program)
}

// waiter is an operation that waits, on the lock and in its model.
type waiter struct {
	n        int    // permits; or -1 or -2 after NotifyOne or NotifyLast has notified it
	state    string // in the model
	wakes    int    // in the model
	hasWaker bool   // false while it is enabled and was not polled yet
	task     *edotest.Task
	poll     func() (edo.Poll, error)
	drop     func()      // gives up; direct style runs to its end
	enable   func() bool // of a Notified
}

// dropAll gives all up, so that direct style runs to its end.
func dropAll(waiters []*waiter) {
	for _, w := range waiters {
		w.drop()
	}
}

func (w *waiter) check() error {
	if got := w.task.Wakes(); got != w.wakes {
		return fmt.Errorf("woken %d times, want %d", got, w.wakes)
	}
	return nil
}

func (w *waiter) grant() {
	w.state = "granted"
	if w.hasWaker {
		w.wakes++
	}
}

// outcome returns the results of a poll in a word.
func outcome(p edo.Poll, err error) string {
	switch {
	case p == edo.Pending:
		return "waiting"
	case err == nil:
		return "granted"
	case errors.Is(err, edo.ErrClosed):
		return "refused"
	}
	return err.Error()
}

// waitDirect returns a waiter that runs fn in direct style.
func waitDirect(n int, fn func(task *edo.Task) error) *waiter {
	w := &waiter{hasWaker: true, n: n, state: "waiting", task: edotest.NewTask()}
	f := direct(fn)
	w.poll = func() (edo.Poll, error) {
		_, p, err := edotest.Poll(w.task, f)
		return p, err
	}
	w.drop = func() {
		edo.Drop(f)
		w.wakes++ // by the Drop
		edotest.Poll(w.task, f)
	}
	return w
}

// waitFuture returns a waiter that polls f.
func waitFuture[T any](n int, f edo.Future[T]) *waiter {
	w := &waiter{hasWaker: true, n: n, state: "waiting", task: edotest.NewTask()}
	w.poll = func() (edo.Poll, error) {
		_, p, err := edotest.Poll(w.task, f)
		return p, err
	}
	w.drop = func() { edo.Drop(f) }
	return w
}

// permitModel is permits as a number and a slice of waiters.
type permitModel struct {
	free   int
	closed bool
	queue  []*waiter
}

// tryAcquire returns the state of a request for n permits.
func (m *permitModel) tryAcquire(n int) string {
	switch {
	case m.closed:
		return "refused"
	case n == 0:
	case len(m.queue) > 0 || m.free < n:
		return "waiting"
	}
	m.free -= n
	return "granted"
}

// grant grants permits to the first waiters, as far as the permits go.
func (m *permitModel) grant() {
	for len(m.queue) > 0 && m.queue[0].n <= m.free {
		m.free -= m.queue[0].n
		m.queue[0].grant()
		m.queue = m.queue[1:]
	}
}

func (m *permitModel) release(n int) {
	m.free += n
	m.grant()
}

func (m *permitModel) close() {
	m.closed = true
	for _, w := range m.queue {
		w.state = "refused"
		w.wakes++
	}
	m.queue = nil
}

// drop makes w give up.
func (m *permitModel) drop(w *waiter) {
	switch w.state {
	case "waiting":
		m.queue = slices.DeleteFunc(m.queue, func(x *waiter) bool { return x == w })
		m.grant()
	case "granted":
		m.release(w.n)
	}
}

func TestSemaphoreAgainstTheModel(t *testing.T) {
	runPrograms(t, func(r *rand.Rand) error {
		m := &permitModel{free: r.IntN(6)}
		s := lock.NewSemaphore(m.free)
		var waiters []*waiter
		defer func() { dropAll(waiters) }()
		held := 0 // permits
		for step := range 20 + r.IntN(120) {
			n, op := r.IntN(1+r.IntN(6)), r.IntN(24)
			where := fmt.Sprintf("step %d, operation %d of %d", step, op, n)
			switch {
			case op < 5:
				want, got := m.tryAcquire(n), s.TryAcquire(n)
				if wantErr := map[string]error{"refused": edo.ErrClosed, "waiting": edo.ErrEmpty}[want]; !errors.Is(got, wantErr) {
					return fmt.Errorf("%s: TryAcquire = %v, want %s", where, got, want)
				}
				if want == "granted" {
					held += n
				}
			case op < 10:
				w := waitFuture(n, s.AcquireFuture(n))
				if op < 7 {
					w = waitDirect(n, func(task *edo.Task) error { return s.Acquire(task, n) })
				}
				want := m.tryAcquire(n)
				if got := outcome(w.poll()); got != want {
					return fmt.Errorf("%s: acquire is %s, want %s", where, got, want)
				}
				switch want {
				case "waiting":
					m.queue = append(m.queue, w)
					waiters = append(waiters, w)
				case "granted":
					held += n
				}
			case op < 16 && len(waiters) > 0:
				i := r.IntN(len(waiters))
				w := waiters[i]
				if op < 12 {
					if err := w.check(); err != nil {
						return fmt.Errorf("%s: %v", where, err)
					}
					w.drop()
					m.drop(w)
				} else {
					if got := outcome(w.poll()); got != w.state {
						return fmt.Errorf("%s: acquire of %d is %s, want %s", where, w.n, got, w.state)
					}
					if w.state == "waiting" {
						break
					}
					if w.state == "granted" {
						held += w.n
					}
				}
				waiters = slices.Delete(waiters, i, i+1)
			case op < 20:
				n = min(n, held)
				held -= n
				s.Own(n).Release()
				m.release(n)
			case op == 20:
				s.AddPermits(n)
				m.release(n)
			case op == 21:
				want := min(n, m.free)
				m.free -= want
				if got := s.ForgetPermits(n); got != want {
					return fmt.Errorf("%s: ForgetPermits = %d, want %d", where, got, want)
				}
			case op == 22 && r.IntN(12) == 0:
				s.Close()
				m.close()
			}
			if err := s.Check(); err != nil {
				return fmt.Errorf("%s: %v", where, err)
			}
			if s.Available() != m.free || s.IsClosed() != m.closed {
				return fmt.Errorf("%s: %d free, closed %v, want %d, %v", where, s.Available(), s.IsClosed(), m.free, m.closed)
			}
			for _, w := range waiters {
				if err := w.check(); err != nil {
					return fmt.Errorf("%s: acquire of %d: %v", where, w.n, err)
				}
			}
		}
		return nil
	})
}

// allPermits is how many permits the model of a RWMutex has.
const allPermits = 1000

func TestRWMutexAgainstTheModel(t *testing.T) {
	runPrograms(t, func(r *rand.Rand) error {
		m := &permitModel{free: allPermits}
		var rw lock.RWMutex
		var waiters []*waiter
		defer func() { dropAll(waiters) }()
		writes := r.IntN(10)
		for step := range 20 + r.IntN(120) {
			n, op := 1, r.IntN(16)
			if r.IntN(10) < writes {
				n = allPermits
			}
			where := fmt.Sprintf("step %d, operation %d of %d", step, op, n)
			switch {
			case op < 3:
				try := rw.TryRLock
				if n > 1 {
					try = rw.TryLock
				}
				if want, got := m.tryAcquire(n), try(); got != (want == "granted") {
					return fmt.Errorf("%s: try = %v, want %s", where, got, want)
				}
			case op < 8:
				var w *waiter
				switch {
				case op < 6 && n == 1:
					w = waitFuture(n, rw.RLockFuture())
				case op < 6:
					w = waitFuture(n, rw.LockFuture())
				case n == 1:
					w = waitDirect(n, rw.RLock)
				default:
					w = waitDirect(n, rw.Lock)
				}
				want := m.tryAcquire(n)
				if got := outcome(w.poll()); got != want {
					return fmt.Errorf("%s: lock is %s, want %s", where, got, want)
				}
				if want == "waiting" {
					m.queue = append(m.queue, w)
					waiters = append(waiters, w)
				}
			case op < 11 && len(waiters) > 0:
				i := r.IntN(len(waiters))
				w := waiters[i]
				if op == 8 {
					w.drop()
					m.drop(w)
				} else if got := outcome(w.poll()); got != w.state {
					return fmt.Errorf("%s: lock of %d is %s, want %s", where, w.n, got, w.state)
				} else if got == "waiting" {
					break
				}
				waiters = slices.Delete(waiters, i, i+1)
			default: // unlock, if there is a holder that has seen its lock
				held := allPermits - m.free
				for _, w := range waiters {
					if w.state == "granted" {
						held -= w.n
					}
				}
				switch {
				case held == 0:
				case held < allPermits:
					rw.RUnlock()
					m.release(1)
				case op == 11:
					rw.Downgrade()
					m.release(allPermits - 1)
				default:
					rw.Unlock()
					m.release(allPermits)
				}
			}
			if err := rw.Check(); err != nil {
				return fmt.Errorf("%s: %v", where, err)
			}
			for _, w := range waiters {
				if err := w.check(); err != nil {
					return fmt.Errorf("%s: lock of %d: %v", where, w.n, err)
				}
			}
		}
		return nil
	})
}
