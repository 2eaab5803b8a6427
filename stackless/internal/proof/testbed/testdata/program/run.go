//go:build !plain

package main

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// awaitOthers lets time pass. In a simulation all other tasks then wait, and hold the task up at no operation: in the
// plain build nothing does.
func awaitOthers(task *edo.Task) error { return timer.Sleep(task, time.Nanosecond) }

// run runs main in a simulation of seed n. lost is called with each error that no task awaits.
func run(n int, lost func(err error), main func(task *edo.Task) error) (schedule string) {
	h := fnv.New64a()
	choices := 0
	err := sim.Run(uint64(n), main, sim.WithConfig(sim.Config{
		Runtime: edo.Config{OnError: lost},
		Trace: func(n, chosen int) {
			choices++
			fmt.Fprintln(h, n, chosen)
		},
	}))
	if err != nil {
		lost(err)
	}
	return fmt.Sprintf("%d-%x", choices, h.Sum64())
}
