package main

import (
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

const want = "Got `hello from spawned task`\n"

func TestTheValueArrivesUnderEverySeed(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		outputs := trial.Seeds(t, 1000, program)
		if outputs[want] != 1000 {
			t.Errorf("printed: %v", outputs)
		}
	})
}

func TestTheValueArrivesOnSeveralWorkers(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		for range 100 {
			if out, err := trial.Threaded(program); out != want || err != nil {
				t.Fatalf("printed %q, %v", out, err)
			}
		}
	})
}
