package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/mutant"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// mutantsCommand puts faults into the compiler, and sees that each is caught.
func mutantsCommand(ctx context.Context, args []string) (err error) {
	flags := newFlags("mutants")
	p := places{edo: "none"}
	p.folders(flags)
	only := flags.String("only", "", "run the faults whose names match this regular expression")
	skip := flags.Int("skip", 0, "leave out so many of the first")
	flags.Parse(args)
	matches, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
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
	bed.Gcflags = testbed.Fast             // a fault shows without optimisations as well
	bed.Limit, bed.Ends = 5*time.Second, 1 // the first run that shows it is enough
	proof := &mutant.Proof{Bed: bed, Copied: copied, Edo: edo}
	missed, run := 0, 0
	for i, f := range mutant.Faults {
		if i < *skip || !matches.MatchString(f.Name) {
			continue
		}
		run++
		caught, err := proof.Run(ctx, f)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil: // the others are of use all the same
			missed++
			caught = err.Error()
		}
		if caught == "" {
			missed++
			caught = "MISSED"
		}
		fmt.Printf("%d %s: %s\n", i, f.Name, caught)
	}
	fmt.Printf("%d faults, %d missed\n", run, missed)
	if missed > 0 {
		return fmt.Errorf("%d faults were missed", missed)
	}
	return nil
}
