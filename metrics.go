package edo

// Metrics are numbers of a runtime, for whatever shows numbers. Workers publish what
// they count now and then and whenever they wait: so the sums are exact when nothing
// runs, and a little behind when something does.
//
// Alive is too many by up to 129 for each worker, spare ones included, that is not idle:
// it counts tasks that such a worker may spawn without a word to the others. It
// does not count what [Block] runs, nor that the creator of a runtime may still spawn.
type Metrics struct {
	Workers  int // workers that poll tasks
	Spares   int // workers that stand in for those whose poll blocks
	Idle     int // workers with nothing to do
	Alive    int // tasks that have not ended; never too few, see below
	Waiting  int // tasks that a report lists: that have waited, or block, or are traced
	Queued   int // tasks that are runnable
	Blocking int // blocking tasks that run, and do not wait in edo
	Timers   int // timers that are armed, or were and have not been cleared away
	Bodies   int // functions in direct style that have begun, each with its coroutine
	Failures int // tasks whose error nobody has asked for

	Spawned uint64 // tasks spawned since the start
	Polls   uint64 // polls of tasks
	Steals  uint64 // times that a worker took tasks from another
	Parks   uint64 // times that a worker ran out of tasks
	Stuck   uint64 // polls that took so long that others had to step in
}

// Metrics returns the numbers as they are now. It takes some microseconds.
func (rt *Runtime) Metrics() Metrics {
	m := rt.sched.Metrics()
	return Metrics{
		Workers:  m.Workers,
		Spares:   m.Spares,
		Idle:     m.Idle,
		Alive:    m.Live,
		Waiting:  m.Waiting,
		Queued:   m.Queued,
		Blocking: m.External,
		Timers:   m.Timers,
		Bodies:   rt.coros.Out(),
		Failures: rt.failures.count(),
		Spawned:  m.Spawned,
		Polls:    m.Polls,
		Steals:   m.Steals,
		Parks:    m.Parks,
		Stuck:    m.Stuck,
	}
}
