// Package bedtest makes beds for tests.
package bedtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/edo-go/edo/stackless/internal/proof/testbed"
)

// New returns a bed with the program edo of this repository. Tests that build programs take
// minutes: they run when EDO_PROOF is set.
func New(t testing.TB) *testbed.Bed {
	t.Helper()
	repo, edo := Edo(t)
	bed, err := testbed.New(Folder(t), repo, edo)
	if err != nil {
		t.Fatal(err)
	}
	return bed
}

// Edo builds the program edo, and returns the repository as well.
func Edo(t testing.TB) (repo, program string) {
	t.Helper()
	Folder(t)
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

// Folder returns a folder for a bed: a temporary one, or the one that EDO_PROOF_BED names, in which
// much is built already.
func Folder(t testing.TB) string {
	t.Helper()
	if os.Getenv("EDO_PROOF") == "" {
		t.Skip("it builds programs for minutes: set EDO_PROOF=1, or run the command ./stackless/internal/proof/cmd/proof")
	}
	if folder := os.Getenv("EDO_PROOF_BED"); folder != "" {
		return folder
	}
	return t.TempDir()
}
