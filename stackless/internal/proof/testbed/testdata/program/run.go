//go:build !plain

package main

import (
	"fmt"
	"hash/fnv"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// run runs main in a simulation.
func run(main func(task *edo.Task) error) (schedule string) {
	h := fnv.New64a()
	choices := 0
	err := sim.Run(1, main, sim.WithConfig(sim.Config{
		Trace: func(n, chosen int) {
			choices++
			fmt.Fprintln(h, n, chosen)
		},
	}))
	return fmt.Sprintf("%d-%x-%v", choices, h.Sum64(), err != nil)
}
