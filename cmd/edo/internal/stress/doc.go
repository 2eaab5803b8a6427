// Package stress runs random programs on the real scheduler, until the time is up
// or something is wrong.
//
// A round is a runtime of its own, for a second or two. In it several lanes play
// programs, one after the other; a program is a few dozen tasks that do what the
// scenario of its name says, while tasks are aborted, panic, call runtime.Goexit,
// yield, clone, close and drop at random. The round ends when its tasks have, or, every
// third time, by shutting down under their feet.
//
//	tree       tasks spawn, abort and join tasks
//	relay      a baton is passed with bare wakers
//	ask        oneshot channels
//	queue      an mpsc channel
//	permits    an mpsc channel: permits, batches, weak handles, sends with a time limit
//	consumers  an mpmc channel: many receivers, on handles that are shared and their own
//	broadcast  receivers come, lag behind and go
//	watch      the last change is seen, and none by halves
//	lock       Mutex and RWMutex around plain memory
//	semaphore  permits are divided, forgotten and added
//	notify     one notification goes around; nobody misses what all are told
//	barrier    tasks meet, and give up
//	once       initialisers fail and are aborted
//	join       Join, TryJoin, Race, and the same of functions
//	select     channels, ticks and timers, of which the losers lose nothing
//	sleep      timers
//	block      goroutines that are tasks for a while
//	socket     servers and clients, many of which do not behave
//	report     tasks that wait for what is known, and must be in reports as that
//
// In every second round reports and numbers are asked for all the time, by a goroutine
// that is no task; in some, tasks are traced; in some, a stall is reported after a few
// milliseconds, which must not happen while something goes on.
//
// # What is checked
//
//   - Every function that was started has returned, every future that was spawned
//     was dropped, every handle that a task owned was dropped: exactly once.
//   - Every value that a channel has accepted arrived exactly once, in order for each
//     sender, or was dropped with its receiver.
//   - Every failure was reported exactly once: to who joined, or by the runtime.
//   - A lock, a permit, a notification that was granted to who is aborted goes to the
//     next, and all are back at the end. No more are inside than were let in.
//   - Who loses a race, or a Select, has taken nothing.
//   - A report is what is true of those that are known to wait. Numbers that count
//     never go back, and nothing is left when the runtime has ended.
//   - Nobody waits for ever: a watchdog prints the stacks and ends the process.
//   - Goroutines and descriptors are back where they were.
//
// # A scenario more
//
// It is a file with a function that opens accounts in the round and returns a program,
// and a line in scenarios. A program plays until all of its tasks have ended, and
// returns what was wrong. A crew spawns its tasks, and counts them; a room counts who
// is let in; what may be wrong is looked at in a method, to which a test gives
// histories that must not be.
//
// # Seeds
//
// The seed of a round chooses the programs, the number of workers and how the round
// ends; the scheduling is the real one, and differs from run to run. So a seed that
// has failed is likely to fail again, sooner or later, and no more than that. What
// must be replayed exactly belongs into package sim.
package stress
