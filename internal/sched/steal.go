package sched

// search looks for work at the others', in their rings and inboxes. What a worker
// keeps for itself, in its slot, it will come to soon; if not, the monitor takes
// it away: a parent that computes must not hold its child hostage. At most half of
// the workers search at a time: more would only disturb those that work.
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
	for range passes {
		for range all {
			w.victim++
			v := all[w.victim%len(all)]
			if v == w {
				continue
			}
			if v.shares() {
				if t := w.ring.stealFrom(&v.ring); t != nil {
					w.steals.Add(1)
					return t
				}
			}
			if !v.inbox.empty() && w.takeInbox(v) {
				if t := w.ring.pop(); t != nil {
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
// end wakes another one if there is more: whoever brought it while somebody
// searched has woken nobody.
func (w *Worker) stopSearching() {
	w.searching = false
	if w.rt.searching.Add(-1) == 0 && (w.shares() || w.anyWork()) {
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
		if v != w && v.shares() {
			return true
		}
	}
	return false
}
