package sched

import (
	"sync/atomic"
	"time"

	"github.com/edo-go/edo/internal/carried"
)

// A poll that blocks, or computes for long, must not stop other tasks. In Go a blocked
// goroutine holds no thread, so that a spare worker costs little.
//
// The monitor looks at every worker once a period:
//
//	M1. A worker that is not idle and has made no progress since the last look is stuck.
//	M2. While it is, the monitor moves its tasks to the injection queue, where even a
//	    worker that never runs out of tasks looks (rescue; rule W10 of wake.go).
//	M3. If tasks wait there, or no worker waits in the driver although there is something
//	    to wait for, the monitor wakes a sleeper, or starts a spare worker, which has a
//	    ring of its own.
//	M4. When the stuck poll returns, a spare worker retires: it moves all its tasks to
//	    the injection queue and closes its inbox (retire in spare.go).
//	M5. If all workers have been idle for some periods, the monitor sleeps. The first
//	    worker that is no longer idle wakes it.
//	M6. It always has a timer of Go. Without one Go takes a program whose goroutines all wait
//	    for a dead one, and ends it. Whether nothing can wake it any more is for edo to report,
//	    and for the user to decide.
//
//	remote.stuck   0  not stuck             set by the worker, when the poll has returned
//	               1  stuck                 set by the monitor, from 0
//	               2  stuck and replaced    set by the monitor, from 1
//
// A current-thread runtime promises that no two polls run at the same time. There the
// monitor only looks whether the runtime is quiet, and settles the debts of a long poll.
type monitor struct {
	on     bool
	spares bool // it may rescue tasks, and start spare workers
	quiet  func() bool
	after  time.Duration // quiet is called when all have been idle for so long; 0: never
	asleep atomic.Bool   // rule M5: wakeUp must send a token
	token  chan struct{} // one token
	quit   chan struct{}
	ended  chan struct{}

	spare  atomic.Int32 // spare workers that live
	excess atomic.Int32 // of these, how many are no longer needed

	found atomic.Uint64 // polls that were found stuck
	slow  slowPolls

	// For the monitor's goroutine alone.
	ring *ring // to steal into
	last map[*Worker]progress
	busy sampler
	idle int // periods for which all have been idle
}

// progress is what the monitor has last seen of a worker.
type progress struct {
	made  uint64 // see [Worker.progress]
	polls uint64 // as published, that is a multiple of lookEvery
	slow  slowPoll
}

const (
	monitorPeriod = 10 * time.Millisecond
	monitorIdle   = 5 // idle periods after which it sleeps
	maxSpares     = 64
	silence       = time.Hour // between the ticks of a monitor that has nothing to do
)

func (m *monitor) init(on, spares bool, c Config) {
	m.on, m.spares = on, spares
	if !on {
		return
	}
	m.quiet, m.after = c.Quiet, c.QuietAfter
	m.slow = slowPolls{c.Slow, c.SlowAfter}
	m.ring = new(ring)
	m.token = make(chan struct{}, 1)
	m.quit = make(chan struct{})
	m.ended = make(chan struct{})
	m.last = map[*Worker]progress{}
}

func (m *monitor) start(rt *Runtime) {
	if m.on {
		go m.run(rt)
	}
}

func (m *monitor) stop() {
	if m.on {
		close(m.quit)
		<-m.ended
	}
}

// wakeUp wakes the monitor if it sleeps. A worker that is no longer idle calls it.
func (m *monitor) wakeUp() {
	if m.asleep.Load() && m.asleep.CompareAndSwap(true, false) {
		m.token <- struct{}{}
	}
}

// run is the monitor's goroutine.
func (m *monitor) run(rt *Runtime) {
	defer close(m.ended)
	carried.SetLabels(nil) // those of the goroutine that started this one
	t := time.NewTimer(m.busy.begin())
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-m.quit:
			return
		}
		next := monitorPeriod
		if m.inspect(rt) {
			m.idle = 0
		} else if m.idle++; m.idle >= monitorIdle {
			if !m.sleep(rt) {
				return
			}
			next = m.busy.begin()
		}
		t.Reset(next)
	}
}

// sleep waits until a worker is no longer idle (rule M5). It returns false at the end of
// the runtime. Meanwhile it calls quiet when that is due.
func (m *monitor) sleep(rt *Runtime) (goOn bool) {
	m.idle = 0
	m.asleep.Store(true)
	for _, w := range *rt.all.Load() {
		if !w.remote.idle.Load() { // it may have looked before the store
			if m.asleep.CompareAndSwap(true, false) {
				return true
			}
			break
		}
	}
	period, before := m.after, rt.moves.Load()
	silent := period <= 0 // quiet is not called until a worker has run
	if silent {
		period = silence
	}
	t := time.NewTicker(period)
	defer t.Stop()
	for {
		select {
		case <-m.token:
			return true
		case <-m.quit:
			return false
		case <-t.C: // rule M6
		}
		if silent {
			continue
		}
		if now := rt.moves.Load(); now != before || !rt.Quiet() {
			before = now // an external task has come or gone meanwhile: wait once more
			continue
		}
		if m.quiet() {
			silent = true
			t.Reset(silence)
			continue
		}
		if period < 64*m.after { // the program waits for something outside: ask less often
			period *= 2
			t.Reset(period)
		}
	}
}

// Quiet reports whether nothing can happen unless a goroutine outside wakes a task: all
// workers are idle, no task is queued, no timer is armed and no external task runs.
func (rt *Runtime) Quiet() bool {
	if rt.externals.Load() > 0 || rt.inject.len.Load() != 0 {
		return false
	}
	for _, w := range *rt.all.Load() {
		if !w.remote.idle.Load() || !w.inbox.empty() || w.ring.len() != 0 {
			return false
		}
		w.timers.sweepStale()
	}
	return rt.nextTimer() == Never
}

// Activity returns a number that changes when a task was polled or an external task has
// come or gone.
func (rt *Runtime) Activity() (n uint64) {
	n = rt.moves.Load()
	for _, w := range *rt.all.Load() {
		n += w.remote.polls.Load()
	}
	return n
}

// inspect looks at every worker once, and reports whether any of them was not idle.
func (m *monitor) inspect(rt *Runtime) (busy bool) {
	needed := false // a worker has tasks to share, or is late
	span := m.busy.look(rt.driver.Now())
	for _, w := range *rt.all.Load() {
		if w.remote.idle.Load() {
			delete(m.last, w)
			continue
		}
		busy = true
		w.remote.busy.Add(int64(span))
		now := progress{made: w.progress(), polls: w.remote.polls.Load()}
		before, seen := m.last[w]
		isStuck := seen && before.made == now.made // rule M1
		if m.slow.after > 0 {
			now.slow = m.slow.look(w, before.slow, isStuck)
		}
		m.last[w] = now
		if !m.spares {
			if isStuck {
				settleFor(w)
			}
			continue
		}
		if seen && now.polls == before.polls { // fewer polls than lookEvery: they take long
			w.remote.grain.Store(0)
		}
		needed = needed || w.shares() || w.isLate(rt.driver.Now())
		if isStuck {
			m.replace(rt, w)
		}
	}
	if m.spares && busy && rt.nsleepers.Load() != 0 && (needed || rt.needsWaiter()) {
		rt.notify(nil) // to wait in the driver, or to take tasks of another worker
	}
	return busy
}

// replace moves the tasks of a stuck worker away (rule M2), and has another worker run
// them (rule M3).
func (m *monitor) replace(rt *Runtime, w *Worker) {
	if w.remote.stuck.CompareAndSwap(0, 1) {
		m.found.Add(1)
	}
	settleFor(w)
	m.rescue(rt, w)
	rt.wakeWaiterFor(w)
	if rt.inject.len.Load() == 0 && !rt.needsWaiter() {
		return
	}
	if rt.nsleepers.Load() != 0 {
		rt.notify(nil)
	} else if m.spare.Load() < maxSpares && w.remote.stuck.CompareAndSwap(1, 2) {
		rt.addSpare()
	}
}

// progress returns a number that changes while a worker goes from poll to poll.
func (w *Worker) progress() uint64 {
	return w.ring.head.Load()<<1 ^ uint64(w.remote.beat.Load())<<40
}

// rescue moves the tasks of the stuck worker w to the injection queue.
func (m *monitor) rescue(rt *Runtime, w *Worker) {
	rt.inject.pushFront(w.urgent.popAll()) // late already, and there may be a backlog
	rt.inject.pushAll(w.slot.Swap(nil))
	rt.inject.pushAll(w.inbox.popAll())
	for t := m.ring.stealFrom(&w.ring); t != nil; t = m.ring.stealFrom(&w.ring) {
		for ; t != nil; t = m.ring.pop() {
			rt.inject.push(t)
		}
	}
}

// wakeWaiterFor makes the waiter read the wheels again if the next timer of w comes
// before its deadline.
func (rt *Runtime) wakeWaiterFor(w *Worker) {
	if w.timers.next.Load() < rt.waitUntil.Load() {
		rt.driver.Wake()
	}
}

// isLate reports whether w has left its timers, or tasks that are urgent to it, for more
// than a grace before the instant now. Then another worker may take them, but one that
// sleeps need not know of them.
func (w *Worker) isLate(now int64) bool {
	now -= grace
	return w.timers.next.Load() <= now || w.urgent.len.Load() != 0 && w.urgent.since.Load() <= now
}

// needsWaiter reports whether there is something to wait for in the driver, and no
// worker waits there.
func (rt *Runtime) needsWaiter() bool {
	return rt.waitUntil.Load() == noWaiter && (rt.nextTimer() != Never || rt.driver.Registered())
}
