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

// position is a line of the Go compiler.
var position = regexp.MustCompile(`(?m)^.*\.go:\d+.*$`)

// Run puts a fault into a copy of the repository, and returns how it was caught; nothing if it
// was not. The copy is as before afterwards. The bed lowers with the program at edo, which Run
// builds.
func Run(ctx context.Context, bed *testbed.Bed, copied, edo string, f Fault) (caught string, err error) {
	undo, err := f.Patch.Apply(copied)
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, undo()) }()
	if err := testbed.BuildEdo(ctx, copied, edo); err != nil {
		return "", fmt.Errorf("%s: %w", f.Name, err)
	}
	differences, _, err := hunt.Forms(ctx, bed, testbed.Coroutine, testbed.Lowered)
	var failed *testbed.CompileError
	switch {
	case errors.As(err, &failed) && failed.Build == testbed.Lowered:
		return "does not build: " + position.FindString(failed.Said), nil
	case err != nil:
		return "", err
	case len(differences) > 0:
		return fmt.Sprintf("%s and %d more", differences[0], len(differences)-1), nil
	}
	found, _, err := hunt.Seeds(ctx, bed, 0, seeds, runs)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].String(), nil
}
