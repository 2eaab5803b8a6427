package main

import (
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/proof"
	"github.com/edo-go/edo/sim"
)

// under returns the program with a way to work, under a seed.
func under(do work) func(seed uint64) error {
	return func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error { return run(task, seed, do) }, proof.Quiet)
	}
}

func main() { os.Exit(proof.Show(os.Stdout, under(buggy), under(fixed))) }
