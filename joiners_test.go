package edo_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/sim"
)

func TestEveryJoinerOfAHandleGetsTheResult(t *testing.T) {
	for _, n := range []int{1, 2, 3, 17, 100} {
		broken := errors.New("broken")
		got := 0
		err := sim.Run(uint64(n), func(task *edo.Task) error {
			var gate lock.Notify
			h := edo.GoValue(task, func(task *edo.Task) (int, error) { return 7, errors.Join(gate.Wait(task), broken) })
			for range n {
				edo.Go(task, func(task *edo.Task) error {
					if v, err := h.Await(task); v == 7 && errors.Is(err, broken) {
						got++
					}
					return nil
				})
			}
			for range n + 2 {
				edo.Yield(task)
			}
			gate.NotifyAll()
			return nil
		})
		if err != nil || got != n {
			t.Errorf("of %d joiners %d got the result; %v", n, got, err)
		}
	}
}

func TestJoinerThatHasGoneKeepsNoOtherFromBeingWoken(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var gate lock.Notify
		h := edo.Go(task, func(task *edo.Task) error { return gate.Wait(task) })
		mocks := make([]*edotest.Task, 3)
		for i := range mocks {
			mocks[i] = edotest.NewTask()
			edotest.Poll(mocks[i], h)
			edotest.Poll(mocks[i], h) // a second time is nothing
		}
		for range 200 { // these come, and are aborted
			g := edo.Go(task, func(task *edo.Task) error { _, err := h.Await(task); return err })
			edo.Yield(task)
			g.Abort()
			g.Await(task)
		}
		gate.NotifyOne()
		if _, err := h.Await(task); err != nil {
			return err
		}
		for i, m := range mocks {
			if m.Wakes() != 1 {
				t.Errorf("joiner %d was woken %d times", i, m.Wakes())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestJoinersAgainstTheEndLoseNoWake(t *testing.T) {
	for range 300 {
		var joined atomic.Int32
		err := edo.Run(func(task *edo.Task) error {
			h := edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
			for range 8 {
				edo.Go(task, func(task *edo.Task) error {
					_, err := h.Await(task)
					joined.Add(1)
					return err
				})
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 3}))
		if err != nil || joined.Load() != 8 {
			t.Fatal(err, joined.Load())
		}
	}
}

func TestJoinersUnderAbortsAtAnySuspension(t *testing.T) {
	chaos.Explore(t, 200, func(w *chaos.World) {
		var gate lock.Notify
		h := w.Steady("joined", func(task *edo.Task) error { return gate.Wait(task) })
		for range 4 {
			w.Go("joiner", func(task *edo.Task) error { _, err := h.Await(task); return err })
		}
		w.Steady("steady", func(task *edo.Task) error { _, err := h.Await(task); return err })
		w.Steady("opener", func(task *edo.Task) error {
			for range 3 {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			gate.NotifyOne()
			return nil
		})
	})
}
