package edo_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
)

func TestProceedInDirectStyleGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	var order []string
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(*edo.Task) error { order = append(order, "other"); return nil })
		for range 128 {
			if err := task.Proceed(nil); err != nil {
				return err
			}
		}
		order = append(order, "128")
		err := task.Proceed(nil)
		order = append(order, "129")
		return err
	})
	if err != nil || len(order) != 3 || order[0] != "128" || order[1] != "other" {
		t.Errorf("got %v, %v", order, err)
	}
}

func TestProceedOfACancelledTaskIsRefused(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var proceeded error
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Await(task, forever{})
			proceeded = task.Proceed(nil)
			return nil
		})
		pass(task, 3)
		h.Abort()
		h.Await(task)
		if !errors.Is(proceeded, edo.ErrCancelled) {
			t.Errorf("got %v", proceeded)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func BenchmarkProceedDirect(b *testing.B) {
	on(b, func(task *edo.Task) {
		for range b.N {
			task.Proceed(nil)
		}
	})
}

func TestYieldInASeededRunGoesBehindWhatTheTaskHasJustSpawned(t *testing.T) {
	sim.Explore(t, 50, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			ran := 0
			for range 3 {
				edo.Go(task, func(*edo.Task) error { ran++; return nil })
			}
			if err := edo.Yield(task); err != nil {
				return err
			}
			if ran != 3 {
				t.Errorf("seed %d: %d of 3 have run", seed, ran)
			}
			return nil
		})
	})
}
