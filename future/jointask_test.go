package future_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

type body = func(task *edo.Task) (int, error)

// simulate runs fn as a task of a simulation, and requires that it returns nil.
func simulate(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	if err := sim.Run(1, fn); err != nil {
		t.Fatal(err)
	}
}

// returnAfter returns a function that returns v and err after d.
func returnAfter(d time.Duration, v int, err error) body {
	return func(task *edo.Task) (int, error) {
		if err := timer.Sleep(task, d); err != nil {
			return 0, err
		}
		return v, err
	}
}

func TestJoinTaskRunsAtTheSameTimeAndKeepsTheOrder(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		began := timer.Now(task)
		got, err := future.JoinTask(task, returnAfter(3*time.Second, 1, nil), returnAfter(time.Second, 2, errTest), returnAfter(2*time.Second, 3, nil))
		if err != nil || got[0] != (future.Result[int]{Value: 1}) || got[1].Err != errTest || got[2].Value != 3 {
			t.Errorf("got %v, %v", got, err)
		}
		if took := timer.Now(task).Sub(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		if got, err := future.JoinTask[int](task); err != nil || len(got) != 0 {
			t.Errorf("of no functions: got %v, %v", got, err)
		}
		return nil
	})
}

// counts is how many functions have begun and have ended.
type counts struct{ begun, ended int }

// waitForCancellation is a function that waits for ever, and ends when it is cancelled.
func (c *counts) waitForCancellation(task *edo.Task) (int, error) {
	c.begun++
	defer func() { c.ended++ }()
	err := timer.Sleep(task, time.Hour)
	if !errors.Is(err, edo.ErrCancelled) || !errors.Is(edo.Yield(task), edo.ErrCancelled) {
		return 0, fmt.Errorf("the function was not cancelled: %v", err)
	}
	return 0, err
}

func TestTryJoinTaskReturnsTheFirstErrorAfterAllFunctionsHaveEnded(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		var c counts
		got, err := future.TryJoinTask(task, c.waitForCancellation, returnAfter(time.Second, 2, errTest), c.waitForCancellation, returnAfter(time.Minute, 2, errOther))
		if got != nil || err != errTest || c != (counts{2, 2}) {
			t.Errorf("got %v, %v; %+v", got, err, c)
		}
		got, err = future.TryJoinTask(task, returnAfter(2, 1, nil), returnAfter(1, 2, nil))
		if !slices.Equal(got, []int{1, 2}) || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}

func TestLosersOfRaceTaskHaveEndedWhenItReturns(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		for _, fail := range []error{nil, errTest} {
			var c counts
			v, err := future.RaceTask(task, c.waitForCancellation, returnAfter(time.Second, 7, fail), c.waitForCancellation)
			if v != 7 || err != fail || c != (counts{2, 2}) {
				t.Errorf("got %d, %v; %+v", v, err, c)
			}
		}
		return nil
	})
}

func TestLosersOfRaceTaskMayCallRaceTask(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		var c counts
		inner := func(task *edo.Task) (int, error) {
			return future.RaceTask(task, c.waitForCancellation, c.waitForCancellation)
		}
		join := func(task *edo.Task) (int, error) {
			_, err := future.JoinTask(task, c.waitForCancellation, inner)
			return 0, err
		}
		v, err := future.RaceTask(task, join, returnAfter(time.Second, 7, nil), inner)
		if v != 7 || err != nil || c != (counts{5, 5}) {
			t.Errorf("got %d, %v; %+v", v, err, c)
		}
		return nil
	})
}

func TestRaceTaskStartsNoFunctionAfterOneThatReturnsWithoutWaiting(t *testing.T) {
	task := edotest.NewTask()
	starts := 0
	start := func(*edo.Task) (int, error) {
		starts++
		return starts, nil
	}
	edotest.RequireReady(t, task, edo.Async(func(task *edo.Task) (u edo.Unit, _ error) {
		v, err := future.RaceTask(task, start, start, start)
		if v != 1 || err != nil || starts != 1 {
			t.Errorf("got %d, %v; %d have started", v, err, starts)
		}
		return u, nil
	}))
}

func TestWhenTheTaskIsCancelledAllFunctionsEndBeforeTheCallReturns(t *testing.T) {
	for name, call := range map[string]func(task *edo.Task, fns ...body) error{
		"JoinTask":    func(task *edo.Task, fns ...body) error { _, err := future.JoinTask(task, fns...); return err },
		"TryJoinTask": func(task *edo.Task, fns ...body) error { _, err := future.TryJoinTask(task, fns...); return err },
		"RaceTask":    func(task *edo.Task, fns ...body) error { _, err := future.RaceTask(task, fns...); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, nested := range []bool{false, true} {
				simulate(t, func(task *edo.Task) error {
					var c counts
					returned := false
					fn := func(task *edo.Task) error {
						err := call(task, c.waitForCancellation, c.waitForCancellation, c.waitForCancellation)
						if !errors.Is(err, edo.ErrCancelled) || c != (counts{3, 3}) {
							t.Errorf("got %v; %+v", err, c)
						}
						if err := call(task, c.waitForCancellation); !errors.Is(err, edo.ErrCancelled) || c.begun != 3 {
							t.Errorf("a cancelled task has started a function: %v; %+v", err, c)
						}
						returned = true
						return err
					}
					var f edo.Future[edo.Unit] = edo.Async(func(task *edo.Task) (u edo.Unit, err error) { return u, fn(task) })
					if nested {
						f = future.Map(future.Join(f), func([]future.Result[edo.Unit]) (u edo.Unit) { return u })
					}
					h := edo.Spawn(task, f)
					timer.Sleep(task, time.Second)
					h.Abort()
					if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || !returned {
						t.Errorf("nested: %v: got %v, returned: %v", nested, err, returned)
					}
					return nil
				})
			}
		})
	}
}

func TestAnErrorBeforeTheCancellationOfTheTaskIsReturned(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		slow := func(task *edo.Task) (int, error) { // ends late, without an error
			timer.Sleep(task, time.Hour)
			edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) })
			return 0, nil
		}
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := future.TryJoinTask(task, returnAfter(time.Second, 0, errTest), slow)
			return err
		})
		timer.Sleep(task, 2*time.Second)
		h.Abort()
		if _, err := h.Await(task); err != errTest {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestAPanicDuringAReportEndsARace(t *testing.T) {
	task, polls := edotest.NewTask(), 0
	f := edo.Async(func(task *edo.Task) (int, error) {
		return future.RaceTask(task,
			func(task *edo.Task) (int, error) { return edo.Await(task, edo.Future[int](&never{})) },
			func(task *edo.Task) (int, error) {
				return edo.Await(task, future.PollFn(func(*edo.Context) (v int, _ edo.Poll, _ error) {
					if polls++; polls > 1 {
						panic("test")
					}
					return v, edo.Pending, nil
				}))
			})
	})
	edotest.RequirePending(t, task, f)
	edotest.Waits(task, f)
	edotest.RequireWoken(t, task, 1)
	if _, p, err := edotest.Poll(task, f); p != edo.Ready || !errors.As(err, new(*edo.PanicError)) {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestASuccessAfterTheCancellationOfTheTaskIsReturned(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		defer rx.Drop()
		send := func(task *edo.Task) (int, error) {
			if err := tx.Send(task, 2); err != nil {
				return 0, err
			}
			return 2, nil
		}
		tx.TrySend(1)
		sent := edo.Go(task, func(task *edo.Task) error {
			v, err := future.RaceTask(task, send, func(task *edo.Task) (int, error) { return 0, timer.Sleep(task, time.Hour) })
			if v != 2 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
			all, err := future.JoinTask(task, send)
			if all != nil || !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("got %v, %v", all, err)
			}
			return nil
		})
		timer.Sleep(task, time.Second)
		rx.TryRecv() // the channel accepts the value of send, which has not run again yet
		sent.Abort()
		sent.Await(task)
		if v, err := rx.TryRecv(); v != 2 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		return nil
	})
}

func TestValuesThatAreNotReturnedAreDropped(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		var hs []*owntest.Handle
		handleAfter := func(d time.Duration) func(task *edo.Task) (*owntest.Handle, error) {
			h := owntest.NewHandle(len(hs))
			hs = append(hs, h)
			return func(task *edo.Task) (*owntest.Handle, error) {
				timer.Sleep(task, d)
				return h, nil // even when it is cancelled
			}
		}
		fail := func(task *edo.Task) (*owntest.Handle, error) { return nil, timer.Sleep(task, 2*time.Second) }
		won, err := future.RaceTask(task, handleAfter(time.Second), handleAfter(time.Minute), fail)
		if won != hs[0] || err != nil || hs[0].Drops() != 0 || hs[1].Drops() != 1 {
			t.Errorf("got %v, %v; dropped %d and %d times", won, err, hs[0].Drops(), hs[1].Drops())
		}
		failing := func(task *edo.Task) (*owntest.Handle, error) { timer.Sleep(task, 2*time.Second); return nil, errTest }
		future.TryJoinTask(task, handleAfter(time.Second), failing, handleAfter(time.Minute))
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := future.JoinTask(task, handleAfter(time.Second), fail, handleAfter(time.Minute))
			return err
		})
		timer.Sleep(task, time.Second)
		h.Abort()
		h.Await(task)
		for i, h := range hs[1:] {
			if h.Drops() != 1 {
				t.Errorf("handle %d was dropped %d times", i+1, h.Drops())
			}
		}
		return nil
	})
}

// A long-lived object may keep the waker of a function that has ended, as a task's handle
// does. The collector still frees the function's variables and its result.
func TestAWakerThatIsKeptDoesNotKeepTheMemoryOfTheFunctions(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		long := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		leaveWaker := func(task *edo.Task) error { // the handle keeps the waker
			return selector.New(
				selector.OnFuture(long, func(edo.Unit, error) error { return nil }),
				selector.OnFuture(timer.SleepFuture(time.Second), func(edo.Unit, error) error { return selector.Stop }),
			).Run(task)
		}
		use := func() (used, got weak.Pointer[[99]int]) {
			big, result := new([99]int), new([99]int)
			future.RaceTask(task, func(task *edo.Task) (int, error) { return big[0], leaveWaker(task) })
			future.JoinTask(task, func(task *edo.Task) (*[99]int, error) { return result, leaveWaker(task) })
			return weak.Make(big), weak.Make(result)
		}
		used, got := use()
		runtime.GC()
		if used.Value() != nil || got.Value() != nil {
			t.Errorf("kept: %v, %v", used.Value() != nil, got.Value() != nil)
		}
		long.Abort()
		return nil
	})
}

func TestNoPanicOfAFunctionIsLost(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		panics := func(task *edo.Task) (int, error) {
			timer.Sleep(task, time.Second)
			panic("test")
		}
		hasPanic := func(err error) bool {
			var p *edo.PanicError
			return errors.As(err, &p) && p.Value == "test"
		}
		all, err := future.JoinTask(task, panics, returnAfter(2*time.Second, 2, nil))
		if err != nil || !hasPanic(all[0].Err) || all[1].Value != 2 {
			t.Errorf("got %v, %v", all, err)
		}
		if _, err := future.TryJoinTask(task, panics, returnAfter(2*time.Second, 2, nil)); !hasPanic(err) {
			t.Errorf("got %v", err)
		}
		// A loser that panics when it is cancelled.
		if v, err := future.RaceTask(task, panics, returnAfter(time.Millisecond, 2, nil)); v != 2 || !hasPanic(err) {
			t.Errorf("got %v, %v", v, err)
		}
		if _, err := future.TryJoinTask(task, panics, returnAfter(time.Millisecond, 2, errTest)); !hasPanic(err) || !errors.Is(err, errTest) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestAFunctionCannotUseTheTaskOfItsCaller(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		all, err := future.JoinTask(task, func(*edo.Task) (int, error) { return 0, timer.Sleep(task, time.Second) }) //edo:allow taskuse the error is what is tested
		if err != nil || all[0].Err == nil || errors.Is(all[0].Err, edo.ErrCancelled) {
			t.Errorf("got %v, %v", all, err)
		}
		return nil
	})
}

func TestRaceTaskWorksInABlockingTask(t *testing.T) {
	var ended atomic.Int32
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			tx, rx := oneshot.New[int]()
			v, err := future.RaceTask(task,
				func(task *edo.Task) (int, error) { return rx.Recv(task) },
				func(task *edo.Task) (int, error) {
					defer ended.Add(1)
					return 0, timer.Sleep(task, time.Hour)
				},
				func(task *edo.Task) (int, error) {
					edo.Yield(task)
					tx.Send(7)
					return 0, timer.Sleep(task, time.Hour)
				})
			if v != 7 || err != nil || ended.Load() != 1 {
				t.Errorf("got %d, %v; %d losers have ended", v, err, ended.Load())
			}
			return edo.Unit{}, nil
		}).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
