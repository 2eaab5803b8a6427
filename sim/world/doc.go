// Package world gives a simulation several hosts, with a network, disks and clocks that have
// faults.
//
// # Model
//
// A program under [sim.Run] has one host, whose network loses nothing. [New] makes a [World] in
// it. [World.Host] adds a machine, with a name, an address and a disk, and starts its main
// function. A task belongs to the host of the task that spawned it; the function that called New,
// and what it spawns, to none, and it directs the test. Sockets and names are those of the host: a
// program that uses package socket runs there unchanged.
//
//	sim.Explore(t, 1000, func(seed uint64) error {
//		return sim.Run(seed, func(task *edo.Task) error {
//			w, err := world.New(task, world.Config{Link: world.Link{Latency: time.Millisecond}})
//			if err != nil {
//				return err
//			}
//			a := w.Host("a", serve)
//			b := w.Host("b", serve)
//			w.At(time.Second, func() { a.Crash(world.Silent) })
//			w.At(2*time.Second, func() { a.Restart() })
//			w.At(3*time.Second, func() { w.Partition([]*world.Host{a}, []*world.Host{b}) })
//			return check(task) // as a client, from outside of the hosts
//		})
//	})
//
// Faults come by a call, by time ([World.At]), by a rule ([World.Filter]), or by the seed
// ([World.Faults]). The same seed gives the same run.
//
// # A crash
//
// A task of a host that crashes is not polled again, and its deferred calls do not run. Its memory
// is forgotten. But Go frees the stack of a function only when that has ended: so, when all tasks
// of the simulation have ended and before Run returns, the deferred calls of functions that had
// crashed run, without a runtime: each operation of edo in them fails. A test that looks at data
// which such calls change must look before its main function returns.
//
// A program that ends by itself is no crash: when all its tasks have ended, but daemons, its host closes what it
// had open, as the system does at the end of a process.
//
// Hosts may share Go memory in a test, for its bookkeeping. What a program relies on must not be
// shared: a lock that a task held stays locked when its host crashes.
//
// # Ownership, concurrency
//
// The World belongs to the task that has made it, and is closed when that ends: all hosts crash,
// and the run ends. Methods of World and Host are called by tasks of the simulation, and by
// functions of At.
//
// # One instant
//
// Packets that arrive at the same time on different links do so in any order, and before or after what
// the timers of that time do: the seed draws it. On a link without jitter none overtakes another. What
// comes of a loss, a jitter or a fault in a task with a goroutine of its own (edo.Blocking) is drawn
// beside the schedule.
//
// # Limits
//
// Keep-alive begins when there is a reason: a host has crashed, a way was cut, a reset was lost. It does
// not see a [World.Filter] that drops everything. A window update takes no time. A segment is as long as a Write. There is no congestion control.
// Unix sockets connect tasks of one host. Timers of all hosts run equally fast; wall clocks
// differ. A task of a crashed host with a goroutine of its own (edo.Blocking) cannot be stopped:
// it is cancelled.
package world
