//go:build !plain

package main

import (
	"fmt"
	"hash/fnv"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// run runs main in a simulation of seed n.
func run(n int, main func(task *edo.Task) error) (schedule string) {
	h := fnv.New64a()
	choices := 0
	err := sim.Run(uint64(n), main, sim.WithConfig(sim.Config{
		Trace: func(n, chosen int) {
			choices++
			fmt.Fprintln(h, n, chosen)
		},
	}))
	return fmt.Sprintf("%d-%x-%v", choices, h.Sum64(), err != nil)
}
