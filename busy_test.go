package edo_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
)

// TestSecondWaiterOfWhatHasOneIsAnErrorAndTheFirstGoesOn has, for each object of this
// package that has room for one waiter, how to wait for it, and what ends the wait.
func TestSecondWaiterOfWhatHasOneIsAnErrorAndTheFirstGoesOn(t *testing.T) {
	for name, prepare := range map[string]func(task *edo.Task) (wait func(*edo.Task) error, event func()){
		"JoinSet.Join": func(task *edo.Task) (func(*edo.Task) error, func()) {
			var set edo.JoinSet[int]
			var gate lock.Notify
			set.Go(task, func(task *edo.Task) (int, error) { return 1, gate.Wait(task) })
			return func(task *edo.Task) error { _, _, err := set.Join(task); return err }, gate.NotifyOne
		},
		"JoinSet.JoinNext": func(task *edo.Task) (func(*edo.Task) error, func()) {
			var set edo.JoinSet[int]
			var gate lock.Notify
			set.Go(task, func(task *edo.Task) (int, error) { return 1, gate.Wait(task) })
			return func(task *edo.Task) error { _, _, err := set.JoinNext(task); return err }, gate.NotifyOne
		},
		"Cancel.CancelledFuture": func(*edo.Task) (func(*edo.Task) error, func()) {
			c := edo.NewCancel()
			f := c.CancelledFuture()
			return func(task *edo.Task) error { _, err := edo.Await(task, f); return err }, c.Cancel
		},
		"JoinSet.SpawnFuture": func(task *edo.Task) (func(*edo.Task) error, func()) {
			set := edo.NewJoinSet[int](1)
			var gate lock.Notify
			set.Go(task, func(task *edo.Task) (int, error) { return 1, gate.Wait(task) })
			f := set.SpawnFuture(done7{})
			return func(task *edo.Task) error { _, err := edo.Await[edo.AbortHandle](task, f); return err }, gate.NotifyOne
		},
		"Select.Next": func(*edo.Task) (func(*edo.Task) error, func()) {
			tx, rx := mpsc.New[int](4)
			sel := edo.NewSelect(edo.On(rx, func(int, error) error { return nil }))
			return sel.Next, func() { tx.TrySend(1); tx.Close() }
		},
	} {
		var first, second error
		err := sim.Run(1, func(task *edo.Task) error {
			wait, event := prepare(task)
			edo.Yield(task)
			a := edo.Go(task, wait, edo.Name("first"))
			edo.Yield(task)
			b := edo.Go(task, wait, edo.Name("second"))
			_, second = b.Await(task)
			event()
			_, first = a.Await(task)
			return nil
		})
		var busy *edo.BusyError
		if err != nil || first != nil || !errors.As(second, &busy) || busy.First != "first" || busy.Second != "second" || busy.Use == "" {
			t.Errorf("%s: the run ended with %v, the first waiter with %v, the second with %v", name, err, first, second)
		}
	}
}

func TestManyTasksWaitForOneToken(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		c := edo.NewCancel()
		for range 5 {
			edo.Go(task, c.Cancelled)
		}
		edo.Yield(task)
		c.Cancel()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
