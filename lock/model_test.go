package lock_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/lock"
)

// The models are the naive form of what the real thing must do. Random programs are
// played to both, and every result and every wake is compared.

func programs(t *testing.T, play func(r *rand.Rand) error) {
	t.Helper()
	forAllCPUs(t)
	n := 3000
	if testing.Short() || invariant.Enabled { // the race detector takes its time
		n = 300
	}
	for seed := range n {
		if err := play(rand.New(rand.NewPCG(uint64(seed), 3))); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// asking is one that waits, in the model and for real.
type asking struct {
	n     int // permits; or -1 and -2 for NotifyOne and NotifyLast, once it was notified
	state string
	wakes int
	deaf  bool // enabled, and not polled yet
	task  *edotest.Task
	poll  func() (edo.Poll, error)
	drop  func() // give up; direct style is run to its end

	enable func() bool // of a Notified
}

// end has those end that are in direct style.
func end(asked []*asking) {
	for _, a := range asked {
		a.drop()
	}
}

func (a *asking) check() error {
	if got := a.task.Wakes(); got != a.wakes {
		return fmt.Errorf("woken %d times, want %d", got, a.wakes)
	}
	return nil
}

func (a *asking) grant() {
	a.state = "granted"
	if !a.deaf {
		a.wakes++
	}
}

// outcome says in a word how a poll came out.
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

// askDirect is fn, in direct style.
func askDirect(n int, fn func(task *edo.Task) error) *asking {
	a := &asking{n: n, state: "waiting", task: edotest.NewTask()}
	f := body(fn)
	a.poll = func() (edo.Poll, error) {
		_, p, err := edotest.Poll(a.task, f)
		return p, err
	}
	a.drop = func() {
		edo.Drop(f)
		a.wakes++ // by that
		edotest.Poll(a.task, f)
	}
	return a
}

// askFuture is f.
func askFuture[T any](n int, f edo.Future[T]) *asking {
	a := &asking{n: n, state: "waiting", task: edotest.NewTask()}
	a.poll = func() (edo.Poll, error) {
		_, p, err := edotest.Poll(a.task, f)
		return p, err
	}
	a.drop = func() { edo.Drop(f) }
	return a
}

// permitModel is permits as a number and a slice.
type permitModel struct {
	free   int
	closed bool
	line   []*asking
}

func (m *permitModel) try(n int) string {
	switch {
	case m.closed:
		return "refused"
	case n == 0:
	case len(m.line) > 0 || m.free < n:
		return "waiting"
	}
	m.free -= n
	return "granted"
}

// letOut grants from the front.
func (m *permitModel) letOut() {
	for len(m.line) > 0 && m.line[0].n <= m.free {
		m.free -= m.line[0].n
		m.line[0].grant()
		m.line = m.line[1:]
	}
}

func (m *permitModel) give(n int) {
	m.free += n
	m.letOut()
}

func (m *permitModel) close() {
	m.closed = true
	for _, a := range m.line {
		a.state = "refused"
		a.wakes++
	}
	m.line = nil
}

// drop gives a up.
func (m *permitModel) drop(a *asking) {
	switch a.state {
	case "waiting":
		m.line = slices.DeleteFunc(m.line, func(x *asking) bool { return x == a })
		m.letOut()
	case "granted":
		m.give(a.n)
	}
}

func TestSemaphoreAgainstTheModel(t *testing.T) {
	programs(t, func(r *rand.Rand) error {
		m := &permitModel{free: r.IntN(6)}
		s := lock.NewSemaphore(m.free)
		var asked []*asking
		defer func() { end(asked) }()
		out := 0 // permits that are held
		for step := range 20 + r.IntN(120) {
			n, op := r.IntN(1+r.IntN(6)), r.IntN(24)
			where := fmt.Sprintf("step %d, operation %d of %d", step, op, n)
			switch {
			case op < 5:
				want, got := m.try(n), s.TryAcquire(n)
				if wantErr := map[string]error{"refused": edo.ErrClosed, "waiting": edo.ErrEmpty}[want]; !errors.Is(got, wantErr) {
					return fmt.Errorf("%s: TryAcquire = %v, want %s", where, got, want)
				}
				if want == "granted" {
					out += n
				}
			case op < 10:
				a := askFuture(n, s.AcquireFuture(n))
				if op < 7 {
					a = askDirect(n, func(task *edo.Task) error { return s.Acquire(task, n) })
				}
				want := m.try(n)
				if got := outcome(a.poll()); got != want {
					return fmt.Errorf("%s: acquire is %s, want %s", where, got, want)
				}
				switch want {
				case "waiting":
					m.line = append(m.line, a)
					asked = append(asked, a)
				case "granted":
					out += n
				}
			case op < 16 && len(asked) > 0:
				i := r.IntN(len(asked))
				a := asked[i]
				if op < 12 {
					if err := a.check(); err != nil {
						return fmt.Errorf("%s: %v", where, err)
					}
					a.drop()
					m.drop(a)
				} else {
					if got := outcome(a.poll()); got != a.state {
						return fmt.Errorf("%s: acquire of %d is %s, want %s", where, a.n, got, a.state)
					}
					if a.state == "waiting" {
						break
					}
					if a.state == "granted" {
						out += a.n
					}
				}
				asked = slices.Delete(asked, i, i+1)
			case op < 20:
				n = min(n, out)
				out -= n
				s.Own(n).Release()
				m.give(n)
			case op == 20:
				s.AddPermits(n)
				m.give(n)
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
			for _, a := range asked {
				if err := a.check(); err != nil {
					return fmt.Errorf("%s: acquire of %d: %v", where, a.n, err)
				}
			}
		}
		return nil
	})
}

// allOfThem stands for the permits of a RWMutex in its model.
const allOfThem = 1000

func TestRWMutexAgainstTheModel(t *testing.T) {
	programs(t, func(r *rand.Rand) error {
		m := &permitModel{free: allOfThem}
		var rw lock.RWMutex
		var asked []*asking
		defer func() { end(asked) }()
		writes := r.IntN(10)
		for step := range 20 + r.IntN(120) {
			n, op := 1, r.IntN(16)
			if r.IntN(10) < writes {
				n = allOfThem
			}
			where := fmt.Sprintf("step %d, operation %d of %d", step, op, n)
			switch {
			case op < 3:
				try := rw.TryRLock
				if n > 1 {
					try = rw.TryLock
				}
				if want, got := m.try(n), try(); got != (want == "granted") {
					return fmt.Errorf("%s: try = %v, want %s", where, got, want)
				}
			case op < 8:
				var a *asking
				switch {
				case op < 6 && n == 1:
					a = askFuture(n, rw.RLockFuture())
				case op < 6:
					a = askFuture(n, rw.LockFuture())
				case n == 1:
					a = askDirect(n, rw.RLock)
				default:
					a = askDirect(n, rw.Lock)
				}
				want := m.try(n)
				if got := outcome(a.poll()); got != want {
					return fmt.Errorf("%s: lock is %s, want %s", where, got, want)
				}
				if want == "waiting" {
					m.line = append(m.line, a)
					asked = append(asked, a)
				}
			case op < 11 && len(asked) > 0:
				i := r.IntN(len(asked))
				a := asked[i]
				if op == 8 {
					a.drop()
					m.drop(a)
				} else if got := outcome(a.poll()); got != a.state {
					return fmt.Errorf("%s: lock of %d is %s, want %s", where, a.n, got, a.state)
				} else if got == "waiting" {
					break
				}
				asked = slices.Delete(asked, i, i+1)
			default: // unlock, if a lock is held by one that has seen that
				held := allOfThem - m.free
				for _, a := range asked {
					if a.state == "granted" {
						held -= a.n
					}
				}
				switch {
				case held == 0:
				case held < allOfThem:
					rw.RUnlock()
					m.give(1)
				case op == 11:
					rw.Downgrade()
					m.give(allOfThem - 1)
				default:
					rw.Unlock()
					m.give(allOfThem)
				}
			}
			if err := rw.Check(); err != nil {
				return fmt.Errorf("%s: %v", where, err)
			}
			for _, a := range asked {
				if err := a.check(); err != nil {
					return fmt.Errorf("%s: lock of %d: %v", where, a.n, err)
				}
			}
		}
		return nil
	})
}
