package sched

// search looks for work at the others'. At most half of the workers search at a
// time: more would only disturb those that work.
func (w *Worker) search() *Task {
	rt := w.rt
	all := *rt.all.Load()
	if !w.searching {
		if len(all) == 1 || int(rt.searching.Load())*2 >= len(all) {
			return nil
		}
		w.searching = true
		rt.searching.Add(1)
	}
	const passes = 4
	for pass := range passes {
		for range all {
			w.victim++
			v := all[w.victim%len(all)]
			if v == w {
				continue
			}
			if t := w.ring.stealFrom(&v.ring); t != nil {
				return t
			}
			if v.inbox.head.Load() != nil && w.takeInbox(v) {
				if t := w.ring.pop(); t != nil {
					return t
				}
			}
			// What a worker keeps for itself is taken only when it does not come to
			// it: a parent that computes must not hold its child hostage.
			if v.stuck.Load() != 0 || (pass == passes-1 && v.idle.Load()) {
				if t := v.urgent.pop(1); t != nil {
					return t
				}
				if t := v.slot.Swap(nil); t != nil {
					return t
				}
			}
		}
		if t := w.popInject(); t != nil {
			return t
		}
	}
	return nil
}

// stopSearching ends the search of a worker that has found something. The last to
// end wakes another one: there may be more.
func (w *Worker) stopSearching() {
	w.searching = false
	if w.rt.searching.Add(-1) == 0 {
		w.rt.notify(nil)
	}
}

// anyWork says whether there is something to run anywhere, for a worker that is
// about to park.
func (w *Worker) anyWork() bool {
	rt := w.rt
	if rt.inject.len.Load() != 0 {
		return true
	}
	for _, v := range *rt.all.Load() {
		if !v.inbox.empty() {
			return true
		}
		if v != w && v.ring.len() != 0 {
			return true
		}
		if v != w && v.stuck.Load() != 0 && (v.slot.Load() != nil || v.urgent.len.Load() != 0) {
			return true
		}
	}
	return false
}
