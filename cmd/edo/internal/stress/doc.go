// Package stress runs random programs on the real scheduler, until the time is up
// or something is wrong.
//
// A round is a runtime of its own, for a second or two. In it several lanes play
// programs, one after the other. A program is a few dozen tasks of one scenario, which are
// aborted, panic, call runtime.Goexit, yield, clone, close and drop at random. The round
// ends when its tasks have ended or, every third time, by a shutdown while they run.
//
//	tree       tasks spawn, abort and join tasks
//	relay      a baton is passed with bare wakers
//	ask        oneshot channels
//	queue      an mpsc channel
//	permits    an mpsc channel: permits, batches, weak handles, sends with a time limit
//	consumers  an mpmc channel: many receivers, on handles that are shared and their own
//	broadcast  receivers come, lag behind and leave
//	watch      the last change is seen, and no half of one
//	lock       Mutex and RWMutex around plain memory
//	semaphore  permits are divided, forgotten and added
//	notify     one notification is passed around; no task misses one for all
//	barrier    tasks wait for each other, and give up
//	once       initialisers fail and are aborted
//	join       Join, TryJoin, Race, and the same of functions
//	select     channels, ticks and timers; the branches that lose lose nothing
//	sleep      timers
//	block      goroutines that are tasks for a while
//	socket     servers and clients, many of which misbehave
//	report     tasks with a known reason to wait, which must be in the reports
//
// In every second round a goroutine that is no task asks for reports and numbers all the
// time; in some, tasks are traced; in some, a stall is reported after a few
// milliseconds, which must not happen while tasks run.
//
// # What is checked
//
//   - Every function that was started has returned, every future that was spawned
//     was dropped, every handle that a task owned was dropped: exactly once.
//   - Every value that a channel has accepted arrived exactly once, in order for each
//     sender, or was dropped with its receiver.
//   - Every failure was reported exactly once: to the task that joins, or by the runtime.
//   - A lock, a permit, a notification that was granted to an aborted task goes to the
//     next, and all are free at the end. No more are inside than were admitted.
//   - A future that loses a race, or a Select, has taken nothing.
//   - A report is true for the tasks that are known to wait. Counters never decrease, and
//     nothing is left when the runtime has ended.
//   - No task waits for ever: a watchdog prints the stacks and ends the process.
//   - As many goroutines and descriptors are left as there were before.
//
// # To add a scenario
//
// Write a file with a function that opens accounts in the round and returns a program,
// and add a line to scenarios. A program plays until all of its tasks have ended, and
// returns what was wrong. A spawner spawns its tasks, and counts them; a room counts the
// tasks that are inside. A method checks the outcome; a test calls it with outcomes that
// are wrong.
//
// # Seeds
//
// The seed of a round chooses the programs, the number of workers and how the round
// ends; the scheduling is the real one, and differs from run to run. So a seed that
// has failed is likely to fail again, sooner or later, and no more than that. For an exact
// replay, use package sim.
package stress
