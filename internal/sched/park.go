package sched

// Parking a worker, and waking it for work.
//
// A worker that finds no task parks. One of the parked workers, the waiter, waits in the
// driver, for I/O and for the earliest timer of all workers. The others wait for a token.
// The problem is that of the essay at the head of Go's runtime/proc.go, and so is the
// answer: a goroutine that brings work wakes a sleeper only if no worker searches, and the
// last searcher that finds work wakes the next sleeper.
//
// No work is lost (rules W6 to W9 of wake.go): each side takes two steps, and both sides
// take them in opposite order.
//
//	the goroutine that brings work         the worker that parks
//	W6  pushes the task                    W7  stops searching
//	    reads the number of sleepers,          joins the sleepers
//	    and of searchers                       looks at all queues, unless another worker
//	                                           searches, which will
//
// No timer is late, by the same argument:
//
//	the goroutine that arms a timer        the worker that becomes the waiter
//	P1  publishes the wheel's next         P2  sets waitUntil to Never
//	    reads waitUntil; if it is later        reads the next of all wheels
//	    than next, wakes the waiter            sets waitUntil to the earliest, and waits
//
//	P3  A worker that arms a timer reads waitUntil only when it parks: until then it looks
//	    at its wheel itself. If a long poll keeps it from that, the monitor does both.
//	P4  Tasks that are urgent to a worker count like a timer: other workers take them a
//	    grace later, so that they do not wait for the end of a long poll.
//	P5  The waiter is set, and a sleeper taken off the list, under one lock. So a Wake of
//	    the driver is always for a worker that is in Wait or about to be (rule W9).

// park waits until there may be a task to run. It returns false when the runtime has
// ended.
func (w *Worker) park() (goOn bool) {
	w.endSearch() // rule W7, first step
	w.unregisterEnded()
	if w.releaseCredits() {
		return true
	}
	w.publish()
	w.remote.parks.Add(1)
	w.core.measuredAt = 0
	w.remote.grain.Store(0)
	w.core.cx.root, w.core.cx.task = nil, nil // they may have ended
	isWaiter, ok := w.joinSleepers()          // rule W7, second step
	switch {
	case !ok:
		return false
	case isWaiter:
		w.waitInDriver()
		return true
	default:
		return w.waitForToken()
	}
}

// joinSleepers puts w among the sleepers, as the waiter if there is none (rules P2, P5).
// ok is false if the runtime has ended.
func (w *Worker) joinSleepers() (isWaiter, ok bool) {
	rt := w.rt
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.stopping.Load() {
		return false, false
	}
	rt.sleepers = append(rt.sleepers, w)
	rt.nsleepers.Store(int32(len(rt.sleepers)))
	isWaiter = rt.waiter == nil
	if isWaiter {
		rt.waiter = w
		rt.waitUntil.Store(Never)
	}
	w.remote.idle.Store(true)
	return isWaiter, true
}

// waitInDriver is how the waiter sleeps: until I/O is ready, a deadline has passed, or it
// is woken.
func (w *Worker) waitInDriver() {
	rt := w.rt
	deadline := w.nextAlarm() // rule P2
	rt.waitUntil.Store(deadline)
	if (rt.searching.Load() != 0 || !w.anyWork()) && !rt.stopping.Load() { // rule W7, last step
		stalled := rt.driver.Wait(&w.core.cx, deadline)
		w.leaveSleepers(true)
		if stalled && !w.anyWork() { // a report may have woken a task meanwhile
			now := w.core.polls + rt.moves.Load()
			again := w.core.stalledAt == now
			w.core.stalledAt = now
			rt.stalled(again)
			return
		}
	} else {
		w.leaveSleepers(true)
	}
	if w.ring.len() > 1 { // the driver has woken more tasks than this worker can run at once
		w.notifyPushed()
	}
}

// waitForToken is how the other sleepers sleep. It returns false when the runtime has
// ended.
func (w *Worker) waitForToken() (goOn bool) {
	rt := w.rt
	if w.nextAlarm() < rt.waitUntil.Load() { // rule P3
		rt.driver.Wake()
	}
	if rt.searching.Load() == 0 && w.anyWork() && w.leaveSleepers(false) { // rule W7, last step
		return true
	}
	select {
	case <-w.token: // rule W9
		w.core.searching = true
		w.leaveIdle()
		return true
	case <-rt.done:
		return false
	}
}

// leaveSleepers takes w off the sleepers, and returns true, unless another goroutine has
// done so already to wake w: then w counts as searching.
func (w *Worker) leaveSleepers(isWaiter bool) (byItself bool) {
	rt := w.rt
	rt.mu.Lock()
	if isWaiter {
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
	if !byItself && !isWaiter {
		return false // the token is on its way
	}
	if !byItself {
		w.core.searching = true
	}
	w.leaveIdle()
	return byItself
}

// leaveIdle is the end of a sleep: w looks at no queue and no timer before it.
func (w *Worker) leaveIdle() {
	w.remote.idle.Store(false)
	w.rt.monitor.wakeUp()
	if w.remote.paused.Load() { // rule S2
		w.standStill()
	}
}

// removeSleeper takes the sleeper i off the list. The caller holds mu.
func (rt *Runtime) removeSleeper(i int) *Worker {
	w := rt.sleepers[i]
	n := len(rt.sleepers) - 1
	rt.sleepers[i] = rt.sleepers[n]
	rt.sleepers = rt.sleepers[:n]
	rt.nsleepers.Store(int32(n))
	return w
}

// notify wakes a sleeper for a task that has been pushed, unless a worker searches
// already (rule W6). It prefers the worker that the task is for. Otherwise it leaves the
// waiter in the driver while there are other sleepers.
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
	rt.searching.Add(1) // for w, which is about to search
	isWaiter := w == rt.waiter
	rt.mu.Unlock()
	if isWaiter { // rule W9
		rt.driver.Wake()
	} else {
		w.token <- struct{}{}
	}
}
