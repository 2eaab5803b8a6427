package timer_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestSleeperThatMovesToAnotherRuntimeIsNeitherEarlyNorWokenOnTheWrongWorker(t *testing.T) {
	s := timer.SleepFuture(10 * time.Millisecond)
	first, second := sim.New(sim.Config{Seed: 1}), sim.New(sim.Config{Seed: 2})
	first.Start(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, s); return err })
		if err := edo.Yield(task); err != nil {
			return err
		}
		h.Abort() // s is only borrowed: its timer stays armed
		return timer.Sleep(task, time.Minute)
	})
	first.RunUntilIdle()
	begin := second.Now()
	var took time.Duration
	second.Start(func(task *edo.Task) error {
		s.Reset(10 * time.Millisecond) // both clocks begin at 0: the same deadline
		_, err := edo.Await(task, s)
		took = timer.Now(task).Sub(begin)
		return err
	})
	second.RunUntilIdle()
	first.Advance(20 * time.Millisecond) // the entry that was left behind
	second.Advance(5 * time.Millisecond)
	if took != 0 {
		t.Errorf("it was over after %v", took)
	}
	if err := second.Wait(); err != nil || took != 10*time.Millisecond {
		t.Errorf("it took %v, and ended with %v", took, err)
	}
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
}
