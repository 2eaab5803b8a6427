package sched

// Parking, and waking a worker for work.
//
// A worker that finds nothing parks. One of the parked, the waiter, waits in the
// driver, for I/O and for the earliest timer of all workers; the others wait for
// a token. It is the problem that the essay at the head of Go's runtime/proc.go
// describes, and the same answer: wake a sleeper only when nobody searches, and
// let the last searcher that finds work wake the next.
//
// No work is lost, because each side does two things in the opposite order, and
// atomic operations have one total order:
//
//	who brings work                    who parks
//	1. puts it where anybody looks     1. (a searcher) stops searching
//	2. looks for sleepers, and for     2. goes among the sleepers
//	   searchers                       3. looks at all queues, unless somebody
//	                                      searches, who will
//
// and no timer is late, because
//
//	who arms a timer                   who becomes the waiter
//	1. publishes its wheel's next      1. says that it waits, for ever
//	2. looks until when the waiter     2. reads what all wheels have published
//	   waits, and wakes it             3. says until when, and waits
//
// where a worker that arms looks at the waiter only when it parks itself: until
// then it looks at its wheel itself. What is urgent to a worker counts like a timer: others
// take it over a grace later, so that nobody waits for the end of a long poll. The waiter is chosen, and a sleeper taken off
// the list, under one lock; so a Wake of the driver is always for a worker that is
// in Wait or about to be.

// park waits until there may be something to do. It says no when the runtime has
// ended.
func (w *Worker) park() (more bool) {
	rt := w.rt
	if w.searching {
		w.searching = false
		rt.searching.Add(-1)
	}
	w.settleLeft()
	if w.giveCredits() {
		return true
	}
	w.publish()
	w.parks.Add(1)
	w.lookedAt = 0
	w.grain.Store(0)
	w.cx.root, w.cx.task = nil, nil // it may have ended
	rt.mu.Lock()
	if rt.stopping.Load() {
		rt.mu.Unlock()
		return false
	}
	rt.sleepers = append(rt.sleepers, w)
	rt.nsleepers.Store(int32(len(rt.sleepers)))
	waits := rt.waiter == nil
	if waits {
		rt.waiter = w
		rt.waitUntil.Store(Never)
	}
	w.idle.Store(true)
	rt.mu.Unlock()

	if waits {
		deadline := w.nextAlarm()
		rt.waitUntil.Store(deadline)
		if (rt.searching.Load() != 0 || !w.anyWork()) && !rt.stopping.Load() {
			if rt.driver.Wait(&w.cx, deadline) {
				w.idle.Store(false)
				w.unlist(true)
				now := w.polls + rt.moves.Load()
				again := w.stalledAt == now
				w.stalledAt = now
				rt.stalled(again)
				return true
			}
		}
		w.unlist(true)
		if w.ring.len() > 1 { // the driver has woken more than this worker can run at once
			w.notifyPushed()
		}
	} else {
		if w.nextAlarm() < rt.waitUntil.Load() {
			rt.driver.Wake()
		}
		if rt.searching.Load() == 0 && w.anyWork() && w.unlist(false) {
			return true
		}
		select {
		case <-w.parked:
			w.searching = true
			w.idle.Store(false)
			rt.monitor.rouse()
		case <-rt.done:
			return false
		}
	}
	return true
}

// unlist takes w off the sleepers, if nobody has done so already to wake it: then
// w counts as searching.
func (w *Worker) unlist(waits bool) (byItself bool) {
	rt := w.rt
	rt.mu.Lock()
	if waits {
		rt.waiter = nil
		rt.waitUntil.Store(noWaiter)
	}
	for i, s := range rt.sleepers {
		if s == w {
			rt.removeSleeper(i)
			byItself = true
			break
		}
	}
	rt.mu.Unlock()
	if !byItself && !waits {
		return false // the token is on its way
	}
	if !byItself {
		w.searching = true
	}
	w.idle.Store(false)
	rt.monitor.rouse()
	return byItself
}

// removeSleeper takes the sleeper i off the list. mu is held.
func (rt *Runtime) removeSleeper(i int) *Worker {
	w := rt.sleepers[i]
	n := len(rt.sleepers) - 1
	rt.sleepers[i] = rt.sleepers[n]
	rt.sleepers = rt.sleepers[:n]
	rt.nsleepers.Store(int32(n))
	return w
}

// notify wakes a sleeper for work that has been put where anybody looks, unless
// somebody searches already. It prefers the worker that the work is for, and else
// leaves the waiter where it is while there are others.
func (rt *Runtime) notify(prefer *Worker) {
	if rt.nsleepers.Load() == 0 || rt.searching.Load() != 0 {
		return
	}
	rt.mu.Lock()
	n := len(rt.sleepers)
	if n == 0 {
		rt.mu.Unlock()
		return
	}
	i := n - 1
	if rt.sleepers[i] == rt.waiter && n > 1 {
		i--
	}
	for k, s := range rt.sleepers {
		if s == prefer {
			i = k
		}
	}
	w := rt.removeSleeper(i)
	rt.searching.Add(1)
	waits := w == rt.waiter
	rt.mu.Unlock()
	if waits {
		rt.driver.Wake()
	} else {
		w.parked <- struct{}{}
	}
}
