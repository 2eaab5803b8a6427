// Package simulated is the driver on which a program is a function of its seed: virtual
// time, seeded choices, and a network in memory.
//
// # Model
//
// The clock does not move while a task can run. When none can, and no blocking task
// runs, [Driver.Wait] moves it to the next deadline, or reports that the program has
// stalled when there is none. The seed decides which of several runnable tasks runs next.
// [Driver.Rand] draws from a second stream of the same seed, so random numbers do not
// change the choices.
//
// The network has one host, which has every address. A connection is two bounded queues
// of bytes. Its ends behave as those of TCP on Linux do, in a network that loses nothing
// and takes no time. A read or a write wakes the waiters of the other side directly, so
// there is no readiness to look for.
//
// Datagrams arrive at once and in order. They are lost only where they would be without
// a network: at an address where no socket is, and at one whose queue is full.
//
// A [World] divides the network into hosts, with links between them that take time and lose
// what is sent. Its events happen in [Driver.Wait], when the clock comes to them.
//
// With [Config.Manual] a controller on another goroutine decides how far the program
// runs, by [Driver.Step], [Driver.RunUntilIdle] and [Driver.Advance]. [Driver.Release]
// ends that.
//
// # When not to use it
//
// For data races: the driver cannot interleave the inside of a poll. A structure that
// several threads use at once needs the race detector, and tests of its own. And with
// blocking tasks, whose goroutines Go schedules, the order is not a function of the seed.
//
// # Example
//
//	d := simulated.New(simulated.Config{Seed: 7})
//	d.Wait(cx, int64(time.Hour)) // returns at once
//	d.Now()                      // an hour
package simulated
