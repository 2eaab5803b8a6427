package sched

// Metrics are what a runtime counts. Workers publish their own counts every 61 polls
// and when they park, so the numbers are exact when all are idle.
type Metrics struct {
	Workers  int    // those that were there from the start
	Spares   int    // spare workers that live
	Idle     int    // workers that wait
	Live     int    // tasks that have not ended; never too few, and too many by up to MaxCredits+1 for each worker that is not idle
	Waiting  int    // tasks that have waited at least once, and have not ended; while workers run, some 32 more for each
	Queued   int    // runnable tasks in queues
	External int    // external tasks that run, and are not parked
	Timers   int    // entries in the wheels, stale ones included
	Spawned  uint64 // tasks spawned, ever
	Polls    uint64
	Steals   uint64
	Parks    uint64
	Stuck    uint64 // polls that took so long that the monitor stepped in
	Open     bool   // its creator may still spawn
}

// publish lets others read what w has counted.
func (w *Worker) publish() {
	w.pubPolls.Store(w.polls)
	w.pubSpawned.Store(w.spawned)
}

// Metrics returns what there is to count.
func (rt *Runtime) Metrics() Metrics {
	m := Metrics{
		Workers:  len(rt.workers),
		Spares:   int(rt.monitor.spare.Load()),
		Live:     int(rt.live.Load() & liveMask),
		Queued:   int(rt.inject.len.Load()),
		External: int(rt.externals.Load()),
		Spawned:  rt.submitted.Load(),
		Stuck:    rt.monitor.found.Load(),
		Open:     !rt.detached.Load(),
	}
	if m.Open {
		m.External--
		m.Live--
	}
	for _, w := range *rt.all.Load() {
		if w.idle.Load() && !(w.spare && w.retired.Load()) {
			m.Idle++
		}
		m.Queued += w.ring.len() + int(w.urgent.len.Load())
		if w.slot.Load() != nil {
			m.Queued++
		}
		m.Spawned += w.pubSpawned.Load()
		m.Polls += w.pubPolls.Load()
		m.Steals += w.steals.Load()
		m.Parks += w.parks.Load()
		w.timers.mu.Lock()
		m.Timers += w.timers.wheel.Len()
		w.timers.mu.Unlock()
	}
	for i := range rt.shards {
		s := &rt.shards[i]
		s.mu.Lock()
		m.Waiting += s.len()
		s.mu.Unlock()
	}
	return m
}
