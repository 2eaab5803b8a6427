package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/edo-go/edo/stackless/internal/proof/mutant"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// mutantsCommand puts faults into the compiler, and sees that each is caught.
func mutantsCommand(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("proof mutants", flag.ExitOnError)
	p := places{edo: "none"}
	flags.StringVar(&p.repo, "repo", "", "the repository of edo (default: the one that the current folder is in)")
	flags.StringVar(&p.work, "work", "", "a folder to build in (default: a temporary one)")
	only := flags.String("only", "", "run the faults whose names have this in them")
	flags.Parse(args)
	done, err := p.settle(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	copied, edo := filepath.Join(p.work, "mutant"), filepath.Join(p.work, "mutant-edo")
	if err := testbed.Copy(p.repo, copied); err != nil {
		return err
	}
	bed, err := testbed.New(filepath.Join(p.work, "bed"), copied, edo)
	if err != nil {
		return err
	}
	bed.Gcflags = "-N -l" // a fault shows without optimisations as well
	missed := 0
	for _, f := range mutant.Faults {
		if !strings.Contains(f.Name, *only) {
			continue
		}
		caught, err := mutant.Run(ctx, bed, copied, edo, f)
		if err != nil {
			return err
		}
		if caught == "" {
			missed++
			caught = "MISSED"
		}
		fmt.Printf("%s: %s\n", f.Name, caught)
	}
	if missed > 0 {
		return fmt.Errorf("%d faults were missed", missed)
	}
	return nil
}
