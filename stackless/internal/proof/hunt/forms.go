package hunt

import (
	"context"
	"errors"
	"fmt"

	"github.com/edo-go/edo/stackless/internal/proof/forms"
	"github.com/edo-go/edo/stackless/internal/proof/random"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// formRuns is how often each runs: to its end, and cancelled early and late; and again with values
// that are changed.
const formRuns = 8

// Forms compares builds of the programs of package forms. runs is how many runs of programs
// were compared.
func Forms(ctx context.Context, bed *testbed.Bed, builds ...testbed.Build) (found []testbed.Difference, runs int, err error) {
	defer func() { err = errors.Join(err, bed.Remove("forms")) }()
	if err := writeForms(bed, "forms"); err != nil {
		return nil, 0, err
	}
	return bed.Compare(ctx, "forms", formRuns, builds...)
}

func writeForms(bed *testbed.Bed, name string) error {
	sources, err := forms.Sources()
	if err != nil {
		return err
	}
	return bed.Packages(name, map[string]map[string]string{"forms": sources})
}

// A Reference is what programs do with coroutines. One compiler after the other is compared with it.
type Reference struct {
	bed     *testbed.Bed
	name    string // of the command
	runs    int
	results testbed.Results
}

// FormsReference is the Reference of the programs of package forms.
func FormsReference(ctx context.Context, bed *testbed.Bed) (*Reference, error) {
	r := &Reference{bed: bed, name: "forms", runs: formRuns}
	if err := writeForms(bed, r.name); err != nil {
		return nil, err
	}
	return r, r.run(ctx)
}

// SeedsReference is the Reference of n random programs, from the seed first on, in so many runs.
func SeedsReference(ctx context.Context, bed *testbed.Bed, first uint64, n, runs int) (*Reference, error) {
	r := &Reference{bed: bed, name: fmt.Sprint("reference", first), runs: runs}
	var programs []random.Program
	for i := range n {
		programs = append(programs, random.Generate(first+uint64(i), "p"))
	}
	if _, err := write(bed, r.name, programs); err != nil {
		return nil, err
	}
	return r, r.run(ctx)
}

func (r *Reference) run(ctx context.Context) (err error) {
	r.results, err = r.bed.Results(ctx, r.name, testbed.Coroutine, r.runs)
	return err
}

// Compare lowers the programs, and returns what they do otherwise.
func (r *Reference) Compare(ctx context.Context) ([]testbed.Difference, error) {
	lowered, err := r.bed.Results(ctx, r.name, testbed.Lowered, r.runs)
	if err != nil {
		return nil, err
	}
	found, _ := testbed.Differences([]testbed.Build{testbed.Coroutine, testbed.Lowered}, []testbed.Results{r.results, lowered})
	return found, nil
}
