package mutant

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/edo-go/edo/stackless/internal/proof/hunt"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// seeds is how many random programs look for a fault that the programs by hand have missed.
const seeds = 200

// runs is how often each of them runs.
const runs = 32

// quick are flags with which the compiler that has a fault is built in half the time.
var quick = []string{"-ldflags=-s -w", "-gcflags=github.com/edo-go/edo/stackless/...=-N -l -dwarf=false"}

// position is a line of the Go compiler.
var position = regexp.MustCompile(`(?m)^.*\.go:\d+.*$`)

// A Proof looks for faults, one after the other.
type Proof struct {
	Bed    *testbed.Bed // lowers with the program Edo
	Copied string       // a copy of the repository, which faults are put into
	Edo    string       // is built of the copy

	forms, seeds *hunt.Reference // nil: not known yet
}

// Run puts a fault into the copy, and returns how it was caught; nothing if it was not. The programs by
// hand come first: they are few. The copy is as before afterwards.
func (p *Proof) Run(ctx context.Context, f Fault) (caught string, err error) {
	undo, err := f.Patch.Apply(p.Copied)
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, undo()) }()
	if err := testbed.BuildEdo(ctx, p.Copied, p.Edo, quick...); err != nil {
		return "", fmt.Errorf("%s: %w", f.Name, err)
	}
	if p.forms == nil {
		if p.forms, err = hunt.FormsReference(ctx, p.Bed); err != nil {
			return "", err
		}
	}
	if caught, err := findIn(ctx, p.forms); caught != "" || err != nil {
		return caught, err
	}
	if p.seeds == nil {
		if p.seeds, err = hunt.SeedsReference(ctx, p.Bed, 0, seeds, runs); err != nil {
			return "", err
		}
	}
	return findIn(ctx, p.seeds)
}

// findIn returns what tells the lowered programs from the reference.
func findIn(ctx context.Context, r *hunt.Reference) (caught string, err error) {
	differences, err := r.Compare(ctx)
	var failed *testbed.CompileError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.As(err, &failed):
		return "does not build: " + position.FindString(failed.Said), nil
	case err != nil:
		return "", err
	case len(differences) > 0:
		return fmt.Sprintf("%s and %d more", differences[0], len(differences)-1), nil
	}
	return "", nil
}
