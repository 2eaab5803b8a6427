package trial

import (
	"cmp"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/sim"
)

const (
	seedsVariable = "EDO_SEEDS" // how many seeds a test tries
	faultVariable = "EDO_FAULT" // the fault of a program that was built with faults
	noFault       = "none"
	fromVariable  = "EDO_FAULT_FROM" // the first seed that such a program tries
)

// SeedCount returns how many seeds a test tries: what EDO_SEEDS says, or else usual, of which a quarter
// is enough with the race detector, or the tag invariants.
func SeedCount(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv(seedsVariable)
	if text == "" {
		if invariant.Enabled {
			return max(usual/4, 1)
		}
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q: it must be how many seeds to try", seedsVariable, text)
	}
	return n
}

// Explore is [sim.Explore] with a [SeedCount]. In a program that has a fault the first failure is the
// last run: it is not made short.
func Explore(t *testing.T, usual int, fn func(seed uint64) error) {
	t.Helper()
	seeds := SeedCount(t, usual)
	if fault := os.Getenv(faultVariable); fault == "" || fault == noFault {
		sim.Explore(t, seeds, fn)
		return
	}
	from, err := strconv.ParseUint(os.Getenv(fromVariable), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for seed := from; seed < from+uint64(seeds); seed++ {
		if err := fn(seed); err != nil {
			t.Fatalf("sim: seed %d fails: %v", seed, err)
		}
	}
}

// A Fault is a mistake in the source of an example. Old is text that File, in or near the folder of
// the test, has exactly once. New has FAULT where it needs to know whether it is to be wrong. Test is
// the test that finds it, if that is another one than for the other faults. The seeds begin with From:
// one near the first that finds it makes the test short, and any other one does no harm.
type Fault struct {
	Name, File, Old, New, Test string
	From                       int
}

// Faults requires that a test, which uses [Explore], finds each fault within so
// many seeds. It builds the test once, with all faults, and runs it with one at a time. Without any
// the test must pass.
func Faults(t *testing.T, test string, seeds int, faults []Fault) {
	t.Helper()
	if os.Getenv(faultVariable) != "" || testing.Short() {
		t.Skip("it builds the package again")
	}
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not on PATH, so nothing can be built")
	}
	faulty := filepath.Join(t.TempDir(), "faulty.test")
	build := exec.CommandContext(t.Context(), command, "test", "-c", "-vet=off", "-overlay", overlay(t, faults), "-o", faulty, ".")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	run := func(test, fault string, from, seeds int) (string, error) {
		cmd := exec.CommandContext(t.Context(), faulty, "-test.run", "^"+test+"$", "-test.timeout", "5m")
		cmd.Env = append(os.Environ(), faultVariable+"="+fault, fromVariable+"="+strconv.Itoa(from), seedsVariable+"="+strconv.Itoa(seeds), sim.SeedVariable+"=")
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	if output, err := run(test, noFault, 0, 20); err != nil {
		t.Fatalf("without a fault: %v\n%s", err, output)
	}
	for _, f := range faults {
		t.Run(f.Name, func(t *testing.T) {
			output, err := run(cmp.Or(f.Test, test), f.Name, f.From, seeds)
			_, found, isFound := strings.Cut(output, "sim: seed ")
			if err == nil || !isFound {
				t.Fatalf("%d seeds do not find it: %v\n%s", seeds, err, output)
			}
			found, _, _ = strings.Cut(found, "\n")
			t.Log("seed", found)
		})
	}
}

// overlay writes the files with the faults in them, and returns the file that tells the go command of
// them.
func overlay(t *testing.T, faults []Fault) string {
	t.Helper()
	dir := t.TempDir()
	texts := map[string]string{}
	for _, f := range faults {
		path, err := filepath.Abs(f.File)
		if err != nil {
			t.Fatal(err)
		}
		if _, isThere := texts[path]; !isThere {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(source)
			beside := filepath.Join(filepath.Dir(path), "planted_fault.go")
			texts[beside] = fmt.Sprintf(switchSource, packageOf(t, path), faultVariable)
		}
		if n := strings.Count(texts[path], f.Old); n != 1 {
			t.Fatalf("fault %q: %s has %q %d times", f.Name, f.File, f.Old, n)
		}
		texts[path] = strings.Replace(texts[path], f.Old, strings.ReplaceAll(f.New, "FAULT", fmt.Sprintf("isFault(%q)", f.Name)), 1)
	}
	replace := map[string]string{}
	for path, text := range texts {
		file := filepath.Join(dir, fmt.Sprint(len(replace), ".go"))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = file
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const switchSource = `package %s

import "os"

var fault = os.Getenv(%q)

func isFault(name string) bool { return fault == name }
`

func packageOf(t *testing.T, path string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	return file.Name.Name
}
