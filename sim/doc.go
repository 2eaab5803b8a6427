// Package sim runs a program of tasks in a simulation, for tests: under a seed,
// in virtual time, with a network in memory.
//
// # Model
//
// [Run] is edo.Run on a simulated driver. There is one worker, and the seed
// decides which of the runnable tasks it polls next, and every random number of
// edo. The clock stands still while a task is runnable and then jumps to the
// next timer, so that an hour's sleep costs nothing. Sockets connect to each other
// only inside the simulation. So the program is a function of its seed: the same
// seed runs it in the same order, and another seed in another order.
//
//   - [Explore] runs a test under many seeds and says how to replay the one that
//     failed.
//
//   - [New] makes a simulation that a test steps by hand: one poll, or until every task
//     waits, or for a given time.
//
//   - [HoldClock] switches the jumps of the clock off, and [ReleaseClock] on again, at any
//     time; [Advance] moves it, by a task.
//
//   - [Always] and [Eventually] name what must hold between any two polls, or at some time;
//     [Limit] ends a run that goes too far; [NoLeaks] finds what was left behind.
//
// When no task can ever run again, Run returns at once an error that names the tasks. Tasks
// that wait for each other while others go on are found too, after 20,000 polls at first.
//
// # What a program must not do
//
// Only edo is simulated. The order depends on more than the seed
// when tasks range over a map, read the time of package time, draw from the
// global source of math/rand, share data with plain goroutines, or run
// [edo.Blocking] tasks or an [edo.Call]: while one of those runs the clock stands still and
// the simulation waits for it.
//
// So a call that waits for the clock never returns: one that ends with a time limit on
// its context, or with a Sleep of another task. After ten seconds of real time (the
// StallAfter of the [Config]'s Runtime) that is reported, with the call. A test of a time
// limit replaces the call by a function that waits with its task.
//
// # When not to use it
//
// The simulation cannot interleave the inside of a poll: to find races between workers, use
// the race detector on an ordinary runtime. It says nothing about speed.
//
// # Example
//
//	func TestRetries(t *testing.T) {
//		sim.Explore(t, 1000, func(seed uint64) error {
//			return sim.Run(seed, func(task *edo.Task) error {
//				…
//			})
//		})
//	}
package sim
