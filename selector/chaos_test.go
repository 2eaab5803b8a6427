package selector_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/stream"
)

func TestNothingIsLostInSelectsThatAreAborted(t *testing.T) {
	chaos.Explore(t, 600, func(w *chaos.World) {
		var rxs []*mpsc.Receiver[*chaos.Value]
		var branches []selector.Branch
		var owned []edo.Dropper
		out, results := mpsc.New[*chaos.Value](1)
		handle := func(v *chaos.Value, err error) error {
			if err == nil {
				v.Received()
			}
			return nil
		}
		for i := range 2 {
			tx, rx := mpsc.New[*chaos.Value](1 + w.Rand.IntN(2))
			rxs, owned = append(rxs, rx), append(owned, rx)
			branches = append(branches, selector.On(rx, handle))
			for j := range 2 {
				tx, name := tx.Clone(), fmt.Sprintf("sender %d of %d", j, i)
				w.Go(name, func(task *edo.Task) error {
					for range 3 {
						v := w.Ledger.New(name)
						if err := tx.Send(task, v); err != nil {
							v.Kept()
							return nil
						}
					}
					return nil
				}, edo.Owns(tx))
			}
			tx.Close()
		}
		tx, rx := oneshot.New[*chaos.Value]()
		w.Go("responder", func(task *edo.Task) error {
			if err := edo.Yield(task); err != nil {
				return err
			}
			v := w.Ledger.New("responder")
			if tx.Send(v) != nil {
				v.Kept()
			}
			return nil
		}, edo.Owns(tx))
		branches = append(branches, selector.OnFuture(rx, handle))

		send := out.SendFuture(w.Ledger.New("selector"))
		sends := 0
		var sending *selector.FutureBranch[*mpsc.Sender[*chaos.Value]]
		sending = selector.OnFuture(send, func(_ *mpsc.Sender[*chaos.Value], err error) error {
			if sends++; sends < 3 && err == nil {
				send.Reset(out, w.Ledger.New("selector"))
				sending.Reset(send)
			}
			return nil
		})
		branches = append(branches, sending)
		w.Go("reader of results", func(task *edo.Task) error {
			for v, err := range stream.All(task, results) {
				if err != nil {
					return err
				}
				v.Received()
			}
			return nil
		}, edo.Owns(results))
		owned = append(owned, rx, send, out)

		sel := selector.New(branches...)
		if w.Rand.IntN(2) == 0 {
			sel.Biased()
		}
		spawn := w.Go
		if w.Rand.IntN(2) == 0 {
			spawn = w.Steady
		}
		spawn("selector", func(task *edo.Task) error {
			for {
				if err := sel.Next(task); errors.Is(err, selector.Stop) {
					return nil
				} else if err != nil {
					return err
				}
				if i := w.Rand.IntN(4); i < 2 { // a direct receive, which replaces the waker of the branch
					v, err := rxs[i].Recv(task)
					handle(v, err)
				}
			}
		}, edo.Owns(owned...))
	})
}
