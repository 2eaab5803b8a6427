package selector_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
)

func ignore(int, error) error { return nil }

func TestSelectIsFreeAfterABranchHasPanickedInNext(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer rx.Drop()
		defer tx.Drop()
		var waker edo.Waker
		f := tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			if !waker.IsZero() {
				panic("on purpose")
			}
			waker = cx.Waker()
			return 0, edo.Pending, nil
		})
		sel := selector.New(selector.On(rx, ignore), selector.OnFuture(f, ignore)).Biased()
		h := edo.Go(task, func(task *edo.Task) error {
			defer func() { recover() }()
			return sel.Next(task)
		})
		tasktest.YieldTimes(task, 3)
		waker.Wake()
		if _, err := edo.Await(task, h); err != nil {
			return err
		}
		tx.TrySend(1)
		return sel.Next(task)
	})
}

func TestSelectIsFreeAfterItWasUsedAsAStream(t *testing.T) {
	tasktest.RunOnOne(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer rx.Drop()
		defer tx.Drop()
		sel := selector.New(selector.On(rx, ignore))
		tx.TrySend(1)
		if _, err := edo.Await(task, edo.Go(task, sel.Next)); err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			tasktest.YieldTimes(task, 3) // Next waits
			return tx.TrySend(2)
		})
		if _, ok, err := edo.Next(task, sel); !ok || err != nil {
			return err
		}
		tx.TrySend(3)
		return sel.Next(task)
	})
}
