package poller

import (
	"testing"
	"time"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/internal/sched"
)

// parkedModel is a poller that only parks, and its waiter: a worker that waits until it has seen
// all that the other threads have to say.
type parkedModel struct {
	p     Poller
	work  [2]bool // a waker sets one, and calls Wake
	ended bool    // the waiter has
}

const modelDeadline = int64(time.Hour)

func newParkedModel() *parkedModel {
	m := &parkedModel{p: Poller{base: time.Now()}}
	m.p.parking.init(true)
	m.p.parking.explored = true
	m.p.nested = new(nested) // no wait is late, which would be a matter of the clock
	return m
}

// wait is the waiter, which waits until done, or until the rest is for epoll.
func (m *parkedModel) wait(deadline int64, done func() bool) func() {
	return func() {
		for !done() && m.p.waitParked(deadline) {
		}
		m.ended = true
	}
}

// isOver reports whether the deadline has passed.
func (m *parkedModel) isOver() bool { return m.p.now() >= modelDeadline }

// wake is a waker, with work of a number.
func (m *parkedModel) wake(i int) func() {
	return func() {
		m.work[i] = true
		m.p.Wake()
	}
}

// timer is the timer of Go, which fires each time that it is set. Before it does so the clock
// passes the deadline.
func (m *parkedModel) timer() {
	w := &m.p.parking
	for !m.ended {
		if w.armed == sched.Never || w.fired.Load() {
			invariant.Step("spin: not set")
			continue
		}
		m.p.base = m.p.base.Add(-time.Duration(2 * modelDeadline))
		m.p.fire()
		invariant.Step("timer: done")
	}
}

// check fails when a token is left, or a wait is still announced.
func (m *parkedModel) check(t *testing.T) {
	t.Helper()
	m.p.parking.close()
	if n, s := len(m.p.parking.token), m.p.signal.Load(); n != 0 || s != idle && s != called {
		t.Errorf("%d tokens are left, the signal is %d", n, s)
	}
}

// A wake, the first source, the timer, and a timer that is stale, meet a waiter that begins to
// park: it sees each of them, and no token is left. A waiter that sleeps on is a deadlock, which
// the exploration reports.
func TestInterleavedNothingThatEndsAParkedWaitIsLost(t *testing.T) {
	type threads = func(m *parkedModel) []func()
	for _, tc := range []struct {
		name        string
		preemptions int
		threads     threads
	}{
		{"two wakes", 3, func(m *parkedModel) []func() {
			return []func(){m.wait(sched.Never, func() bool { return m.work[0] && m.work[1] }), m.wake(0), m.wake(1)}
		}},
		{"a source", 3, func(m *parkedModel) []func() {
			return []func(){m.wait(sched.Never, m.p.Registered), m.p.countSource}
		}},
		{"two sources and a wake", 2, func(m *parkedModel) []func() {
			return []func(){m.wait(sched.Never, m.p.Registered), m.p.countSource, m.p.countSource, m.wake(0)}
		}},
		{"a wake, a source and a stale timer", 2, func(m *parkedModel) []func() {
			return []func(){m.wait(sched.Never, func() bool { return m.work[0] }), m.wake(0), m.p.countSource, m.p.fire}
		}},
		{"a deadline", 3, func(m *parkedModel) []func() {
			return []func(){m.wait(modelDeadline, m.isOver), m.timer}
		}},
		{"a deadline and a stale timer", 2, func(m *parkedModel) []func() {
			return []func(){m.wait(modelDeadline, m.isOver), m.timer, m.p.fire}
		}},
		{"a deadline, a wake and a stale timer", 1, func(m *parkedModel) []func() {
			return []func(){m.wait(modelDeadline, func() bool { return m.isOver() && m.work[0] }), m.timer, m.wake(0), m.p.fire}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := interleave.ExploreBounded(t, tc.preemptions, func() ([]func(), func()) {
				m := newParkedModel()
				return tc.threads(m), func() { m.check(t) }
			})
			t.Log(n, "schedules")
		})
	}
}
