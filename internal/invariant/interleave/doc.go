// Package interleave tries all interleavings of a few threads of a lock-free
// protocol.
//
// The protocol marks the points between its steps with [invariant.Step]. A test
// gives the threads and what must hold after they have ended:
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
// thread may go on. Explore runs every sequence of such choices once, each on the
// fresh state that setup makes, and reports the first that fails as the list of
// who ran from where. Two threads of n steps have (2n)!/(n!)² schedules: 6 for
// two steps, 924 for six, 2.7 million for twelve. [ExploreBounded] tries those
// alone that take control from a thread at most so often: two times find most
// bugs, and the number of schedules grows slowly.
//
// # Rules for what is explored
//
//   - Between two points a thread must not wait for another one: not on a mutex
//     that is held across a point, nor on a channel, nor in a loop.
//   - A loop that waits for another thread has a point whose name begins with
//     "spin". Between two arrivals in a row at that point the thread only looks, or
//     fails to swap. A thread that has looked in vain is not chosen again before
//     another one has done something, so that waiting does not make schedules
//     without end; when all threads that are left wait, that is a deadlock, and
//     reported. A loop that tries again because another thread succeeded needs no
//     such point: it ends.
//   - Nothing but the schedule may decide what happens: no clock, no random
//     number, no order of a map.
//   - Points that setup and check reach do not count. No other goroutine may reach
//     one while an exploration runs: no t.Parallel.
//
// # When not to use it
//
// It finds what goes wrong between points, with memory as all threads see it in
// one order, which is what sync/atomic promises. It does not find data races: the
// switches order everything. It needs [invariant.Enabled], and skips the test
// otherwise.
package interleave
