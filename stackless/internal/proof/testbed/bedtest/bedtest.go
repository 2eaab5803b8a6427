// Package bedtest makes beds for tests.
package bedtest

import (
	"path/filepath"
	"testing"

	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// New returns a bed with the program edo of this repository. A test that builds programs takes a
// minute or so: in short mode it is skipped.
func New(t testing.TB) *testbed.Bed {
	t.Helper()
	repo, edo := Edo(t)
	bed, err := testbed.New(t.TempDir(), repo, edo)
	if err != nil {
		t.Fatal(err)
	}
	return bed
}

// Edo builds the program edo, and returns the repository as well.
func Edo(t testing.TB) (repo, program string) {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds programs")
	}
	repo, err := testbed.Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(t.TempDir(), "edo")
	if err := testbed.BuildEdo(t.Context(), repo, program); err != nil {
		t.Fatal(err)
	}
	return repo, program
}
