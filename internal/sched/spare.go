package sched

// Spare workers take the place of stuck ones: rules M3 and M4 of monitor.go.

// addSpare starts a spare worker: one that has retired, or a new one.
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
		if v.remote.retired.CompareAndSwap(true, false) {
			w = v
			w.inbox.reopen()
			break
		}
	}
	if w == nil {
		w = newWorker(rt, len(all))
		w.spare, w.core.returns = true, isSpare
		all = append(append([]*Worker(nil), all...), w)
		rt.all.Store(&all)
	}
	w.remote.idle.Store(false)
	rt.ended.Add(1)
	go w.main()
}

// clearStuck notes that the stuck poll has returned. If a spare worker has replaced w,
// one is no longer needed.
func (w *Worker) clearStuck() {
	if w.remote.stuck.Swap(0) == 2 {
		w.rt.monitor.excess.Add(1)
	}
}

// retire ends w if it is a spare worker that is no longer needed (rule M4), and reports
// whether it has. Its wheel stays where it is, and other workers turn it.
func (w *Worker) retire() bool {
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
	w.clearStuck()
	w.releaseCredits() // first: it may wake daemons, and those go into the slot
	inject := &w.rt.inject
	inject.pushAll(w.inbox.close()) // rule W5: from now on submit gets them
	inject.pushFront(w.urgent.popAll())
	inject.pushAll(w.slot.Swap(nil))
	for t := w.ring.pop(); t != nil; t = w.ring.pop() {
		inject.push(t)
	}
	w.endSearch()
	w.rt.wakeWaiterFor(w)
	w.unregisterEnded()
	w.core.measuredAt = 0
	w.remote.grain.Store(0)
	w.remote.idle.Store(true)
	m.spare.Add(-1)
	w.rt.notify(nil) // rule W6, for the tasks that w has moved
	return true
}
