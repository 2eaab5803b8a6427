package hunt

import (
	"context"
	"errors"

	"github.com/edo-go/edo/stackless/internal/proof/forms"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// formRuns is how often each runs: to its end, and cancelled early and late; and again with values
// that are changed.
const formRuns = 8

// Forms compares builds of the programs of package forms. runs is how many runs of programs
// were compared.
func Forms(ctx context.Context, bed *testbed.Bed, builds ...testbed.Build) (found []testbed.Difference, runs int, err error) {
	sources, err := forms.Sources()
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, bed.Remove("forms")) }()
	if err := bed.Packages("forms", map[string]map[string]string{"forms": sources}); err != nil {
		return nil, 0, err
	}
	return bed.Compare(ctx, "forms", formRuns, builds...)
}
