package main

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

// want is the one output: one sender's messages arrive in the order in which it
// sent them.
func want() (text string) {
	for i := range 10 {
		text += fmt.Sprintf("Got `Message %d from spawned task`\n", i)
	}
	return text
}

func TestMessagesArriveInOrderUnderEverySeed(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		outputs := trial.Seeds(t, 1000, program)
		if outputs[want()] != 1000 {
			t.Errorf("printed: %v", outputs)
		}
	})
}

func TestMessagesArriveInOrderOnSeveralWorkers(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		for range 100 {
			if out, err := trial.Threaded(program); out != want() || err != nil {
				t.Fatalf("printed %q, %v", out, err)
			}
		}
	})
}
