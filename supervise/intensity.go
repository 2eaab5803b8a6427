package supervise

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
