package hunt

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/command"
)

// fakeVariable makes the test binary be a process that hunts, in place of a test that explores:
// the files are those that sim.Explore writes.
const fakeVariable = "EDO_HUNT_FAKE"

func TestMain(m *testing.M) {
	if mode := os.Getenv(fakeVariable); mode != "" {
		os.Exit(fake(mode))
	}
	os.Exit(m.Run())
}

// fake is a process that hunts.
func fake(mode string) int {
	dir := os.Getenv("EDO_HUNT")
	var first, step int
	if _, err := fmt.Sscanf(os.Getenv("EDO_HUNT_SEEDS"), "%d,%d", &first, &step); err != nil {
		fmt.Println(err)
		return 1
	}
	if _, err := time.ParseDuration(os.Getenv("EDO_HUNT_FOR")); err != nil {
		fmt.Println(err)
		return 1
	}
	if os.Getenv("EDO_SEED")+os.Getenv("EDO_SCHEDULE") != "" {
		fmt.Println("this is a replay")
		return 1
	}
	write := func(name string, v any) {
		text, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o666)
		}
		if err != nil {
			panic(err)
		}
	}
	if mode == "nothing" {
		return 0
	}
	if mode == "breaks" && first == 1 {
		fmt.Println("the test is broken")
		return 3
	}
	if mode == "hangs" {
		write(fmt.Sprintf("progress.%d.json", first), progress{Test: "TestX", Seed: uint64(40 + first), Runs: 9})
		<-time.After(time.Minute) // it is ended before
		return 0
	}
	write(fmt.Sprintf("progress.%d.json", first), progress{Runs: 1000 + first, Pairs: 10 * (first + 1), Failures: 2})
	if mode == "finds" {
		write("aaaa.json", failure{Test: "TestX/a", Seed: uint64(first), Schedule: "3.1", Error: "lost 1 message\nmore", Switches: 5 - first})
		if first == 0 {
			write("bbbb.json", failure{Test: "TestX/a", Seed: 9, Error: "stuck", Differs: "a map"})
		}
	}
	return 0
}

// newFleet returns a fleet of three fakes.
func newFleet(t *testing.T, out *strings.Builder) *fleet {
	return &fleet{processes: 3, dir: t.TempDir(), time: time.Second, grace: time.Minute, out: out}
}

// fakes returns the command of a fake.
func fakes(mode string) func(ctx context.Context, i int) *exec.Cmd {
	return func(ctx context.Context, i int) *exec.Cmd {
		c := exec.CommandContext(ctx, os.Args[0])
		c.Env = append(os.Environ(), fakeVariable+"="+mode)
		return c
	}
}

func TestTheSmallestFailureOfEachKindIsKeptWhereTheTestReplaysIt(t *testing.T) {
	t.Setenv("EDO_SEED", "7") // of the shell from which edo hunt is called
	var out strings.Builder
	f := newFleet(t, &out)
	if err := f.run(t.Context(), fakes("finds")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "s: 3,003 schedules, ") || !strings.Contains(out.String(), "; 30 pairs of steps; 6 failures of 2 kinds\n") {
		t.Errorf("printed %q", out.String())
	}
	failures, err := f.failures()
	if err != nil || len(failures) != 2 {
		t.Fatal(failures, err)
	}
	out.Reset()
	folder := t.TempDir()
	if err := keep(&out, folder, "./prey", failures); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(folder, "testdata", "sim", "TestX_a", "aaaa.json")
	got, err := readFailure(kept)
	if err != nil || got.Switches != 3 || got.Seed != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, want := range []string{
		"\nTestX/a: lost 1 message\n  kept in ",
		"  replay: EDO_SEED=2 EDO_SCHEDULE=3.1 go test -run '^TestX$/^a$' ./prey\n",
		"  replay: EDO_SEED=9 go test -run '^TestX$/^a$' ./prey\n  it is not a function of its seed: a map\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	// A larger one does not replace it.
	if err := keep(&out, folder, ".", []*failure{{Test: "TestX/a", Switches: 4, name: "aaaa.json", text: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	if again, err := readFailure(kept); err != nil || again.Switches != 3 {
		t.Errorf("%+v, %v", again, err)
	}
}

// The pattern names another test too, which fails and does not hunt.
func TestAHuntKeepsWhatItHasFoundWhenAnotherTestFails(t *testing.T) {
	var out strings.Builder
	h := hunter{pkg: "./testdata/prey", pattern: "^TestPrey", time: 200 * time.Millisecond, grace: time.Minute, processes: 1, out: &out, keepIn: t.TempDir()}
	found, err := h.hunt(t.Context())
	if err == nil || !strings.Contains(err.Error(), "TestPreyInAllOrders") || found == 0 {
		t.Fatalf("%d found, %v\n%s", found, err, out.String())
	}
	if files, err := filepath.Glob(filepath.Join(h.keepIn, "testdata", "sim", "TestPrey", "*.json")); err != nil || len(files) != found {
		t.Error(files, err)
	}
}

// TestAHuntFindsABugAndKeepsItsSchedule builds a real test and runs it.
func TestAHuntFindsABugAndKeepsItsSchedule(t *testing.T) {
	var out strings.Builder
	h := hunter{pkg: "./testdata/prey", pattern: "^TestPrey$", time: 200 * time.Millisecond, grace: time.Minute, processes: 2, out: &out, keepIn: t.TempDir()}
	found, err := h.hunt(t.Context())
	if err != nil || found == 0 {
		t.Fatalf("%d found, %v\n%s", found, err, out.String())
	}
	files, err := filepath.Glob(filepath.Join(h.keepIn, "testdata", "sim", "TestPrey", "*.json"))
	if err != nil || len(files) != found {
		t.Fatal(files, err)
	}
	for _, file := range files {
		f, err := readFailure(file)
		if err == nil && f.Schedule != "" && f.Switches > 0 && strings.HasSuffix(f.Error, "the second message came first") {
			return
		}
	}
	t.Errorf("the bug is not among %q", files)
}

func TestAProcessThatFailsIsAnErrorWithWhatItSaid(t *testing.T) {
	var out strings.Builder
	err := newFleet(t, &out).run(t.Context(), fakes("breaks"))
	if err == nil || !strings.Contains(err.Error(), "process 1: exit status 3\nthe test is broken") {
		t.Fatal(err)
	}
}

func TestARunThatDoesNotEndIsAnErrorWithItsSeed(t *testing.T) {
	var out strings.Builder
	f := newFleet(t, &out)
	f.time, f.grace = time.Millisecond, time.Millisecond
	if err := os.MkdirAll(f.folder(1), 0o777); err != nil {
		t.Fatal(err)
	}
	text := `{"test": "TestX", "seed": 41, "runs": 9}` // as the process writes it, perhaps too late
	if err := os.WriteFile(filepath.Join(f.folder(1), "progress.1.json"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	err := f.run(t.Context(), func(ctx context.Context, i int) *exec.Cmd {
		mode := "finds"
		if i == 1 {
			mode = "hangs"
		}
		return fakes(mode)(ctx, i)
	})
	if err == nil || !strings.Contains(err.Error(), "process 1 did not end: its last run was that of TestX under EDO_SEED=41") {
		t.Fatal(err)
	}
}

// An interrupt ends the processes: what they have found is kept, and is no error of theirs.
func TestAnInterruptedHuntKeepsWhatItHasFound(t *testing.T) {
	var out strings.Builder
	f := newFleet(t, &out)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if _, ok := f.of(1); ok {
				cancel()
				return
			}
			runtime.Gosched()
		}
	}()
	if err := f.run(ctx, fakes("hangs")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), " schedules, ") {
		t.Errorf("printed %q", out.String())
	}
}

func TestATestThatExploresNothingIsAnError(t *testing.T) {
	var out strings.Builder
	err := newFleet(t, &out).run(t.Context(), fakes("nothing"))
	if err == nil || !strings.Contains(err.Error(), "no test of this name calls sim.Explore") {
		t.Fatal(err)
	}
}

func TestWrongArgumentsAreMisuse(t *testing.T) {
	for _, args := range [][]string{{}, {"./x"}, {"./x", "-run", "T", "-processes", "0"}, {"./x", "-run", "T", "./y"}, {"-for", "0s", "-run", "T"}} {
		var out, errs strings.Builder
		if status := Run(args, &out, &errs); status != command.Misuse || out.Len() > 0 || errs.Len() == 0 {
			t.Errorf("%q: status %d, %q", args, status, errs.String())
		}
	}
}

func TestAPackageWithoutTestsIsAnError(t *testing.T) {
	var out, errs strings.Builder
	status := Run([]string{"-run", "T", "github.com/edo-go/edo/cmd/edo/internal/command/nothing"}, &out, &errs)
	if status != command.Failed || !strings.Contains(errs.String(), "edo hunt: go list ") {
		t.Errorf("status %d, %q", status, errs.String())
	}
}

func TestAPackageThatCannotBeHuntedIsAnErrorThatSaysWhy(t *testing.T) {
	for pkg, want := range map[string]string{
		"./testdata/broken": "broken_test.go:5:26: undefined: missing",
		"../...":            "../... is several packages: name one",
		"./none":            "go list -f {{.Dir}} ./none: ",
	} {
		var out, errs strings.Builder
		status := Run([]string{pkg, "-run", "TestX", "-for", "1s"}, &out, &errs)
		if status != command.Failed || !strings.Contains(errs.String(), want) || out.Len() != 0 {
			t.Errorf("%s: status %d, %q, %q", pkg, status, errs.String(), out.String())
		}
	}
}

func TestNumbersHaveACommaForEachThousand(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
