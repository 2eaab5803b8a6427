package hunt

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/stackless/internal/proof/random"
	"github.com/edo-go/edo/stackless/internal/proof/testbed"
	"github.com/edo-go/edo/stackless/internal/proof/testbed/bedtest"
)

// TestProgramsDoTheSameInEveryBuild compares the programs by hand, and the first random ones. The
// command proof compares more of them.
func TestProgramsDoTheSameInEveryBuild(t *testing.T) {
	bed := bedtest.New(t)
	different, runs, err := Forms(t.Context(), bed, bed.Builds()...)
	if err != nil {
		t.Fatal(err)
	}
	if runs < formRuns*150 {
		t.Errorf("%d runs of programs by hand", runs)
	}
	for _, d := range different {
		t.Error(d)
	}
	found, runs, err := Seeds(t.Context(), bed, 0, 100, 16)
	if err != nil {
		t.Fatal(err)
	}
	if runs != 100*16 {
		t.Errorf("%d runs of 100 random programs", runs)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// faulty is a program that does something else with coroutines than plainly: it reports the
// length of its task's name, which is empty in the plain build of the test.
const faulty = `package p0

import (
	"github.com/edo-go/edo"
	"proof.test/trace"
)

func helper(t *trace.T, n int) int {
	return t.Int(1, n+1)
}

func F(task *edo.Task, t *trace.T) error {
	a := helper(t, 1)
	if a > 1 {
		t.At(2, a)
	}
	t.At(3, len(task.Name()))
	return nil
}

func init() { trace.Add("F", false, F) }
`

// TestADifferenceIsFoundAndReduced has a program in which two builds differ, and statements that
// have no part in it.
func TestADifferenceIsFoundAndReduced(t *testing.T) {
	folder := bedtest.Folder(t)
	repo, err := testbed.Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bed, err := testbed.New(folder, repo, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := bed.Write("plain/edo/name.go", "package edo\n\n// Name is empty.\nfunc (t *Task) Name() string { return \"\" }\n"); err != nil {
		t.Fatal(err)
	}
	bed.Gcflags = testbed.Fast
	if err := bed.Packages("one", map[string]map[string]string{"p0": {"f.go": faulty}}); err != nil {
		t.Fatal(err)
	}
	found, runs, err := bed.Compare(t.Context(), "one", 1, bed.Builds()...)
	if err != nil || runs != 1 || len(found) != 1 {
		t.Fatal(found, runs, err)
	}
	imports, err := bed.Importer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	small, err := Reduce(ctx, bed, imports, Finding{Program: random.Program{Name: "F", Source: faulty}, Difference: found[0]})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(small, "task.Name()") || strings.Contains(small, "helper") {
		t.Errorf("reduced to\n%s", small)
	}
}
