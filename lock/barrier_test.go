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
	for range 3 { // the barrier can be used again
		first := drive(t, edo.Async(b.Wait)).waits()
		second := drive(t, b.WaitFuture()).waits()
		if !drive(t, edo.Async(b.Wait)).gets() {
			t.Fatal("the task that completes the generation is not its leader")
		}
		early := drive(t, b.WaitFuture()).waits() // belongs to the next generation
		if first.woken(1).gets() || second.woken(1).gets() {
			t.Fatal("a second leader")
		}
		early.drop()
		requireRules(t, b)
	}
}

func TestBarrierWaiterThatGivesUpDoesNotCount(t *testing.T) {
	b := lock.NewBarrier(3)
	first, second := drive(t, b.WaitFuture()).waits(), drive(t, edo.Async(b.Wait)).waits()
	first.drop()
	first.drop()
	second.abort()
	requireRules(t, b)
	third, fourth := drive(t, b.WaitFuture()).waits(), drive(t, b.WaitFuture()).waits()
	if !drive(t, b.WaitFuture()).gets() {
		t.Fatal("not the leader")
	}
	third.woken(1).gets()
	fourth.woken(1).gets()
	first.woken(0)
}

func TestBarrierWaiterThatWasLetThroughAndIsDroppedChangesNothing(t *testing.T) {
	b := lock.NewBarrier(2)
	first := drive(t, b.WaitFuture()).waits()
	drive(t, b.WaitFuture()).gets()
	next := drive(t, edo.Async(b.Wait)).waits()
	first.drop()
	next.woken(0).waits()
	requireRules(t, b)
}

// A waiter that is cancelled after its generation was complete has counted: Wait returns no
// error, and the cancellation comes after Wait.
func TestBarrierWaiterThatWasLetThroughAndIsAbortedGetsNoError(t *testing.T) {
	b := lock.NewBarrier(2)
	var leader bool
	var err, after error
	f := direct(func(task *edo.Task) error {
		leader, err = b.Wait(task)
		after = task.Err()
		return err
	})
	first := drive(t, f).waits()
	drive(t, b.WaitFuture()).gets()
	first.woken(1)
	edo.Drop(f) // before the task runs
	first.gets()
	if leader || err != nil || !errors.Is(after, edo.ErrCancelled) {
		t.Fatalf("Wait = %v, %v, and then the task is %v", leader, err, after)
	}
	second := drive(t, edo.Async(b.Wait)).waits()
	second.abort() // its generation is not complete: Wait returns ErrCancelled
	requireRules(t, b)
}

func TestBarrierForOneLetsEachTaskThroughAsLeader(t *testing.T) {
	var zero lock.Barrier
	for _, b := range []*lock.Barrier{lock.NewBarrier(1), &zero} {
		for range 2 {
			if !drive(t, b.WaitFuture()).gets() || !drive(t, edo.Async(b.Wait)).gets() {
				t.Fatal("not the leader")
			}
		}
	}
	requirePanic(t, "NewBarrier(0)", func() { lock.NewBarrier(0) })
}

func TestReusedArrivalArrivesAgain(t *testing.T) {
	b := lock.NewBarrier(2)
	var f lock.Arrival
	f.Drop()
	o := drive(t, &f)
	if _, p, err := edotest.Poll(o.task, o.f); p != edo.Ready || err == nil {
		t.Fatalf("the zero future: %v, %v, want an error", p, err)
	}
	for range 3 {
		f.Reset(b)
		o.waits()
		drive(t, b.WaitFuture()).gets()
		o.woken(1).gets()
	}
	f.Reset(b)
	o.waits()
	f.Reset(b) // the arrival before does not count any more
	o.waits()
	requireRules(t, b)
	other := drive(t, b.WaitFuture())
	if !other.gets() {
		t.Fatal("not the leader")
	}
	o.woken(1).gets()
}

func TestArrivalWakesTheTaskThatPolledLast(t *testing.T) {
	b := lock.NewBarrier(2)
	f := b.WaitFuture()
	first, second := drive(t, f).waits(), drive(t, f)
	second.waits()
	drive(t, b.WaitFuture()).gets()
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
						for j := range n { // all tasks have arrived, and none is ahead
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
		requireRules(t, b)
	}
}
