package sched

import "github.com/edo-go/edo/internal/release"

// Metrics are the counts of a runtime. Workers publish their own counts every 61 polls
// and when they park, so the numbers are exact when all workers are idle.
type Metrics struct {
	Workers  int    // those that were there from the start
	Spares   int    // spare workers that live
	Idle     int    // workers that wait
	Live     int    // tasks that have not ended; never too few, and too many by up to MaxCredits+1 for each worker that is not idle
	Waiting  int    // tasks that have waited at least once, and have not ended; while workers run, some 32 more for each
	Queued   int    // runnable tasks in queues
	Injected int    // of these, those in the injection queue
	External int    // external tasks that run, and are not parked
	Timers   int    // entries in the wheels, stale ones included
	Spawned  uint64 // tasks spawned, ever
	Polls    uint64
	Steals   uint64
	Parks    uint64
	Stuck    uint64 // polls that took so long that the monitor stepped in
	Open     bool   // Detach was not called: the creator may still spawn
}

// publish lets other goroutines read the counts of w.
func (w *Worker) publish() {
	release.Store64(&w.remote.polls, w.core.polls)
	release.Store64(&w.remote.spawned, w.core.spawned)
}

// Metrics returns the counts of rt.
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
	m.Injected = m.Queued
	if m.Open {
		m.External--
		m.Live--
	}
	for _, w := range *rt.all.Load() {
		if w.remote.idle.Load() && !(w.spare && w.remote.retired.Load()) {
			m.Idle++
		}
		m.Queued += w.ring.len() + int(w.urgent.len.Load())
		if w.slot.Load() != nil {
			m.Queued++
		}
		m.Spawned += w.remote.spawned.Load()
		m.Polls += w.remote.polls.Load()
		m.Steals += w.remote.steals.Load()
		m.Parks += w.remote.parks.Load()
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
