package sched

// search looks for tasks in the rings and inboxes of other workers. It leaves their slots
// alone: a worker comes to its slot soon. If it does not, the monitor takes the task away:
// a parent that computes for long must not delay its child. At most half of the workers
// search at a time: more would only disturb those that work.
func (w *Worker) search() *Task {
	all := *w.rt.all.Load()
	if !w.core.searching && !w.beginSearch(len(all)) {
		return nil
	}
	const passes = 4
	for range passes {
		for range all {
			w.core.victim++
			v := all[w.core.victim%len(all)]
			if v == w {
				continue
			}
			if v.shares() {
				if t := w.ring.stealFrom(&v.ring); t != nil {
					w.remote.steals.Add(1)
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

// beginSearch counts w as searching, unless enough of the workers search already.
func (w *Worker) beginSearch(workers int) bool {
	rt := w.rt
	if workers == 1 || int(rt.searching.Load())*2 >= workers {
		return false
	}
	w.core.searching = true
	rt.searching.Add(1)
	return true
}

// endSearch ends the search of a worker that has found nothing.
func (w *Worker) endSearch() {
	if w.core.searching {
		w.core.searching = false
		w.rt.searching.Add(-1)
	}
}

// stopSearching ends the search of a worker that has found a task. The last worker to
// stop wakes a sleeper if there is more (rule W8).
func (w *Worker) stopSearching() {
	w.core.searching = false
	if w.rt.searching.Add(-1) == 0 && (w.shares() || w.anyWork()) {
		w.rt.notify(nil)
	}
}

// anyWork reports whether any queue has a task for w, which is about to park. It leaves
// urgent tasks to rule P4, and a ring with fewer tasks than the grain to its owner (W10).
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
