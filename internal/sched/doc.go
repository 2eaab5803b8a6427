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
// ring. What is different: wakers are pointers, which the collector counts; a poll
// that blocks costs a spare worker (monitor.go); the last task's end is known
// without an atomic operation per task (runtime.go); and a driver may decide what runs
// next, so that a run is a function of a seed (seeded.go).
//
// Each lock-free part has its states and rules above its code: the state word
// (task.go), the ring, the inbox, the timers' word, parking (park.go). Tests walk all
// interleavings of the small ones, on rings of four slots:
//
//	go test -tags smallring,invariants -run Interleaved ./internal/sched
//
// # What it costs
//
// A task is 40 bytes here, and a part of a larger object. Spawning stores into the
// ring, and polling takes three atomic operations.
//
// # When not to use it
//
// Package edo is what programs use; nothing but edo's own packages imports this one.
package sched
