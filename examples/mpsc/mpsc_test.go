package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/stream"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

// inOrder checks for the only output: the messages of a sender arrive in its order.
func inOrder(output string) error {
	var want strings.Builder
	for i := range 10 {
		fmt.Fprintf(&want, "Got `Message %d from spawned task`\n", i)
	}
	return trial.Is(want.String())(output)
}

func TestMessagesArriveInOrderUnderEverySeed(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		trial.Seeds(t, 1000, 1, program, inOrder)
	})
}

func TestMessagesArriveInOrderOnSeveralWorkers(t *testing.T) {
	trial.Styles(t, styles, func(t *testing.T, program trial.Program) {
		trial.Threads(t, 100, program, inOrder)
	})
}

func TestTheProgramEndsByItself(t *testing.T) { trial.Ends(t, inOrder) }

// In this variant main forgets a second sender, which stays open: the stream cannot
// end, and neither can the program.
func TestAForgottenSenderIsDiagnosedAndDoesNotHang(t *testing.T) {
	tx, rx := mpsc.New[string](1024)
	forgotten := tx.Clone()
	_, err := trial.Simulate(0, func(task *edo.Task, out io.Writer) error {
		tx.Close()
		_, err := edo.Spawn(task, stream.Collect(rx), edo.Name("the one that waits")).Await(task)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "nothing can happen any more") ||
		!strings.Contains(err.Error(), "the one that waits") {
		t.Errorf("got %v", err)
	}
	forgotten.Close()
}
