package survey

// SampleLen returns how many tasks the next look would ask, and skips that look.
func (w *Watch) SampleLen() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.nextTasks())
}

// Reported returns how many tasks were reported to be in cycles.
func (w *Watch) Reported() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.reported)
}
