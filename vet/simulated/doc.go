// Package simulated is an analyzer of edo: it reports what a simulation cannot replay.
package simulated

const doc = `report what differs from run to run in a simulation

In a simulation the seed decides the order of everything, and the clock stands until all tasks wait. What a program takes
from elsewhere differs from run to run, and a failure is not found again: the clock of the machine, random numbers of the
process, and the order of a map.

	err := sim.Run(seed, func(task *edo.Task) error {
		start := time.Now()                        // wrong
		start := timer.Now(task)                   // right
		if rand.IntN(2) == 0 { ... }               // wrong
		if edo.Rand(task).IntN(2) == 0 { ... }     // right
		for _, tx := range senders {               // wrong, if senders is a map: each run sends in another order
			tx.Send(task, v)
		}
		...
	})

It looks at the functions that sim.Run, Sim.Start and World.Host run, the functions of the package that these call, and by facts
at those of other packages. A loop over a map is reported when its body calls something of edo's.`
