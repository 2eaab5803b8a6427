package main

import (
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

var hello = trial.Is("Got `hello from spawned task`\n")

func TestTheValueArrivesUnderEverySeed(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		trial.Seeds(t, 1000, 1, program, hello)
	})
}

func TestTheValueArrivesOnSeveralWorkers(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		trial.Threads(t, 100, program, hello)
	})
}

func TestTheProgramEndsByItself(t *testing.T) { trial.Ends(t, hello) }
