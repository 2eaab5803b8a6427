//go:build smallring

package sched

import (
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo/internal/invariant/interleave"
)

// All interleavings of the lock-free parts, on rings of 4 slots:
//
//	go test -tags smallring,invariants -run Interleaved ./internal/sched

// ledger counts how often each of its tasks was taken out of a queue.
type ledger struct {
	tasks []Task
	taken map[*Task]int
}

func newLedger(n int) *ledger {
	return &ledger{tasks: make([]Task, n), taken: map[*Task]int{}}
}

// count counts t, which was taken; nil: no task.
func (l *ledger) count(t *Task) {
	if t != nil {
		l.taken[t]++
	}
}

// countRing counts the tasks that are left in a ring.
func (l *ledger) countRing(r *ring) {
	for t := r.pop(); t != nil; t = r.pop() {
		l.count(t)
	}
}

// countChain counts the tasks of a chain.
func (l *ledger) countChain(first *Task) {
	for t := first; t != nil; t = t.next {
		l.count(t)
	}
}

// check fails unless every task was taken once.
func (l *ledger) check(t *testing.T) {
	t.Helper()
	for i := range l.tasks {
		if n := l.taken[&l.tasks[i]]; n != 1 {
			t.Fatalf("task %d was taken %d times", i, n)
		}
	}
}

func TestInterleavedOwnerAndThievesTakeEveryTaskOnce(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var victim, a, b ring
		l := newLedger(5)
		for i := range 3 {
			victim.push(&l.tasks[i])
		}
		thief := func(r *ring) func() {
			return func() { l.count(r.stealFrom(&victim)) }
		}
		owner := func() {
			l.count(victim.pop())
			for i := 3; i < 5; i++ {
				if !victim.push(&l.tasks[i]) {
					l.count(&l.tasks[i]) // it goes to the injection queue
				}
			}
			l.count(victim.pop())
		}
		return []func(){owner, thief(&a), thief(&b)}, func() {
			for _, r := range []*ring{&victim, &a, &b} {
				l.countRing(r)
			}
			l.check(t)
		}
	})
}

func TestInterleavedOverflowAndTheftTakeEveryTaskOnce(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		var victim, thief ring
		l := newLedger(6)
		for i := range ringSize {
			victim.push(&l.tasks[i])
		}
		owner := func() {
			for i := ringSize; i < 6; i++ {
				if victim.push(&l.tasks[i]) {
					continue
				}
				var half [ringSize / 2]*Task
				for _, x := range half[:victim.popHalf(half[:])] {
					if x == nil {
						t.Error("popHalf took fewer tasks than it returned")
					}
					l.count(x)
				}
				l.count(&l.tasks[i])
			}
		}
		return []func(){owner, func() { l.count(thief.stealFrom(&victim)) }}, func() {
			l.countRing(&victim)
			l.countRing(&thief)
			l.check(t)
		}
	})
}

// While a thief copies out of the victim's ring, the victim steals into that ring: it must
// not overwrite the slots that the thief still copies.
func TestInterleavedStealIntoARingThatIsStolenFromSparesClaimedSlots(t *testing.T) {
	interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		var a, b, c ring
		l := newLedger(7)
		for i := range 4 {
			a.push(&l.tasks[i])
		}
		for i := 4; i < 7; i++ {
			b.push(&l.tasks[i])
		}
		owner := func() { // the owner of a empties it, and steals from b
			l.count(a.pop())
			l.count(a.pop())
			l.count(a.pop())
			l.count(a.stealFrom(&b))
		}
		thief := func() { l.count(c.stealFrom(&a)) }
		return []func(){owner, thief}, func() {
			for _, r := range []*ring{&a, &b, &c} {
				l.countRing(r)
			}
			l.check(t)
		}
	})
}

func TestInterleavedInboxGivesEveryTaskOnceAndRefusesOnceClosed(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		var box inbox
		l := newLedger(3)
		push := func(i int) func() {
			return func() {
				if !box.push(&l.tasks[i]) {
					l.count(&l.tasks[i])
				}
			}
		}
		return []func(){push(0), push(1), push(2), func() { l.countChain(box.popAll()); l.countChain(box.close()) }}, func() {
			if box.push(new(Task)) || !box.empty() || box.popAll() != nil {
				t.Error("a closed inbox took a task")
			}
			l.check(t)
		}
	})
}

// A task is polled again after every wake that came after its last poll began, and it is
// in one queue at most.
func TestInterleavedWakesAreNeitherLostNorDoubled(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		var x Task
		queued, woken := 0, 0
		wake := func() {
			woken++
			if x.schedule(0) {
				queued++
			}
		}
		cancel := func() {
			if x.schedule(cancelled) {
				queued++
			}
		}
		worker := func() {
			if !x.suspend() {
				queued++
			}
		}
		return []func(){worker, wake, cancel}, func() {
			if queued != 1 || x.state.Load()&^lifecycle != cancelled || x.state.Load()&lifecycle == idle {
				t.Errorf("queued %d times, in state %b", queued, x.state.Load())
			}
		}
	})
}

func TestInterleavedStopAndFireAgreeOnWhichCameFirst(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		var x Task
		x.state.Store(idle)
		var ts timers
		ts.init(nil)
		var timer Timer
		timer.task.Store(&x)
		timer.in.Store(&ts)
		timer.word.Store(5*tick<<2 | timerArmed)
		fired := 0
		fire := func() {
			if timer.fire(5) != nil {
				fired++
			}
		}
		return []func(){fire, fire, timer.Stop}, func() {
			stopped := timer.word.Load()&timerState == timerOff
			if stopped == timer.Fired() || fired > 1 || timer.Fired() != (fired == 1) || stopped != (ts.stale.Load() == 1) {
				t.Errorf("fired %d times, stopped %v, word %b, stale %d", fired, stopped, timer.word.Load(), ts.stale.Load())
			}
		}
	})
}

// A poll that follows a wake sees the writes before the wake, whether the wake comes while
// the task is in a queue, about to be polled, being polled, or idle.
func TestInterleavedPollSeesTheWritesBeforeEveryWake(t *testing.T) {
	interleave.Explore(t, func() ([]func(), func()) {
		var x Task
		x.state.Store(active) // in a queue
		var written [2]atomic.Bool
		var seen [2]bool
		polling, queued := false, 1
		poll := func() {
			for queued > 0 {
				queued--
				if polling {
					t.Error("polled twice at the same time")
				}
				polling = true
				x.begin()
				for i := range written {
					seen[i] = written[i].Load()
				}
				polling = false
				if !x.suspend() {
					queued++
				}
			}
		}
		wake := func(i int) func() {
			return func() {
				written[i].Store(true)
				if x.schedule(0) {
					queued++
				}
			}
		}
		return []func(){poll, wake(0), wake(1)}, func() {
			poll() // if the task is queued by now
			if seen != [2]bool{true, true} || x.state.Load() != idle {
				t.Errorf("the last poll saw %v; state %b", seen, x.state.Load())
			}
		}
	})
}

// A timer is moved, within its tick or to the next, while one goroutine fires it and
// another one stops it. Either it is armed, and then has an entry for its tick, or one of
// these two came last.
func TestInterleavedMoveLosesNoTimer(t *testing.T) {
	for _, at := range []int64{5*tick - 1, 6 * tick} {
		interleave.Explore(t, func() ([]func(), func()) {
			rt := New(Config{Workers: 1, Driver: newClockDriver()})
			w := rt.workers[0]
			var x Task
			x.Init(&funcBody{})
			w.core.cx.root, w.core.cx.task = &x, &x
			var timer Timer
			w.core.cx.Arm(&timer, 5*tick)
			fire := func() {
				if timer.fire(5) != nil {
					t.Error("a task that is polled is enqueued")
				}
			}
			arm := func() { w.core.cx.Arm(&timer, at) }
			return []func(){arm, fire, timer.Stop}, func() {
				if timer.word.Load()&timerState != timerArmed {
					return
				}
				found := 0
				w.timers.wheel.Sweep(func(e *Timer, when int64) bool {
					if when == ticks(uint64(at)) {
						found++
					}
					return true
				})
				if got, _ := timer.At(); got != at || found == 0 {
					t.Errorf("armed for %d, not %d, with %d entries", got, at, found)
				}
			}
		})
	}
}
