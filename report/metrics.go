package report

// Metrics are the counters of a runtime, for dashboards and tests. A worker publishes its
// counters from time to time, and whenever it parks. So the sums are exact while no task
// runs, and a little behind otherwise.
//
// Alive may exceed the number of tasks by 129 for each worker, spare ones included, that is
// not idle: it counts tasks that such a worker may still spawn without telling the others.
// It does not count the functions that edo.Block runs, nor the creator of a runtime, which
// may still spawn.
type Metrics struct {
	Workers  int // workers that poll tasks
	Spares   int // workers that replace workers whose poll blocks
	Idle     int // workers with nothing to do
	Alive    int // tasks that have not ended; never too few, see above
	Waiting  int // tasks that a report lists: they have waited, or block, or are traced
	Queued   int // tasks that are runnable
	Blocking int // blocking tasks that run, and do not wait in edo
	Timers   int // timers that are armed, or were armed and are still in the wheel
	Bodies   int // functions in direct style that have begun, each with its coroutine
	Failures int // failed tasks that no task has joined

	Spawned uint64 // tasks spawned since the start
	Polls   uint64 // polls of tasks
	Steals  uint64 // times that a worker stole tasks from another
	Parks   uint64 // times that a worker ran out of tasks
	Stuck   uint64 // polls that took so long that another worker had to take over the tasks
}
