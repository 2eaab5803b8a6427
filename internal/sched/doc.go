// Package sched is the scheduler: tasks, their queues, the workers that poll them,
// how workers steal, park and are woken, the registry of tasks that wait, and timers.
// It knows nothing of futures: a task has a [Body], and a poll a [Context].
//
//	Spawn ──► ring of the worker ──► poll ──► ended
//	             ▲   │ full             │
//	             │   ▼                  ▼ suspended: idle, in the registry
//	             │  injection queue     │
//	             └──────────┬───────────┘ woken: slot (by a poll), inbox (from elsewhere),
//	                        │             urgent (a timer)
//	                other workers steal
//
// The shape is that of Tokio and of Go's own scheduler: a ring of 256 per worker, a
// slot for the task woken last, an injection queue, stealing half of a victim's
// ring. Four things differ. Wakers are pointers, which the collector counts. A poll
// that blocks costs a spare worker. The end of the last task is known without an atomic
// operation per task. A driver may decide which task runs next, so that a run is a function
// of a seed.
//
// # Where to read
//
// Each lock-free part has its states and numbered rules above its code, and the code names
// the rule that it carries out:
//
//	why no wake is lost           wake.go        rules W
//	which task runs next          next.go        rules N, and relay.go: rules Y
//	when workers sleep            park.go        rules P
//	which tasks may be stolen     ring.go        rules R, and share.go
//	tasks woken from elsewhere    inbox.go       rules I
//	long polls, spare workers     monitor.go     rules M
//	timers                        timer.go       rules T, and timerwheel.go
//	which tasks there are         registry.go    rules G
//	when the runtime has ended    live.go        rules L
//	standing still for a report   pause.go       rules S
//	runs under a seed             seeded.go
//
// The fields of a worker are grouped by the goroutines that may use them: see core and
// remote in worker.go. Tests walk all interleavings of the small parts, on rings of four
// slots:
//
//	go test -tags smallring,invariants -run Interleaved ./internal/sched
//
// # What it costs
//
// A task is 40 bytes here, and part of a larger object. Spawning stores into the
// ring, and polling takes three atomic operations.
//
// # When not to use it
//
// Package edo is what programs use; nothing but edo's own packages imports this one.
package sched
