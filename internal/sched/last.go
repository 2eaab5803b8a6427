package sched

// LastPolled returns the task that was polled last in a seeded runtime, or nil before the first
// poll. It may have ended. The worker alone may call it.
func (rt *Runtime) LastPolled() *Task {
	if !rt.seeded {
		return nil
	}
	return rt.workers[0].core.pool.running
}
