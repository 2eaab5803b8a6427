package main

import (
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/proof"
	"github.com/edo-go/edo/sim"
)

// under returns the program, with the fix or without, under a seed.
func under(careful bool) func(seed uint64) error {
	return func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error { return run(task, seed, careful) }, proof.Quiet)
	}
}

func main() { os.Exit(proof.Show(os.Stdout, under(false), under(true))) }
