// Package trial runs the examples for their tests: on the simulated driver, where a
// seed decides everything, and on several workers, where nothing but the program
// itself does.
package trial

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

// A Program is the main task of an example.
type Program = func(task *edo.Task, out io.Writer) error

// Output is what a program has printed. Any number of tasks may write to it, each
// call in one piece.
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

// Sorted returns the lines of output, sorted: what was printed, without the order.
func Sorted(output string) []string {
	lines := strings.Split(strings.TrimSuffix(output, "\n"), "\n")
	slices.Sort(lines)
	return lines
}

// Simulate runs program under seed and returns what it has printed, and what Run
// returned.
func Simulate(seed uint64, program Program) (string, error) {
	var out Output
	err := sim.Run(seed, func(task *edo.Task) error { return program(task, &out) },
		sim.WithConfig(sim.Config{Runtime: quiet}))
	return out.String(), err
}

// quiet keeps errors out of the log that a test expects. Run returns them.
var quiet = edo.Config{OnError: func(error) {}}

// Seeds runs program under that many seeds, each of them twice. It requires that
// Run returns no error and that a seed prints the same bytes again, and returns how
// many seeds have printed what.
func Seeds(t testing.TB, seeds int, program Program) map[string]int {
	t.Helper()
	outputs := map[string]int{}
	sim.Explore(t, seeds, func(seed uint64) error {
		first, err := Simulate(seed, program)
		if err != nil {
			return err
		}
		again, err := Simulate(seed, program)
		if err == nil && again != first {
			err = fmt.Errorf("it printed this:\n%s\nand then this:\n%s", first, again)
		}
		outputs[first]++
		return err
	})
	return outputs
}

// Threaded runs program on several workers with the sockets of the system.
func Threaded(program Program) (string, error) {
	var out Output
	config := quiet
	config.Workers = 4
	err := edo.Run(func(task *edo.Task) error { return program(task, &out) }, edo.WithConfig(config))
	return out.String(), err
}

// Styles runs test once for each style that an example is written in.
func Styles[P any](t *testing.T, styles map[string]P, test func(t *testing.T, program P)) {
	for name, program := range styles {
		t.Run(name, func(t *testing.T) { test(t, program) })
	}
}
