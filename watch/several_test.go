package watch_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/watch"
)

// waysToWait are all ways to wait with a receiver.
var waysToWait = map[string]func(task *edo.Task, rx *watch.Receiver[int]) error{
	"Changed": func(task *edo.Task, rx *watch.Receiver[int]) error { return rx.Changed(task) },
	"ChangedFuture": func(task *edo.Task, rx *watch.Receiver[int]) error {
		_, err := edo.Await(task, rx.ChangedFuture())
		return err
	},
	"WaitFor": func(task *edo.Task, rx *watch.Receiver[int]) error {
		_, err := rx.WaitFor(task, func(v int) bool { return v == 1 })
		return err
	},
	"WaitForFuture": func(task *edo.Task, rx *watch.Receiver[int]) error {
		_, err := edo.Await(task, rx.WaitForFuture(func(v int) bool { return v == 1 }))
		return err
	},
	"the stream": func(task *edo.Task, rx *watch.Receiver[int]) error { _, _, err := edo.Next(task, rx); return err },
}

func TestSecondTaskThatWaitsGetsAnErrorThatNamesBothAndTheWayOut(t *testing.T) {
	for firstName, first := range waysToWait {
		for secondName, second := range waysToWait {
			err := sim.Run(1, func(task *edo.Task) error {
				tx, rx := watch.New(0)
				defer tx.Close()
				waits := edo.Go(task, func(task *edo.Task) error { return first(task, rx) }, edo.Name("first"))
				edo.Yield(task)
				late := edo.Go(task, func(task *edo.Task) error { return second(task, rx) }, edo.Name("second"))
				_, err := late.Await(task)
				busy, ok := errors.AsType[*edo.BusyError](err)
				if !ok || busy.First != "first" || busy.Second != "second" || !strings.HasPrefix(busy.On, "watch: ") ||
					!strings.Contains(err.Error(), "Clone") {
					t.Errorf("%s, then %s: %v", firstName, secondName, err)
				}
				tx.Send(1)
				_, err = waits.Await(task) // it was not disturbed
				return err
			})
			if err != nil {
				t.Errorf("%s, then %s: %v", firstName, secondName, err)
			}
		}
	}
}

func TestReceiverWhoseWaiterHasGoneIsFree(t *testing.T) {
	for name, wait := range waysToWait {
		err := sim.Run(1, func(task *edo.Task) error {
			tx, rx := watch.New(0)
			defer tx.Close()
			gone := edo.Go(task, func(task *edo.Task) error { return wait(task, rx) })
			edo.Yield(task)
			gone.Abort() // its waker stays behind
			if _, err := gone.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("%s: aborted: %v", name, err)
			}
			edo.Go(task, func(*edo.Task) error {
				tx.Send(1)
				return nil
			})
			return wait(task, rx)
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Tasks on several workers come to one receiver again and again: none of them hangs.
func TestTasksThatRaceForOneReceiverAllEnd(t *testing.T) {
	for range 50 {
		tx, rx := watch.New(0)
		err := edo.Run(func(task *edo.Task) error {
			for range 4 {
				edo.Go(task, func(task *edo.Task) error {
					for _, wait := range waysToWait {
						for range 5 {
							if err := wait(task, rx); errors.Is(err, edo.ErrClosed) {
								return nil
							}
						}
					}
					return nil
				})
			}
			for range 20 {
				tx.Send(1)
				edo.Yield(task)
			}
			tx.Close()
			return nil
		}, edo.WithConfig(edo.Config{Workers: 4}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTasksThatWaitForTheEndByOneSenderAreAllWoken(t *testing.T) {
	const tasks = 5
	tx, rx := watch.New(0)
	var ended atomic.Int32
	err := sim.Run(1, func(task *edo.Task) error {
		for i := range tasks {
			edo.Go(task, func(task *edo.Task) error {
				defer ended.Add(1)
				if i%2 == 0 {
					return tx.Closed(task)
				}
				_, err := edo.Await(task, future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
					return edo.Unit{}, tx.PollClosed(cx), nil
				}))
				return err
			})
			edo.Yield(task)
		}
		if n := ended.Load(); n != 0 {
			t.Errorf("%d have ended while the receiver lives", n)
		}
		rx.Close()
		return nil
	})
	if err != nil || ended.Load() != tasks {
		t.Errorf("%d of %d tasks went on: %v", ended.Load(), tasks, err)
	}
}

// A mock task is never a conflict: tests by hand poll as they like.
func TestMockTaskTakesTheReceiverOver(t *testing.T) {
	tx, rx := watch.New(0)
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	for _, task := range []*edotest.Task{t1, t2} {
		edotest.RequirePending(t, task, rx.ChangedFuture())
	}
	tx.Send(1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}
