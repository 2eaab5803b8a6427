package main

import (
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
)

var programs = map[string]trial.Program{
	"direct": direct,
	"combinators": func(task *edo.Task, out io.Writer) error {
		_, err := edo.Await(task, combinators(out))
		return err
	},
}

// sorted are the lines of the program, in one of the orders that they may come in.
var sorted = []string{
	"Hello from task 0", "Hello from task 1", "Hello from task 2", "Hello from task 3",
}

func TestEachTaskSaysHelloOnceInAnyOrderThatTheSeedDecides(t *testing.T) {
	trial.Styles(t, programs, func(t *testing.T, program trial.Program) {
		outputs := trial.Seeds(t, 1000, program)
		for output := range outputs {
			if !slices.Equal(trial.Sorted(output), sorted) {
				t.Errorf("printed:\n%s", output)
			}
		}
		if len(outputs) != 24 {
			t.Errorf("%d of the 24 orders were seen: %q", len(outputs), slices.Collect(maps.Keys(outputs)))
		}
	})
}

func TestRunWaitsForAllTasksOnSeveralWorkers(t *testing.T) {
	for name, run := range styles {
		t.Run(name, func(t *testing.T) {
			for range 100 {
				var out trial.Output
				if err := run(&out); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(trial.Sorted(out.String()), sorted) {
					t.Fatalf("printed:\n%s", out.String())
				}
			}
		})
	}
}
