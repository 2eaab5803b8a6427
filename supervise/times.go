package supervise

import "container/heap"

// alarms are the children that have an alarm: the end of a time limit, or of a delay. The one
// with the earliest is first.
type alarms []*child

// setAlarm makes tick look at c at the instant.
func (m *machine) setAlarm(c *child, at int64) {
	m.clearAlarm(c)
	c.alarm = at
	heap.Push(&m.alarms, c)
}

// clearAlarm takes the alarm of c off, if it has one.
func (m *machine) clearAlarm(c *child) {
	if c.place != 0 {
		heap.Remove(&m.alarms, c.place-1)
	}
}

// nextAlarm returns the next instant at which tick has something to do; ok: there is one.
func (m *machine) nextAlarm() (at int64, ok bool) {
	if len(m.alarms) > 0 {
		at, ok = m.alarms[0].alarm, true
	}
	if m.isDelayed && m.phase < ending && (!ok || m.notBefore < at) {
		at, ok = m.notBefore, true
	}
	return at, ok
}

// takeDue removes the first child whose alarm is due; nil: there is none.
func (m *machine) takeDue(now int64) *child {
	if len(m.alarms) == 0 || m.alarms[0].alarm > now {
		return nil
	}
	return heap.Pop(&m.alarms).(*child)
}

func (a alarms) Len() int           { return len(a) }
func (a alarms) Less(i, k int) bool { return a[i].alarm < a[k].alarm }

func (a alarms) Swap(i, k int) {
	a[i], a[k] = a[k], a[i]
	a[i].place, a[k].place = i+1, k+1
}

func (a *alarms) Push(x any) {
	c := x.(*child)
	*a = append(*a, c)
	c.place = len(*a)
}

func (a *alarms) Pop() any {
	last := len(*a) - 1
	c := (*a)[last]
	(*a)[last] = nil
	*a = (*a)[:last]
	c.place = 0
	return c
}

// window counts the restarts within the last period. Its times are exact, unlike Erlang's,
// which are whole seconds of a clock.
type window struct {
	limit  int
	period int64
	times  []int64 // the oldest first
	old    int     // how many of these are older than the last period
}

// admit notes a restart, and reports whether it is allowed: whether it and the others of the
// last period are at most limit. Old times go when they are half of all: so each is moved once.
func (w *window) admit(now int64) bool {
	for w.old < len(w.times) && now-w.times[w.old] > w.period {
		w.old++
	}
	if w.old > len(w.times)/2 {
		w.times, w.old = append(w.times[:0], w.times[w.old:]...), 0
	}
	if len(w.times)-w.old >= w.limit {
		return false
	}
	w.times = append(w.times, now)
	return true
}
