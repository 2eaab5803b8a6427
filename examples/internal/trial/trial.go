package trial

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// A Program is the main task of an example, or of a test around it.
type Program = func(task *edo.Task, out io.Writer) error

// Styles runs test for each of the styles that an example is written in.
func Styles[P any](t *testing.T, styles map[string]P, test func(t *testing.T, program P)) {
	for name, program := range styles {
		t.Run(name, func(t *testing.T) { test(t, program) })
	}
}

// Output keeps the text that a program has printed. Any number of tasks may write to it;
// the text of each call stays in one piece.
type Output struct {
	mu   sync.Mutex
	text strings.Builder // guarded by mu
}

// Write appends p.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// String returns all that was written.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Sorted returns the lines of output, sorted.
func Sorted(output string) []string {
	lines := strings.Split(strings.TrimSuffix(output, "\n"), "\n")
	slices.Sort(lines)
	return lines
}

// Quiet configures a runtime that logs no errors: the tests expect them, and check the
// result of Run.
var Quiet = edo.Config{OnError: func(error) {}}

// Simulate runs program under seed and returns its output, and the result of Run.
func Simulate(seed uint64, program Program) (string, error) {
	var out Output
	err := sim.Run(seed, func(task *edo.Task) error { return program(task, &out) },
		sim.WithConfig(sim.Config{Runtime: Quiet}))
	return out.String(), err
}

// Seeds runs program under each of so many seeds, twice, and requires that Run
// returns no error and that it prints the same bytes again. check returns what is wrong
// with an output. At least so many outputs must be different.
func Seeds(t *testing.T, seeds, different int, program Program, check func(output string) error) {
	t.Helper()
	outputs := map[string]bool{}
	sim.Explore(t, seeds, func(seed uint64) error {
		output, err := Simulate(seed, program)
		if err != nil {
			return err
		}
		again, err := Simulate(seed, program)
		if err != nil {
			return err
		}
		if again != output {
			return fmt.Errorf("it printed\n%s\nand then\n%s", output, again)
		}
		outputs[output] = true
		return check(output)
	})
	if len(outputs) < different && os.Getenv(sim.SeedVariable) == "" {
		t.Errorf("%d seeds gave %d different outputs, wanted at least %d", seeds, len(outputs), different)
	}
}

// Is returns a check for an output that must be want.
func Is(want string) func(output string) error {
	return func(output string) error {
		if output != want {
			return fmt.Errorf("it printed\n%s\nand should have printed\n%s", output, want)
		}
		return nil
	}
}

// Lines returns a check for an output of these lines, in any order.
func Lines(want ...string) func(output string) error {
	slices.Sort(want)
	return func(output string) error {
		if !slices.Equal(Sorted(output), want) {
			return fmt.Errorf("it printed\n%s\nand should have printed, in any order,\n%s", output, strings.Join(want, "\n"))
		}
		return nil
	}
}

// Threads runs program so many times on four workers, with real sockets and in real time.
func Threads(t *testing.T, rounds int, program Program, check func(output string) error) {
	t.Helper()
	config := Quiet
	config.Workers = 4
	for range rounds {
		var out Output
		err := edo.Run(func(task *edo.Task) error { return program(task, &out) }, edo.WithConfig(config))
		if err == nil {
			err = check(out.String())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
