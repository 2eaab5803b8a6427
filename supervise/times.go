package supervise

import "container/heap"

// alarms are the instants at which a machine has something to do: the end of a time limit, or
// of a delay. An entry counts only while the child still has it.
type alarms struct{ heap alarmHeap }

type alarm struct {
	at int64
	c  *child // nil: of the supervisor
}

func (a *alarms) add(at int64, c *child) { heap.Push(&a.heap, alarm{at, c}) }

// setAlarm makes tick look at c at the instant.
func (m *machine) setAlarm(c *child, at int64) {
	c.alarm = at
	m.alarms.add(at, c)
}

// isStale reports whether the child has another alarm by now, or none.
func (a alarm) isStale() bool { return a.c != nil && a.c.alarm != a.at }

// next returns the first instant; ok: there is one.
func (a *alarms) next() (at int64, ok bool) {
	for len(a.heap) > 0 && a.heap[0].isStale() {
		heap.Pop(&a.heap)
	}
	if len(a.heap) == 0 {
		return 0, false
	}
	return a.heap[0].at, true
}

// takeDue removes the first entry that is due.
func (a *alarms) takeDue(now int64) (c *child, ok bool) {
	if at, ok := a.next(); !ok || at > now {
		return nil, false
	}
	return heap.Pop(&a.heap).(alarm).c, true
}

type alarmHeap []alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, k int) bool { return h[i].at < h[k].at }
func (h alarmHeap) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }
func (h *alarmHeap) Push(x any)        { *h = append(*h, x.(alarm)) }
func (h *alarmHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	old[len(old)-1] = alarm{}
	*h = old[:len(old)-1]
	return x
}

// window counts the restarts within the last period. Its times are exact, unlike Erlang's,
// which are whole seconds of a clock.
type window struct {
	limit  int
	period int64
	times  []int64 // the oldest first; those of the last period, and no more than limit
}

// admit notes a restart, and reports whether it is allowed: whether it and the others of the
// last period are at most limit.
func (w *window) admit(now int64) bool {
	old := 0
	for old < len(w.times) && now-w.times[old] > w.period {
		old++
	}
	w.times = append(w.times[:0], w.times[old:]...)
	if len(w.times) >= w.limit {
		return false
	}
	w.times = append(w.times, now)
	return true
}
