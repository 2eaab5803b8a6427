package main

import (
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/proof"
	"github.com/edo-go/edo/sim"
)

// under returns the program with a way to get, under a seed.
func under(wait get) func(seed uint64) error {
	return func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error { return run(task, wait) }, proof.Quiet)
	}
}

func main() { os.Exit(proof.Show(os.Stdout, under(buggy), under(fixed))) }
