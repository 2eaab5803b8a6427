package oneshot_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
)

// waysToWait are all ways to wait with a receiver.
var waysToWait = map[string]func(task *edo.Task, rx *oneshot.Receiver[int]) error{
	"Recv":  func(task *edo.Task, rx *oneshot.Receiver[int]) error { _, err := rx.Recv(task); return err },
	"Await": func(task *edo.Task, rx *oneshot.Receiver[int]) error { _, err := edo.Await(task, rx); return err },
}

func TestSecondTaskThatWaitsGetsAnErrorThatNamesBothAndTheWayOut(t *testing.T) {
	for firstName, first := range waysToWait {
		for secondName, second := range waysToWait {
			err := sim.Run(1, func(task *edo.Task) error {
				tx, rx := oneshot.New[int]()
				defer tx.Close()
				waits := edo.Go(task, func(task *edo.Task) error { return first(task, rx) }, edo.Name("first"))
				edo.Yield(task)
				late := edo.Go(task, func(task *edo.Task) error { return second(task, rx) }, edo.Name("second"))
				_, err := late.Await(task)
				busy, ok := errors.AsType[*edo.BusyError](err)
				if !ok || busy.First != "first" || busy.Second != "second" || !strings.HasPrefix(busy.On, "oneshot: ") ||
					!strings.Contains(err.Error(), "future.Share") {
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
			tx, rx := oneshot.New[int]()
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

// Whoever comes first has the value, on whatever worker: it is received once.
func TestValueIsReceivedOnceByTasksThatRace(t *testing.T) {
	for range 300 {
		tx, rx := oneshot.New[int]()
		var got, refused atomic.Int32
		err := edo.Run(func(task *edo.Task) error {
			for range 3 {
				edo.Go(task, func(task *edo.Task) error {
					v, err := rx.Recv(task)
					if err == nil && v == 1 {
						got.Add(1)
					} else if _, busy := errors.AsType[*edo.BusyError](err); busy || errors.Is(err, edo.ErrClosed) {
						refused.Add(1)
					}
					return nil
				})
			}
			edo.Go(task, func(*edo.Task) error { return tx.Send(1) })
			return nil
		}, edo.WithConfig(edo.Config{Workers: 4}))
		if err != nil || got.Load() != 1 || refused.Load() != 2 {
			t.Fatalf("%d received it, and %d were refused: %v", got.Load(), refused.Load(), err)
		}
	}
}

func TestTasksThatWaitForTheEndByOneSenderAreAllWoken(t *testing.T) {
	const tasks = 5
	tx, rx := oneshot.New[int]()
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
	tx, rx := oneshot.New[int]()
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	for _, task := range []*edotest.Task{t1, t2} {
		edotest.RequirePending(t, task, rx)
	}
	tx.Send(1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}
