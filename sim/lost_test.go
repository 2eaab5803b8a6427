package sim_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/lost"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
)

// waitForForgotten waits for a sender that it has forgotten. The collector closes that.
func waitForForgotten(task *edo.Task) error {
	rx := receiverOfForgotten()
	if _, err := rx.Recv(task); !errors.Is(err, edo.ErrClosed) {
		return err
	}
	return nil
}

//go:noinline
func receiverOfForgotten() *mpsc.Receiver[int] {
	_, rx := mpsc.New[int](1)
	return rx
}

// forgot fails the test unless err says that a sender was forgotten.
func forgot(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*lost.Forgotten](err); !ok {
		t.Errorf("the error is %v, and a sender was forgotten", err)
	}
}

func TestWhatASimulationForgetsIsNoErrorOfAnotherOneThatRuns(t *testing.T) {
	a, b := sim.New(sim.Config{Seed: 1}), sim.New(sim.Config{Seed: 2})
	a.Start(waitForForgotten)
	a.RunUntilIdle()
	b.Start(waitForForgotten)
	b.RunUntilIdle()
	err := sim.Run(3, func(task *edo.Task) error {
		sim.NoLeaks(task) // it asks the collector, which finds those of a and b
		return nil
	})
	if err != nil {
		t.Errorf("a simulation that forgets nothing: %v", err)
	}
	if a.Step() || b.Step() {
		t.Error("a task was woken by what the end of another simulation has told")
	}
	forgot(t, a.Wait())
	forgot(t, b.Wait())
}

func TestATaskWithAGoroutineForgetsForItsSimulation(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		sim.NoLeaks(task)
		_, err := edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
			receiverOfForgotten()
			return edo.Unit{}, nil
		}).Await(task)
		return err
	})
	if _, ok := errors.AsType[*sim.LeakError](err); !ok {
		t.Errorf("the error is %v, and a sender was forgotten", err)
	}
}
