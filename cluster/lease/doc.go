// Package lease has leases that many programs share: exclusive rights with a name and an end, at a
// broker of package cluster. With them come the election of a leader, a semaphore whose holders may
// die, and the news of what is held.
//
//	space, err := lease.NewSpace(task, conn, "shop", lease.Config{TTL: 10 * time.Second})
//	l, err := space.Acquire(task, "reports", "machine 7") // waits until it is free
//	err = l.Run(task, func(task *edo.Task) error {        // is cancelled when the lease is lost
//		return writeReports(task, l.Token())
//	})
//
// A lease is a key of a key-value bucket with a time to live. The holder writes it again each third
// of that time, by itself; a holder that has died does not, and the broker removes the key. So a
// lease is free at most the time to live, and a third of a second, after its holder was last heard.
//
// # What holds, and what does not
//
// By the clocks of the programs two never hold a lease at a time: a holder counts from before it has
// asked the broker, and gives up a tenth of the time early. No time of day is compared, and clocks
// that disagree do no harm. But a program can be held up between a look at its lease and the deed:
// the machine is paused, or the disk is slow. It goes on as if the lease were its own, after another
// has got it. No lease can prevent that. So each has a [Lease.Token], a number that grows with every
// holder of the space: what is protected keeps the highest that it has seen, and refuses lower ones.
// A [Fence] does that in a process; in a database it is one condition,
//
//	UPDATE reports SET ... , token = $1 WHERE id = $2 AND token <= $1
//
// # Waiting
//
// A task that waits for a lease is no goroutine, and a report names the lease and its holder. When
// the broker is away, waits go on, and a holder that cannot be heard in time has lost its lease.
// Leases are given in no order: of those that wait any may be the next.
//
// # When not to use it
//
// Inside of a process package lock does the same in nanoseconds. Work that is divided into jobs
// needs no lease: a queue of package cluster gives each job to one worker.
package lease
