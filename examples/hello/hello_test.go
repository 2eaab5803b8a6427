package main

import (
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

var programs = map[string]trial.Program{
	"direct": direct,
	"combinators": func(task *edo.Task, out io.Writer) error {
		_, err := edo.Await(task, combinators(out))
		return err
	},
}

var allFour = trial.Lines("Hello from task 0", "Hello from task 1", "Hello from task 2", "Hello from task 3")

func TestTheSeedDecidesTheOrderAndEveryOrderHappens(t *testing.T) {
	trial.Styles(t, programs, func(t *testing.T, program trial.Program) {
		trial.Seeds(t, 1000, 4*3*2*1, program, allFour)
	})
}

func TestRunWaitsForAllFourTasksOnSeveralWorkers(t *testing.T) {
	trial.Styles(t, programs, func(t *testing.T, program trial.Program) {
		trial.Threads(t, 100, program, allFour)
	})
}

func TestTheProgramEndsByItself(t *testing.T) { trial.Ends(t, allFour) }
