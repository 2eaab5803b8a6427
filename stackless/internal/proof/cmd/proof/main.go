// Proof looks for programs that edo's compiler gets wrong.
//
//	proof random    random programs: builds with coroutines and lowered ones must do the same
//	proof parallel  random programs on several workers, under the race detector
//	proof show      print the random programs of seeds
//	proof forms     programs that were written by hand, a statement each
//	proof goroot    the test programs of the Go tool chain, which wait nearly everywhere
//	proof mutants   faults that are put into the compiler: each must be found
//	proof traces    the examples in the simulator: the same events for the same seed
//
// proof COMMAND -help tells the flags of a command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
)

// errFound ends a command that has found and printed what it looks for.
var errFound = errors.New("the builds differ")

var commands = map[string]func(ctx context.Context, args []string) error{
	"random":   randomCommand,
	"parallel": parallelCommand,
	"show":     showCommand,
	"forms":    formsCommand,
	"goroot":   gorootCommand,
	"traces":   tracesCommand,
	"mutants":  mutantsCommand,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: proof random|parallel|show|forms|goroot|traces|mutants [flags]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := commands[os.Args[1]](ctx, os.Args[2:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
		os.Exit(1)
	}
}
