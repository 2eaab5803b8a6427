package edo_test

import (
	"context"
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
)

// cancelInWait runs op in a task, aborts the task while it waits, and calls meanwhile before
// the task runs: so the wait of op may end at the same time as the abort. It returns the error
// of op.
func cancelInWait(task *edo.Task, op func(task *edo.Task) error, meanwhile func()) error {
	var got error
	h := edo.Go(task, func(task *edo.Task) error { got = op(task); return nil })
	tasktest.YieldTimes(task, 5)
	h.Abort()
	meanwhile()
	h.Await(task)
	return got
}

func TestCancelledAwaitLeavesTheFutureAndItsValueToTheOwner(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		g := &tasktest.Valve{}
		err := cancelInWait(task, func(task *edo.Task) error {
			_, err := edo.Await[int](task, g)
			return err
		}, func() { g.End(3, nil) })
		if err != edo.ErrCancelled || g.Drops != 0 || g.Polls != 1 {
			t.Errorf("%v; dropped %d times, polled %d times", err, g.Drops, g.Polls)
		}
		if v, err := edo.Await[int](task, g); v != 3 || err != nil {
			t.Errorf("asked again it gave %d, %v", v, err)
		}
		return nil
	})
}

func TestCancelledNextTakesNoItem(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		err := cancelInWait(task, func(task *edo.Task) error {
			_, ok, err := edo.Next[int](task, rx)
			if ok {
				t.Error("an item")
			}
			return err
		}, func() { tx.TrySend(3) })
		if err != edo.ErrCancelled {
			t.Errorf("got %v", err)
		}
		if v, err := rx.Recv(task); v != 3 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		return nil
	})
}

func TestCancelledYieldReturnsAtOnce(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			for {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
		})
		tasktest.YieldTimes(task, 5)
		h.Abort()
		if _, err := h.Await(task); err != edo.ErrCancelled {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestCancelledJoinLeavesTheTaskAndItsResult(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		g := &tasktest.Valve{}
		h := edo.Spawn(task, g)
		err := cancelInWait(task, func(task *edo.Task) error {
			_, err := h.Await(task)
			return err
		}, func() { g.End(3, nil) })
		if err != edo.ErrCancelled {
			t.Errorf("got %v", err)
		}
		if v, err := h.Await(task); v != 3 || err != nil {
			t.Errorf("asked again it gave %d, %v", v, err)
		}
		b := edo.Blocking(task, func(task *edo.Task) (int, error) { return edo.Await[int](task, g) })
		err = cancelInWait(task, func(task *edo.Task) error {
			_, err := b.Await(task)
			return err
		}, func() {})
		if _, err2 := b.Await(task); err != nil && err != edo.ErrCancelled || err2 != nil {
			t.Errorf("blocking: %v, then %v", err, err2)
		}
		return nil
	})
}

func TestCancelledBlockLosesNothing(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	tx, rx := mpsc.New[int](1)
	ctx, cancel := context.WithCancel(context.Background())
	err = edo.Block(rt, ctx, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error { cancel(); return nil })
		_, err := rx.Recv(task)
		return err
	})
	if !errors.Is(err, edo.ErrCancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	tx.TrySend(3)
	if v := edotest.RequireNext(t, edotest.NewTask(), edo.Stream[int](rx)); v != 3 {
		t.Errorf("got %d", v)
	}
	tx.Close()
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}
