// Package interleave tries all interleavings of a few threads of a lock-free
// protocol.
//
// The protocol marks the points between its steps with [invariant.Step]. A test
// gives the threads, and a check to run after they have ended:
//
//	interleave.Explore(t, func() (threads []func(), check func()) {
//		var s stack
//		threads = []func(){func() { s.push(1) }, func() { s.push(2) }}
//		check = func() {
//			if s.len() != 2 {
//				t.Errorf("%d elements, want 2", s.len())
//			}
//		}
//		return threads, check
//	})
//
// One thread runs at a time, from one point to the next, and at each point any
// thread may go on. A schedule is a sequence of such choices. Explore runs every schedule
// once, each on the fresh state that setup makes. It reports the first schedule that fails
// as a list: which thread went on, and from which point. Two threads of n steps have
// (2n)!/(n!)² schedules: 6 for two steps, 924 for six, 2.7 million for twelve.
// [ExploreBounded] runs only the schedules with few preemptions, where a thread that could
// go on has to stop: two preemptions find most bugs, and the number of schedules grows
// slowly.
//
// # Rules for what is explored
//
//   - Between two points a thread must not wait for another one: not on a mutex
//     that is held across a point, nor on a channel, nor in a loop.
//   - A loop that waits for another thread has a point whose name begins with
//     "spin". Between two arrivals in a row at that point the thread only reads, or
//     fails a CAS. After that it is not chosen again before another thread has made
//     progress: otherwise waiting would make schedules without end. If all remaining
//     threads wait, that is a deadlock, and reported. A loop that tries again because
//     another thread succeeded needs no such point: it ends.
//   - Only the schedule may decide what happens: no clock, no random number, no
//     order of a map.
//   - Points that setup and check reach do not count. No other goroutine may reach
//     a point while an exploration runs: no t.Parallel.
//
// # When not to use it
//
// It finds orders of steps that break a protocol, where memory operations have the one
// order that sync/atomic promises. It does not find data races, because each switch between
// threads is a synchronisation. It needs [invariant.Enabled], and skips the test otherwise.
package interleave
