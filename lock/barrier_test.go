package lock_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/lock"
)

func TestBarrierLetsAGenerationThroughAndNotTheNext(t *testing.T) {
	b := lock.NewBarrier(3)
	for range 3 { // it is reusable
		first := by(t, edo.Async(b.Wait)).waits()
		second := by(t, b.WaitFuture()).waits()
		if !by(t, edo.Async(b.Wait)).gets() {
			t.Fatal("the one that completes the generation is not its leader")
		}
		early := by(t, b.WaitFuture()).waits() // of the next generation
		if first.woken(1).gets() || second.woken(1).gets() {
			t.Fatal("a second leader")
		}
		early.drop()
		sound(t, b)
	}
}

func TestBarrierWaiterThatGivesUpTakesItsPlaceBack(t *testing.T) {
	b := lock.NewBarrier(3)
	first, second := by(t, b.WaitFuture()).waits(), by(t, edo.Async(b.Wait)).waits()
	first.drop()
	first.drop()
	second.abort()
	sound(t, b)
	third, fourth := by(t, b.WaitFuture()).waits(), by(t, b.WaitFuture()).waits()
	if !by(t, b.WaitFuture()).gets() {
		t.Fatal("not the leader")
	}
	third.woken(1).gets()
	fourth.woken(1).gets()
	first.woken(0)
}

func TestBarrierWaiterThatWasLetThroughAndIsDroppedChangesNothing(t *testing.T) {
	b := lock.NewBarrier(2)
	first := by(t, b.WaitFuture()).waits()
	by(t, b.WaitFuture()).gets()
	next := by(t, edo.Async(b.Wait)).waits()
	first.drop()
	next.woken(0).waits()
	sound(t, b)
}

// One that counted for its generation, and made another one its leader, was not
// cancelled in Wait, but after it.
func TestBarrierWaiterThatWasLetThroughAndIsAbortedIsToldThatItCounted(t *testing.T) {
	b := lock.NewBarrier(2)
	var leader bool
	var err, after error
	f := body(func(task *edo.Task) error {
		leader, err = b.Wait(task)
		after = task.Err()
		return err
	})
	first := by(t, f).waits()
	by(t, b.WaitFuture()).gets()
	first.woken(1)
	edo.Drop(f) // before it ran
	first.gets()
	if leader || err != nil || !errors.Is(after, edo.ErrCancelled) {
		t.Fatalf("Wait = %v, %v, and then the task is %v", leader, err, after)
	}
	second := by(t, edo.Async(b.Wait)).waits()
	second.abort() // and one that did not count is cancelled
	sound(t, b)
}

func TestBarrierForOneLetsEverybodyThroughAsLeader(t *testing.T) {
	var zero lock.Barrier
	for _, b := range []*lock.Barrier{lock.NewBarrier(1), &zero} {
		for range 2 {
			if !by(t, b.WaitFuture()).gets() || !by(t, edo.Async(b.Wait)).gets() {
				t.Fatal("not the leader")
			}
		}
	}
	panics(t, "NewBarrier(0)", func() { lock.NewBarrier(0) })
}

func TestReusedArrivalComesAgain(t *testing.T) {
	b := lock.NewBarrier(2)
	var f lock.Arrival
	f.Drop()
	o := by(t, &f)
	if _, p, err := edotest.Poll(o.task, o.f); p != edo.Ready || err == nil {
		t.Fatalf("the zero future: %v, %v, want an error", p, err)
	}
	for range 3 {
		f.Reset(b)
		o.waits()
		by(t, b.WaitFuture()).gets()
		o.woken(1).gets()
	}
	f.Reset(b)
	o.waits()
	f.Reset(b) // takes its place back
	o.waits()
	sound(t, b)
	other := by(t, b.WaitFuture())
	if !other.gets() {
		t.Fatal("not the leader")
	}
	o.woken(1).gets()
}

func TestArrivalWakesTheTaskThatPolledLast(t *testing.T) {
	b := lock.NewBarrier(2)
	f := b.WaitFuture()
	first, second := by(t, f).waits(), by(t, f)
	second.waits()
	by(t, b.WaitFuture()).gets()
	first.woken(0)
	second.woken(1).gets()
}

func TestOneLeaderPerGenerationOfManyTasks(t *testing.T) {
	const n, generations = 10, 50
	for _, workers := range []int{1, 4} {
		b := lock.NewBarrier(n)
		var leaders [n]int
		run(t, workers, func(task *edo.Task) error {
			var phase [n]int
			for i := range n {
				edo.Go(task, func(task *edo.Task) error {
					for g := range generations {
						phase[i] = g
						leader, err := b.Wait(task)
						if err != nil {
							return err
						}
						if leader {
							leaders[i]++
						}
						for j := range n { // all have come, and none is further
							if phase[j] != g {
								return fmt.Errorf("generation %d: task %d is in %d", g, j, phase[j])
							}
						}
						if _, err := b.Wait(task); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return nil
		})
		sum := 0
		for _, k := range leaders {
			sum += k
		}
		if sum != generations {
			t.Fatalf("%d leaders of %d generations", sum, generations)
		}
		sound(t, b)
	}
}
