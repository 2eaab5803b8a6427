package mpmc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// byNext receives with the place of the handle.
func byNext(task *edo.Task, rx *mpmc.Receiver[int]) (int, error) {
	v, ok, err := edo.Next(task, rx)
	if !ok && err == nil {
		err = edo.ErrClosed
	}
	return v, err
}

func TestSecondTaskThatPollsAHandleIsBusyAndTheFirstGoesOn(t *testing.T) {
	for name, second := range map[string]func(task *edo.Task, rx *mpmc.Receiver[int]) error{
		"Next": func(task *edo.Task, rx *mpmc.Receiver[int]) error { _, err := byNext(task, rx); return err },
		"Select": func(task *edo.Task, rx *mpmc.Receiver[int]) (err error) {
			return selector.New(selector.On(rx, func(_ int, err error) error { return err })).Next(task)
		},
		"All": func(task *edo.Task, rx *mpmc.Receiver[int]) error {
			for _, err := range stream.All(task, edo.Stream[int](borrowed{rx})) {
				return err
			}
			return nil
		},
		"PollRecv": func(task *edo.Task, rx *mpmc.Receiver[int]) error {
			_, err := edo.Await(task, edo.Future[int](pollOf[int](rx.PollRecv)))
			return err
		},
		"PollRecvMany": func(task *edo.Task, rx *mpmc.Receiver[int]) error {
			_, err := edo.Await(task, edo.Future[[]int](pollOf[[]int](func(cx *edo.Context) ([]int, edo.Poll, error) {
				return rx.PollRecvMany(cx, nil, 2)
			})))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var busy *edo.BusyError
			err := sim.Run(1, func(task *edo.Task) error {
				tx, rx := mpmc.New[int](1)
				defer tx.Close()
				first := edo.Go(task, func(task *edo.Task) error {
					v, err := byNext(task, rx)
					if err == nil && v != 1 {
						return errors.New("another message")
					}
					return err
				}, edo.Name("first"))
				edo.Yield(task)
				late := edo.Go(task, func(task *edo.Task) error { return second(task, rx) }, edo.Name("late"))
				if _, err := late.Await(task); !errors.As(err, &busy) {
					return err
				}
				chantest.TrySend(t, tx, 1, nil)
				_, err := first.Await(task)
				return err
			}, sim.WithConfig(sim.Config{Quiet: true})) // the first task waits first
			if err != nil {
				t.Fatal("the first waiter was disturbed:", err)
			}
			if busy == nil || busy.First != "first" || busy.Second != "late" ||
				busy.On != "mpmc: receive (empty, capacity 1)" ||
				!strings.Contains(busy.Error(), "clone the receiver, or use RecvFuture") {
				t.Errorf("%#v: %v", busy, busy)
			}
		})
	}
}

// borrowed is a receiver that the stream around it does not drop.
type borrowed struct{ rx *mpmc.Receiver[int] }

func (b borrowed) PollNext(cx *edo.Context) (int, edo.Poll, error) { return b.rx.PollNext(cx) }

func TestBranchesOfAJoinThatPollOneHandleAreBusyToo(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpmc.New[int](1)
		defer tx.Close()
		_, err := edo.Await(task, edo.Future[[]int](future.TryJoin[int](pollOf[int](rx.PollRecv), pollOf[int](rx.PollRecv))))
		return err
	})
	var busy *edo.BusyError
	if !errors.As(err, &busy) {
		t.Fatal(err)
	}
}

// A handle that a task has polled, and which another task has now, is no conflict: the
// first task has ended, or waits for something else.
func TestHandleThatWasHandedOnIsPolledByItsNewTask(t *testing.T) {
	for name, ends := range map[string]bool{"the first has ended": true, "the first waits for another thing": false} {
		t.Run(name, func(t *testing.T) {
			err := sim.Run(1, func(task *edo.Task) error {
				tx, rx := mpmc.New[int](1)
				gate, opener := mpmc.New[int](1)
				defer gate.Close()
				defer tx.Close()
				first := edo.Go(task, func(task *edo.Task) error {
					_, err := edo.Await(task, edo.Future[edo.Unit](pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
						rx.PollNext(cx)
						return edo.Unit{}, edo.Ready, nil
					})))
					if err != nil || ends {
						return err
					}
					_, err = opener.Recv(task)
					return err
				})
				timer.Sleep(task, time.Second) // the first has polled
				second := edo.Go(task, func(task *edo.Task) error { _, err := byNext(task, rx); return err })
				timer.Sleep(task, time.Second) // the second waits
				chantest.TrySend(t, tx, 1, nil)
				if _, err := second.Await(task); err != nil {
					return err
				}
				chantest.TrySend(t, gate, 1, nil)
				_, err := first.Await(task)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Tasks that share one handle, which is the point of the package, each wait in a place of
// their own.
func TestTasksShareOneHandle(t *testing.T) {
	for _, workers := range []int{1, 2} {
		const tasks, n = 5, 1000
		seen := make([]int, n)
		err := edo.Run(func(task *edo.Task) error {
			tx, rx := mpmc.New[int](3)
			defer rx.Drop()
			got := make([][]int, tasks)
			var all []*edo.JoinHandle[edo.Unit]
			for i := range tasks {
				all = append(all, edo.Go(task, func(task *edo.Task) error {
					for {
						var v int
						var err error
						if f := rx.RecvFuture(); i%2 == 0 {
							v, err = rx.Recv(task)
						} else {
							v, err = edo.Await(task, edo.Future[int](f))
							f.Drop()
						}
						if errors.Is(err, edo.ErrClosed) {
							return nil
						} else if err != nil {
							return err
						}
						got[i] = append(got[i], v)
					}
				}))
			}
			for i := range n {
				if err := tx.Send(task, i); err != nil {
					return err
				}
			}
			tx.Close()
			for i, h := range all {
				if _, err := h.Await(task); err != nil {
					return err
				}
				for k, v := range got[i] {
					seen[v]++
					if k > 0 && v <= got[i][k-1] {
						t.Errorf("task %d received %d after %d", i, v, got[i][k-1])
					}
				}
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
		for v, times := range seen {
			if times != 1 {
				t.Fatalf("%d was received %d times", v, times)
			}
		}
	}
}

func TestTasksThatCameAndWentAreNotKept(t *testing.T) {
	open := func() (*mpmc.Sender[int], *mpmc.Receiver[int]) { return mpmc.New[int](1) }
	chantest.TasksThatCameAndWentAreNotKept(t, open, (*mpmc.Sender[int]).Watchers)
}
