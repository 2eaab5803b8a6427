package mpmc_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

type value = *chaos.Value

// reception is the messages that one receiver has got.
type reception struct {
	w    *chaos.World
	last map[string]int
}

// take records a message: the messages of one sender come in order.
func (r *reception) take(v value) {
	v.Received()
	if n, ok := r.last[v.Owner()]; ok && v.N() <= n {
		r.w.Errorf("%v came after value %d", v, n)
	}
	r.last[v.Owner()] = v.N()
}

// ways are all ways to receive with a handle that no other task polls. Each returns at the
// end of the channel, or when its task is cancelled.
var ways = []func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error{
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		for {
			v, err := rx.Recv(task)
			if err != nil {
				return err
			}
			r.take(v)
		}
	},
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		var buf []value
		for {
			var err error
			if buf, err = rx.RecvMany(task, buf[:0], 3); err != nil {
				return err
			}
			for _, v := range buf {
				r.take(v)
			}
		}
	},
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		for {
			v, err := rx.RecvTimeout(task, time.Duration(r.w.Rand.IntN(3))*time.Millisecond)
			switch {
			case err == nil:
				r.take(v)
			case !errors.Is(err, context.DeadlineExceeded):
				return err
			}
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
	},
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		for {
			f := rx.RecvFuture()
			v, err := edo.Await(task, edo.Future[value](f))
			if err != nil {
				f.Drop()
				return err
			}
			r.take(v)
		}
	},
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		for {
			both := future.Race[value](rx.RecvFuture(), rx.RecvFuture())
			v, err := edo.Await(task, edo.Future[value](both))
			edo.Drop(both)
			if err != nil {
				return err
			}
			r.take(v)
		}
	},
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		for v, err := range stream.All(task, rx) {
			if err != nil {
				return err
			}
			r.take(v)
		}
		return nil
	},
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		ticks := timer.NewInterval(time.Millisecond)
		defer ticks.Drop()
		return selector.New(
			selector.On(rx, func(v value, err error) error {
				if err != nil {
					return selector.Stop
				}
				r.take(v)
				return nil
			}),
			selector.On(ticks, func(time.Time, error) error { return edo.Yield(task) }),
		).Run(task)
	},
	func(task *edo.Task, rx *mpmc.Receiver[value], r *reception) error {
		for { // by the place of the handle, and by those of its futures, in turns
			v, ok, err := edo.Next(task, rx)
			if !ok {
				return err
			}
			r.take(v)
			if v, err = rx.Recv(task); err != nil {
				return err
			}
			r.take(v)
		}
	},
}

// quiet is nil for the errors with which a task ends that was aborted, or is done.
func quiet(err error) error {
	if errors.Is(err, edo.ErrCancelled) || errors.Is(err, edo.ErrClosed) {
		return nil
	}
	return err
}

// TestEachMessageComesToOneReceiverAlthoughTasksAreAborted has tasks that receive in every
// way, on handles of their own and on one that they share, while they and the senders are
// aborted at random. Each message has one fate, each receiver gets those of one sender in
// order, and no task waits for something that has happened.
func TestEachMessageComesToOneReceiverAlthoughTasksAreAborted(t *testing.T) {
	chaos.Explore(t, 500, func(w *chaos.World) {
		capacity := 1 + w.Rand.IntN(4)
		tx, rx := mpmc.New[value](capacity)
		if w.Rand.IntN(6) == 0 {
			tx.Close()
			rx.Drop()
			tx, rx = mpmc.NewUnbounded[value]()
			capacity = rx.MaxCap()
		}
		for i := range 1 + w.Rand.IntN(4) {
			tx, name := tx.Clone(), fmt.Sprint("sender ", i)
			w.Go(name, func(task *edo.Task) error {
				for range 6 {
					v := w.Ledger.New(name)
					if err := tx.Send(task, v); err != nil {
						v.Kept()
						return quiet(err)
					}
				}
				return nil
			}, edo.Owns(tx))
		}
		tx.Close()
		for i := range 1 + w.Rand.IntN(4) {
			rx, way := rx.Clone(), ways[w.Rand.IntN(len(ways))]
			w.Go(fmt.Sprint("receiver ", i), func(task *edo.Task) error {
				defer rx.Drop()
				return quiet(way(task, rx, &reception{w, map[string]int{}}))
			}, edo.Owns(rx))
		}
		shared := rx.Clone()
		for i := range w.Rand.IntN(3) {
			way := ways[w.Rand.IntN(5)] // those that poll no handle
			w.Go(fmt.Sprint("sharer ", i), func(task *edo.Task) error {
				return quiet(way(task, shared, &reception{w, map[string]int{}}))
			})
		}
		way := ways[w.Rand.IntN(len(ways))]
		w.Steady("the last receiver", func(task *edo.Task) error {
			defer shared.Drop()
			defer rx.Drop()
			return quiet(way(task, rx, &reception{w, map[string]int{}}))
		})
		w.Check(func() error {
			if err := rx.Check(); err != nil {
				return err
			}
			if rx.Cap() != capacity || rx.StrongCount() != 0 || rx.ReceiverCount() != 0 || rx.Len() != 0 {
				return fmt.Errorf("Cap() = %d of %d, %d senders, %d receivers and %d messages at the end",
					rx.Cap(), capacity, rx.StrongCount(), rx.ReceiverCount(), rx.Len())
			}
			return nil
		})
	})
}

// TestReceiversThatAreAbortedLeaveNothingBehind aborts all receivers: the last one drops
// what is in the channel, and every sender and each task that waits for the end is woken.
func TestReceiversThatAreAbortedLeaveNothingBehind(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		tx, rx := mpmc.New[value](1 + w.Rand.IntN(3))
		for i := range 3 {
			tx, name := tx.Clone(), fmt.Sprint("sender ", i)
			w.Steady(name, func(task *edo.Task) error {
				for range 5 {
					v := w.Ledger.New(name)
					if err := tx.Send(task, v); err != nil {
						v.Kept()
						return quiet(err)
					}
				}
				return nil
			}, edo.Owns(tx))
		}
		for i := range 2 {
			w.Go(fmt.Sprint("watcher ", i), func(task *edo.Task) error {
				return quiet(tx.Closed(task)) // by one handle
			})
		}
		for i := range 1 + w.Rand.IntN(3) {
			rx, left := rx.Clone(), w.Rand.IntN(6)
			w.Go(fmt.Sprint("receiver ", i), func(task *edo.Task) error {
				r := &reception{w, map[string]int{}}
				for range left {
					v, err := rx.Recv(task)
					if err != nil {
						return quiet(err)
					}
					r.take(v)
				}
				rx.Close() // the last one may still receive; and drops what it does not
				return nil
			}, edo.Owns(rx))
		}
		rx.Drop()
		w.Steady("the end", func(task *edo.Task) error {
			defer tx.Close()
			return tx.Closed(task)
		})
		w.Check(func() error {
			if err := tx.TrySend(nil); !errors.Is(err, edo.ErrClosed) {
				return fmt.Errorf("TrySend at the end = %v", err)
			}
			return rx.Check()
		})
	})
}

// TestCloseAllLetsTheReceiversDrainWhatWasAccepted closes the channel while tasks send and
// reserve, and are aborted.
func TestCloseAllLetsTheReceiversDrainWhatWasAccepted(t *testing.T) {
	chaos.Explore(t, 300, func(w *chaos.World) {
		tx, rx := mpmc.New[value](1 + w.Rand.IntN(4))
		for i := range 4 {
			tx, name := tx.Clone(), fmt.Sprint("sender ", i)
			w.Go(name, func(task *edo.Task) error {
				for range 5 {
					v := w.Ledger.New(name)
					permit, err := tx.Reserve(task)
					if err != nil {
						v.Kept()
						return quiet(err)
					}
					if err := edo.Yield(task); err != nil {
						v.Kept()
						permit.Drop()
						return quiet(err)
					}
					if err := permit.Send(v); err != nil {
						return err // a permit is good while there are receivers
					}
				}
				return nil
			}, edo.Owns(tx))
		}
		tx.Close()
		for i := range 2 {
			rx, way := rx.Clone(), ways[w.Rand.IntN(len(ways))]
			w.Go(fmt.Sprint("receiver ", i), func(task *edo.Task) error {
				return quiet(way(task, rx, &reception{w, map[string]int{}}))
			}, edo.Owns(rx))
		}
		w.Steady("the one that closes", func(task *edo.Task) error {
			r := &reception{w, map[string]int{}}
			for range w.Rand.IntN(6) {
				v, err := rx.Recv(task)
				if err != nil {
					break
				}
				r.take(v)
			}
			rx.CloseAll()
			err := ways[0](task, rx, r)
			rx.Drop()
			return quiet(err)
		})
		w.Check(rx.Check)
	})
}
