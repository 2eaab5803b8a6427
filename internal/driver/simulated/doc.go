// Package simulated is the driver that a program runs on to be a function of its
// seed: virtual time, seeded choices, and a network in memory.
//
// # Model
//
// The clock stands still while anything can run. When nothing can, and no
// blocking task is under way, [Driver.Wait] moves it to the next deadline, or
// says that the program has stalled when there is none. Which of several runnable
// tasks goes next is drawn from the seed, and [Driver.Rand] from a second stream
// of the same seed, so that a program which asks for random numbers does not
// change what is chosen.
//
// The network has one host, whose addresses are all there are. Connections are
// two bounded queues of bytes; their ends behave as those of TCP on Linux do, in
// a network that loses nothing and takes no time. What is read or written wakes
// the other side's task directly, so there is no readiness to look for.
//
// Under [Config.Manual] a controller on another goroutine says how far the
// program goes: [Driver.Step], [Driver.RunUntilIdle], [Driver.Advance], and
// [Driver.Release], which ends that.
//
// # When not to use it
//
// It cannot interleave the inside of a poll: what several threads do to one
// structure at once needs the race detector and tests of its own. With blocking
// tasks, whose goroutines Go schedules, the order is not a function of the seed.
//
// # Example
//
//	d := simulated.New(simulated.Config{Seed: 7})
//	d.Wait(cx, int64(time.Hour)) // returns at once
//	d.Now()                      // an hour
package simulated
