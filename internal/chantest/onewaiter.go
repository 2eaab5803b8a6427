package chantest

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
)

// Sender is what the properties use of a sender.
type Sender interface {
	Close()
	Closed(task *edo.Task) error
	PollClosed(cx *edo.Context) edo.Poll
}

// OneWaiter describes a channel with receivers of type R, with each of which one task at a
// time may wait. Its methods are the properties of such a channel.
type OneWaiter[S Sender, R any] struct {
	On     string            // what Wait.On begins with, while a task waits with a receiver
	Advice string            // the error of the second task contains it
	New    func() (S, R)     // makes a channel
	Send   func(tx S)        // sends the value 1, without waiting
	Ways   map[string]Way[R] // all ways to wait with a receiver
}

// Way is one way to wait with a receiver.
type Way[R any] func(task *edo.Task, rx R) error

// SecondTaskGetsABusyError requires that a second task that waits with a receiver gets an
// error that names both tasks and the way out, and that the first task waits on.
func (c OneWaiter[S, R]) SecondTaskGetsABusyError(t *testing.T) {
	t.Helper()
	for firstName, first := range c.Ways {
		for secondName, second := range c.Ways {
			err := sim.Run(1, func(task *edo.Task) error {
				tx, rx := c.New()
				defer tx.Close()
				waits := edo.Go(task, func(task *edo.Task) error { return first(task, rx) }, edo.Name("first"))
				edo.Yield(task)
				late := edo.Go(task, func(task *edo.Task) error { return second(task, rx) }, edo.Name("second"))
				_, err := late.Await(task)
				busy, ok := errors.AsType[*edo.BusyError](err)
				if !ok || busy.First != "first" || busy.Second != "second" || !strings.HasPrefix(busy.On, c.On) ||
					!strings.Contains(err.Error(), c.Advice) {
					t.Errorf("%s, then %s: %v", firstName, secondName, err)
				}
				c.Send(tx)
				_, err = waits.Await(task) // the second task has not disturbed the first
				return err
			}, sim.WithConfig(sim.Config{Quiet: true})) // the task that is named first waits first
			if err != nil {
				t.Errorf("%s, then %s: %v", firstName, secondName, err)
			}
		}
	}
}

// ReceiverOfAnAbortedTaskIsFree requires that another task may wait with a receiver after
// the task that waited with it was aborted.
func (c OneWaiter[S, R]) ReceiverOfAnAbortedTaskIsFree(t *testing.T) {
	t.Helper()
	for name, wait := range c.Ways {
		err := sim.Run(1, func(task *edo.Task) error {
			tx, rx := c.New()
			defer tx.Close()
			aborted := edo.Go(task, func(task *edo.Task) error { return wait(task, rx) })
			edo.Yield(task)
			aborted.Abort() // its waker stays behind
			if _, err := aborted.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("%s: aborted: %v", name, err)
			}
			edo.Go(task, func(*edo.Task) error {
				c.Send(tx)
				return nil
			})
			return wait(task, rx)
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TasksThatRaceAllEnd has tasks on several workers wait with one receiver, again and
// again: none of them hangs.
func (c OneWaiter[S, R]) TasksThatRaceAllEnd(t *testing.T) {
	t.Helper()
	for range 50 {
		tx, rx := c.New()
		err := edo.Run(func(task *edo.Task) error {
			for range 4 {
				edo.Go(task, func(task *edo.Task) error {
					for _, wait := range c.Ways {
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
				c.Send(tx)
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

// AllTasksThatWaitForTheEndAreWoken requires that several tasks may wait by one sender
// until there is no receiver, and that each of them goes on then.
func (c OneWaiter[S, R]) AllTasksThatWaitForTheEndAreWoken(t *testing.T, closeReceiver func(R)) {
	t.Helper()
	const tasks = 5
	tx, rx := c.New()
	var ended atomic.Int32
	err := sim.Run(1, func(task *edo.Task) error {
		for i := range tasks {
			edo.Go(task, func(task *edo.Task) error {
				defer ended.Add(1)
				if i%2 == 0 {
					return tx.Closed(task)
				}
				_, err := edo.Await(task, ClosedByPoll(tx))
				return err
			})
			edo.Yield(task)
		}
		if n := ended.Load(); n != 0 {
			t.Errorf("%d have ended while the receiver lives", n)
		}
		closeReceiver(rx)
		return nil
	})
	if err != nil || ended.Load() != tasks {
		t.Errorf("%d of %d tasks went on: %v", ended.Load(), tasks, err)
	}
}

// TasksThatCameAndWentAreNotKept requires that of many tasks that wait for a while by PollClosed, beside
// some that stay, the sender never keeps many more than wait. kept returns how many it keeps.
func TasksThatCameAndWentAreNotKept[S Sender, R any](t *testing.T, open func() (S, R), kept func(tx S) int) {
	t.Helper()
	const come = 300
	for _, stay := range []int{0, 1, 5} {
		most := 3*(stay+3) + 2 // of those that come, at most three wait at a time
		sim.Explore(t, 20, func(seed uint64) (many error) {
			tx, rx := open()
			defer runtime.KeepAlive(rx)
			defer tx.Close()
			err := sim.Run(seed, func(task *edo.Task) error {
				for range stay {
					edo.Spawn(task, ClosedByPoll(tx), edo.Daemon())
				}
				var last [2]*edo.JoinHandle[edo.Unit]
				for i := range come {
					h := edo.Spawn(task, ClosedByPoll(tx), edo.Daemon())
					edo.Yield(task)
					if old := last[i%2]; old != nil {
						old.Abort()
						old.Await(task)
					}
					last[i%2] = h
				}
				if n := kept(tx); n > most {
					many = fmt.Errorf("%d of %d tasks are kept, where %d wait", n, come, stay+len(last))
				}
				return nil
			})
			return errors.Join(err, many)
		})
	}
}

// MockTaskReplacesTheWaiter requires that a mock task is never a conflict, so that tests
// by hand poll as they like: it replaces the waker of the mock task before it. future
// returns a future that waits with rx.
func MockTaskReplacesTheWaiter[S Sender, R, T any](t *testing.T, c OneWaiter[S, R], future func(rx R) edo.Future[T]) {
	t.Helper()
	tx, rx := c.New()
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	for _, task := range []*edotest.Task{t1, t2} {
		edotest.RequirePending(t, task, future(rx))
	}
	c.Send(tx)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}

// ClosedByPoll returns a future that polls PollClosed of tx.
func ClosedByPoll(tx Sender) edo.Future[edo.Unit] {
	return future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
		return edo.Unit{}, tx.PollClosed(cx), nil
	})
}

// ClosedDirect returns a future that waits in Closed of tx, in direct style.
func ClosedDirect(tx Sender) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) })
}
