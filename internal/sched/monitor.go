package sched

import (
	"math"
	"sync/atomic"
	"time"
)

// A poll that blocks, or computes for long, must not stop the others: in Go a
// blocked goroutine holds no thread hostage, so that another worker costs little.
//
// The monitor looks at every worker once a period. One that is not idle and has
// made no progress since the last look is stuck. While it is, the monitor moves what
// it holds to the injection queue, where even a worker that is never out of work
// comes by; and a spare worker takes its place, which has a ring of its own. When
// the stuck poll returns, a spare one retires: it gives everything it has to the
// injection queue and closes its inbox.
//
//	Worker.stuck   0  not                 set by the worker, when the poll has returned
//	               1  stuck               set by the monitor, from 0
//	               2  and replaced        set by the monitor, from 1
//
// On a current-thread runtime, whose promise is that no two polls run at the same time,
// the monitor only looks whether everything is quiet, and settles for a poll that takes
// long.
type monitor struct {
	on     bool
	spares bool // it may rescue tasks, and start spare workers
	quiet  func() bool
	after  time.Duration // quiet is told when all have been idle for so long; 0: never
	asleep atomic.Bool   // all workers were idle: rouse must wake the monitor
	wake   chan struct{} // one token
	quit   chan struct{}
	ended  chan struct{}

	spare  atomic.Int32 // spare workers that live
	excess atomic.Int32 // of these, how many are no longer needed

	found atomic.Uint64 // polls that were found stuck

	ring ring // to steal into
	last map[*Worker]progress
	idle int // periods for which all have been idle
}

// progress is what the monitor has last seen of a worker.
type progress struct {
	made  uint64 // see [Worker.progress]
	polls uint64 // as published, that is a multiple of lookEvery
}

const (
	monitorPeriod = 10 * time.Millisecond
	monitorIdle   = 5 // idle periods after which it sleeps
	maxSpares     = 64
)

func (m *monitor) init(on, spares bool, c Config) {
	m.on, m.spares = on, spares
	m.quiet, m.after = c.Quiet, c.QuietAfter
	m.wake = make(chan struct{}, 1)
	m.quit = make(chan struct{})
	m.ended = make(chan struct{})
	m.last = map[*Worker]progress{}
}

func (m *monitor) start(rt *Runtime) {
	if m.on {
		go m.run(rt)
	} else {
		close(m.ended)
	}
}

func (m *monitor) stop() {
	close(m.quit)
	<-m.ended
}

// rouse wakes the monitor when it sleeps; a worker that has been idle calls it.
func (m *monitor) rouse() {
	if m.asleep.Load() && m.asleep.CompareAndSwap(true, false) {
		m.wake <- struct{}{}
	}
}

func (m *monitor) run(rt *Runtime) {
	defer close(m.ended)
	t := time.NewTimer(monitorPeriod)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-m.quit:
			return
		}
		if m.look(rt) {
			m.idle = 0
		} else if m.idle++; m.idle >= monitorIdle && !m.sleep(rt) {
			return
		}
		t.Reset(monitorPeriod)
	}
}

// sleep waits until a worker is no longer idle, or says no at the end.
func (m *monitor) sleep(rt *Runtime) bool {
	m.idle = 0
	m.asleep.Store(true)
	for _, w := range *rt.all.Load() {
		if !w.idle.Load() { // it may have looked before we slept
			if m.asleep.CompareAndSwap(true, false) {
				return true
			}
			break
		}
	}
	var ticks <-chan time.Time
	var t *time.Ticker
	if m.after > 0 {
		t = time.NewTicker(m.after)
		defer t.Stop()
		ticks = t.C
	}
	period, before := m.after, rt.moves.Load()
	for {
		select {
		case <-m.wake:
			return true
		case <-m.quit:
			return false
		case <-ticks:
		}
		if now := rt.moves.Load(); now != before || !rt.Quiet() {
			before = now // an external task has come or gone meanwhile: wait once more
			continue
		}
		if m.quiet() {
			ticks = nil // it has been told
			continue
		}
		if period < 64*m.after { // somebody waits for something outside: ask less often
			period *= 2
			t.Reset(period)
		}
	}
}

// Quiet says whether nothing can happen unless somebody outside wakes a task: all
// workers are idle, nothing is queued, no timer is armed and no external task runs.
func (rt *Runtime) Quiet() bool {
	if rt.externals.Load() > 0 || rt.inject.len.Load() != 0 {
		return false
	}
	for _, w := range *rt.all.Load() {
		if !w.idle.Load() || !w.inbox.empty() || w.ring.len() != 0 {
			return false
		}
		w.timers.clear()
	}
	return rt.nextTimer() == Never
}

// Activity returns a number that changes when anything has happened.
func (rt *Runtime) Activity() (n uint64) {
	n = rt.moves.Load()
	for _, w := range *rt.all.Load() {
		n += w.pubPolls.Load()
	}
	return n
}

// look finds the stuck workers, and says whether any worker was not idle.
func (m *monitor) look(rt *Runtime) (busy bool) {
	behind := false // a worker has something to share, or comes too late to something
	for _, w := range *rt.all.Load() {
		if w.idle.Load() {
			delete(m.last, w)
			continue
		}
		busy = true
		now := progress{w.progress(), w.pubPolls.Load()}
		before, ok := m.last[w]
		m.last[w] = now
		if !m.spares {
			if ok && before.made == now.made {
				settleFor(w)
			}
			continue
		}
		if ok && now.polls == before.polls { // fewer than lookEvery: they take long
			w.grain.Store(0)
		}
		behind = behind || w.shares() || w.isLate(rt.driver.Now())
		if !ok || before.made != now.made {
			continue
		}
		if w.stuck.CompareAndSwap(0, 1) {
			m.found.Add(1)
		}
		settleFor(w)
		m.rescue(rt, w)
		rt.tellWaiter(w)
		if !rt.worthSparing() {
			continue
		}
		if rt.nsleepers.Load() != 0 {
			rt.notify(nil)
		} else if m.spare.Load() < maxSpares && w.stuck.CompareAndSwap(1, 2) {
			rt.addSpare()
		}
	}
	if m.spares && busy && rt.nsleepers.Load() != 0 && (behind || rt.unwatched()) {
		rt.notify(nil) // to wait in the driver, or to take of what another one has
	}
	return busy
}

// progress returns what changes while a worker goes from poll to poll.
func (w *Worker) progress() uint64 {
	return w.ring.head.Load()<<1 ^ uint64(w.beat.Load())<<40
}

// rescue moves what the stuck worker w holds to the injection queue.
func (m *monitor) rescue(rt *Runtime, w *Worker) {
	give := func(t *Task) { rt.inject.pushAll(t) }
	rt.inject.pushFront(w.urgent.pop(math.MaxInt)) // late already, and there may be a backlog
	give(w.slot.Swap(nil))
	give(w.inbox.take())
	for t := m.ring.stealFrom(&w.ring); t != nil; t = m.ring.stealFrom(&w.ring) {
		for ; t != nil; t = m.ring.pop() {
			rt.inject.push(t)
		}
	}
}

// tellWaiter makes the waiter look at the wheels again if it waits for longer than
// that of w.
func (rt *Runtime) tellWaiter(w *Worker) {
	if w.timers.next.Load() < rt.waitUntil.Load() {
		rt.driver.Wake()
	}
}

// isLate says whether w has not come, a grace before the instant now, to its timers, or
// to what is urgent to it: another worker may, but one that sleeps need not know of them.
func (w *Worker) isLate(now int64) bool {
	now -= grace
	return w.timers.next.Load() <= now || w.urgent.len.Load() != 0 && w.timers.urgentAt.Load() <= now
}

// worthSparing says whether anybody could be waiting for a stuck worker: to run,
// or for it to wait in the driver.
func (rt *Runtime) worthSparing() bool {
	return rt.inject.len.Load() != 0 || rt.unwatched()
}

// unwatched says whether there is something to wait for in the driver, and nobody
// waits.
func (rt *Runtime) unwatched() bool {
	return rt.waitUntil.Load() == noWaiter && (rt.nextTimer() != Never || rt.driver.Registered())
}

// addSpare starts a spare worker, in the place of one that is retired if there is
// one.
func (rt *Runtime) addSpare() {
	rt.monitor.spare.Add(1)
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.stopping.Load() {
		rt.monitor.spare.Add(-1)
		return
	}
	all := *rt.all.Load()
	var w *Worker
	for _, v := range all[len(rt.workers):] {
		if v.retired.CompareAndSwap(true, false) {
			w = v
			w.inbox.open()
			break
		}
	}
	if w == nil {
		w = newWorker(rt, len(all))
		w.spare = true
		all = append(append([]*Worker(nil), all...), w)
		rt.all.Store(&all)
	}
	w.idle.Store(false)
	rt.ended.Add(1)
	go w.main()
}

// unstick says that the stuck poll has returned.
func (w *Worker) unstick() {
	if w.stuck.Swap(0) == 2 {
		w.rt.monitor.excess.Add(1)
	}
}

// retiring says whether w, a spare worker, is no longer needed; then it has given
// away what it had, and ends. Its wheel stays where it is, and others turn it.
func (w *Worker) retiring() bool {
	m := &w.rt.monitor
	for {
		n := m.excess.Load()
		if n == 0 || !w.spare {
			return false
		}
		if m.excess.CompareAndSwap(n, n-1) {
			break
		}
	}
	w.unstick()
	w.giveCredits() // first: it may wake daemons, and those go into the slot
	inject := &w.rt.inject
	inject.pushAll(w.inbox.close())
	inject.pushFront(w.urgent.pop(math.MaxInt))
	inject.pushAll(w.slot.Swap(nil))
	for t := w.ring.pop(); t != nil; t = w.ring.pop() {
		inject.push(t)
	}
	if w.searching {
		w.searching = false
		w.rt.searching.Add(-1)
	}
	w.rt.tellWaiter(w)
	w.settleLeft()
	w.lookedAt = 0
	w.grain.Store(0)
	w.idle.Store(true)
	m.spare.Add(-1)
	w.rt.notify(nil)
	return true
}
