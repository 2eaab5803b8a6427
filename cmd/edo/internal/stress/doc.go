// Package stress runs random programs on the real scheduler, until the time is up
// or something is wrong.
//
// A round is a runtime of its own, for a second or two. In it several lanes play
// programs, one after the other; a program is a few dozen tasks that do what the
// scenario of its name says (spawn trees, pass a baton, ask and answer, queue,
// sleep, block, talk over sockets) while tasks are aborted, panic, call
// runtime.Goexit, yield, clone, close and drop at random. The round ends when its
// tasks have, or, every third time, by shutting down under their feet.
//
// # What is checked
//
//   - Every function that was started has returned, every future that was spawned
//     was dropped, every handle that a task owned was dropped: exactly once.
//   - Every value that a channel has accepted arrived exactly once, in order for each
//     sender, or was dropped with its receiver.
//   - Every failure was reported exactly once: to who joined, or by the runtime.
//   - Nobody waits for ever: a watchdog prints the stacks and ends the process.
//   - Goroutines and descriptors are back where they were.
//
// # Seeds
//
// The seed of a round chooses the programs, the number of workers and how the round
// ends; the scheduling is the real one, and differs from run to run. So a seed that
// has failed is likely to fail again, sooner or later, and no more than that. What
// must be replayed exactly belongs into package sim.
package stress
