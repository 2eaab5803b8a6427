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
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/edo-go/edo/stackless/internal/proof/testbed"
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

// newFlags are the flags of a command.
func newFlags(command string) *flag.FlagSet {
	return flag.NewFlagSet("proof "+command, flag.ExitOnError)
}

// places are the folders and the program that commands share.
type places struct {
	repo string // of edo
	edo  string // the program
	work string // a folder, or nothing: a temporary one
}

// folders adds the flags of the folders.
func (p *places) folders(f *flag.FlagSet) {
	f.StringVar(&p.repo, "repo", "", "the repository of edo (default: the one that the current folder is in)")
	f.StringVar(&p.work, "work", "", "a folder to build in (default: a temporary one)")
}

// flags adds those of all places.
func (p *places) flags(f *flag.FlagSet) {
	p.folders(f)
	f.StringVar(&p.edo, "edo", "", "the program edo (default: built from the repository); none: do not lower")
}

// settle fills in what no flag has said. done removes what was made for it.
func (p *places) settle(ctx context.Context) (done func() error, err error) {
	if p.repo == "" {
		if p.repo, err = testbed.Repository(ctx); err != nil {
			return nil, err
		}
	}
	done = func() error { return nil }
	if p.work == "" {
		if p.work, err = os.MkdirTemp("", "edo-proof-"); err != nil {
			return nil, err
		}
		done = func() error { return os.RemoveAll(p.work) }
	}
	switch p.edo {
	case "none":
		p.edo = ""
	case "":
		p.edo = filepath.Join(p.work, "edo")
		if err := testbed.BuildEdo(ctx, p.repo, p.edo); err != nil {
			return nil, errors.Join(err, done())
		}
	}
	return done, nil
}

// bed reads the arguments of a command that builds programs, and makes the bed for them. done removes
// what was made for it.
func bed(ctx context.Context, f *flag.FlagSet, args []string) (bed *testbed.Bed, done func() error, err error) {
	var p places
	p.flags(f)
	f.Parse(args)
	if done, err = p.settle(ctx); err != nil {
		return nil, nil, err
	}
	if bed, err = testbed.New(p.work, p.repo, p.edo); err != nil {
		return nil, nil, errors.Join(err, done())
	}
	return bed, done, nil
}

// A selection says which random programs a command takes, and how often they run.
type selection struct {
	n, batch, runs int
	first          uint64
}

// flags adds those of the selection, which has the defaults.
func (s *selection) flags(f *flag.FlagSet) {
	f.IntVar(&s.n, "n", s.n, "how many programs")
	f.IntVar(&s.batch, "batch", s.batch, "how many programs are built together")
	f.IntVar(&s.runs, "runs", s.runs, "how often each runs, with other values")
	f.Uint64Var(&s.first, "seed", s.first, "the seed of the first")
}
