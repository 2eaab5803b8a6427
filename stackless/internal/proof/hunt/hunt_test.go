package hunt

import (
	"context"
	"fmt"
	"maps"
	"slices"
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

// TestAMessageOfTheCompilerNamesTheProgramOfItsLine has messages about the first and the last line of each
// program of a file, and about lines of no program.
func TestAMessageOfTheCompilerNamesTheProgramOfItsLine(t *testing.T) {
	var programs []random.Program
	for seed := range uint64(20) {
		programs = append(programs, random.Generate(seed, "p0"))
	}
	text, lines := random.File("p0", programs...)
	at := places{"p0": {programs, lines}}
	file := strings.Split(text, "\n")
	for i, p := range programs {
		last := slices.Index(file, "func init() {")
		if i+1 < len(lines) {
			last = lines[i+1] - 1
		}
		if body := strings.Join(file[lines[i]-1:last], "\n"); !strings.Contains(body, "func "+p.Name+"(task") {
			t.Errorf("lines %d to %d are not %s:\n%s", lines[i], last, p.Name, body)
		}
		for _, line := range []int{lines[i], last} {
			said := fmt.Sprintf("# proof.test/seeds0/p0\nseeds0/p0/programs.go:%d:5: undefined: x\n", line)
			if found := slices.Collect(maps.Keys(at.named(said))); !slices.Equal(found, []string{p.Name}) {
				t.Errorf("line %d names %v, not %s", line, found, p.Name)
			}
		}
	}
	for _, said := range []string{"p0/programs.go:1:1: x", "p1/programs.go:30:1: x", "p0/other.go:30:1: x", "no line"} {
		if found := at.named(said); len(found) > 0 {
			t.Errorf("%q names %v", said, found)
		}
	}
}
