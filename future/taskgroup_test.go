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
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

type body = func(task *edo.Task) (int, error)

// inside runs fn as a task of a simulation.
func inside(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	if err := sim.Run(1, fn); err != nil {
		t.Fatal(err)
	}
}

// after returns v, err after d.
func after(d time.Duration, v int, err error) body {
	return func(task *edo.Task) (int, error) {
		if err := timer.Sleep(task, d); err != nil {
			return 0, err
		}
		return v, err
	}
}

func TestJoinTaskRunsAtTheSameTimeAndKeepsTheOrder(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		began := timer.Now(task)
		got, err := future.JoinTask(task, after(3*time.Second, 1, nil), after(time.Second, 2, errTest), after(2*time.Second, 3, nil))
		if err != nil || got[0] != (future.Result[int]{Value: 1}) || got[1].Err != errTest || got[2].Value != 3 {
			t.Errorf("got %v, %v", got, err)
		}
		if took := timer.Now(task).Sub(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		if got, err := future.JoinTask[int](task); err != nil || len(got) != 0 {
			t.Errorf("of nothing: %v, %v", got, err)
		}
		return nil
	})
}

// ends counts functions that have begun and ended.
type ends struct{ begun, ended int }

// waiting begins, waits for ever, and ends when it is cancelled.
func (e *ends) waiting(task *edo.Task) (int, error) {
	e.begun++
	defer func() { e.ended++ }()
	err := timer.Sleep(task, time.Hour)
	if !errors.Is(err, edo.ErrCancelled) || !errors.Is(edo.Yield(task), edo.ErrCancelled) {
		return 0, fmt.Errorf("the function was not cancelled: %v", err)
	}
	return 0, err
}

func TestTryJoinTaskEndsTheOthersAtTheFirstErrorBeforeItReturns(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		var e ends
		got, err := future.TryJoinTask(task, e.waiting, after(time.Second, 2, errTest), e.waiting, after(time.Minute, 2, errOther))
		if got != nil || err != errTest || e != (ends{2, 2}) {
			t.Errorf("got %v, %v; %+v", got, err, e)
		}
		got, err = future.TryJoinTask(task, after(2, 1, nil), after(1, 2, nil))
		if !slices.Equal(got, []int{1, 2}) || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}

func TestLosersOfRaceTaskHaveEndedWhenItReturns(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		for _, fail := range []error{nil, errTest} {
			var e ends
			v, err := future.RaceTask(task, e.waiting, after(time.Second, 7, fail), e.waiting)
			if v != 7 || err != fail || e != (ends{2, 2}) {
				t.Errorf("got %d, %v; %+v", v, err, e)
			}
		}
		return nil
	})
}

func TestLosersOfRaceTaskMayRaceThemselves(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		var e ends
		inner := func(task *edo.Task) (int, error) { return future.RaceTask(task, e.waiting, e.waiting) }
		join := func(task *edo.Task) (int, error) {
			_, err := future.JoinTask(task, e.waiting, inner)
			return 0, err
		}
		v, err := future.RaceTask(task, join, after(time.Second, 7, nil), inner)
		if v != 7 || err != nil || e != (ends{5, 5}) {
			t.Errorf("got %d, %v; %+v", v, err, e)
		}
		return nil
	})
}

func TestAFunctionThatReturnsAtOnceKeepsTheOthersFromStarting(t *testing.T) {
	task := edotest.NewTask()
	starts := 0
	at := func(*edo.Task) (int, error) {
		starts++
		return starts, nil
	}
	edotest.RequireReady(t, task, edo.Async(func(task *edo.Task) (u edo.Unit, _ error) {
		v, err := future.RaceTask(task, at, at, at)
		if v != 1 || err != nil || starts != 1 {
			t.Errorf("got %d, %v; %d have started", v, err, starts)
		}
		return u, nil
	}))
}

// When the task itself is cancelled, all functions have ended before the call returns.
func TestCancelledJoinTaskAndRaceTaskEndTheirFunctionsFirst(t *testing.T) {
	for name, call := range map[string]func(task *edo.Task, fns ...body) error{
		"JoinTask":    func(task *edo.Task, fns ...body) error { _, err := future.JoinTask(task, fns...); return err },
		"TryJoinTask": func(task *edo.Task, fns ...body) error { _, err := future.TryJoinTask(task, fns...); return err },
		"RaceTask":    func(task *edo.Task, fns ...body) error { _, err := future.RaceTask(task, fns...); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, nested := range []bool{false, true} {
				inside(t, func(task *edo.Task) error {
					var e ends
					returned := false
					fn := func(task *edo.Task) error {
						err := call(task, e.waiting, e.waiting, e.waiting)
						if !errors.Is(err, edo.ErrCancelled) || e != (ends{3, 3}) {
							t.Errorf("got %v; %+v", err, e)
						}
						if err := call(task, e.waiting); !errors.Is(err, edo.ErrCancelled) || e.begun != 3 {
							t.Errorf("a cancelled task has started something: %v; %+v", err, e)
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

func TestWhatWasDecidedBeforeTheTaskWasCancelledStands(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		slow := func(task *edo.Task) (int, error) { // to end, and nobody's fault
			timer.Sleep(task, time.Hour)
			edo.Shielded(task, func(task *edo.Task) error { return timer.Sleep(task, time.Minute) })
			return 0, nil
		}
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := future.TryJoinTask(task, after(time.Second, 0, errTest), slow)
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

func TestAPanicInAReportDecidesARaceAsAnyOther(t *testing.T) {
	task, polls := edotest.NewTask(), 0
	f := edo.Async(func(task *edo.Task) (int, error) {
		return future.RaceTask(task,
			func(task *edo.Task) (int, error) { return edo.Await(task, edo.Future[int](&ticker{})) },
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

func TestWhatHasSucceededAlthoughTheTaskWasCancelledIsNotLost(t *testing.T) {
	inside(t, func(task *edo.Task) error {
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
		rx.TryRecv() // the value of the send is accepted, and it has not run yet
		sent.Abort()
		sent.Await(task)
		if v, err := rx.TryRecv(); v != 2 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		return nil
	})
}

func TestValuesThatNobodyGetsAreDropped(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		var hs []*owntest.Handle
		give := func(d time.Duration) func(task *edo.Task) (*owntest.Handle, error) {
			h := owntest.NewHandle(len(hs))
			hs = append(hs, h)
			return func(task *edo.Task) (*owntest.Handle, error) {
				timer.Sleep(task, d)
				return h, nil // even when it was cancelled
			}
		}
		fail := func(task *edo.Task) (*owntest.Handle, error) { return nil, timer.Sleep(task, 2*time.Second) }
		won, err := future.RaceTask(task, give(time.Second), give(time.Minute), fail)
		if won != hs[0] || err != nil || hs[0].Drops() != 0 || hs[1].Drops() != 1 {
			t.Errorf("got %v, %v; dropped %d and %d times", won, err, hs[0].Drops(), hs[1].Drops())
		}
		bad := func(task *edo.Task) (*owntest.Handle, error) { timer.Sleep(task, 2*time.Second); return nil, errTest }
		future.TryJoinTask(task, give(time.Second), bad, give(time.Minute))
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := future.JoinTask(task, give(time.Second), fail, give(time.Minute))
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

// What keeps the waker of a function, as the handle of a task does, keeps little memory.
func TestWhatTheFunctionsHaveUsedIsNotKeptAfterwards(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		long := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		part := func(task *edo.Task) error { // its waker is in the handle afterwards
			return edo.NewSelect(
				edo.OnFuture(long, func(edo.Unit, error) error { return nil }),
				edo.OnFuture(timer.SleepFuture(time.Second), func(edo.Unit, error) error { return edo.Stop }),
			).Run(task)
		}
		use := func() (used, got weak.Pointer[[99]int]) {
			big, result := new([99]int), new([99]int)
			future.RaceTask(task, func(task *edo.Task) (int, error) { return big[0], part(task) })
			future.JoinTask(task, func(task *edo.Task) (*[99]int, error) { return result, part(task) })
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
	inside(t, func(task *edo.Task) error {
		bad := func(task *edo.Task) (int, error) {
			timer.Sleep(task, time.Second)
			panic("test")
		}
		is := func(err error) bool {
			var p *edo.PanicError
			return errors.As(err, &p) && p.Value == "test"
		}
		all, err := future.JoinTask(task, bad, after(2*time.Second, 2, nil))
		if err != nil || !is(all[0].Err) || all[1].Value != 2 {
			t.Errorf("got %v, %v", all, err)
		}
		if _, err := future.TryJoinTask(task, bad, after(2*time.Second, 2, nil)); !is(err) {
			t.Errorf("got %v", err)
		}
		// A loser that panics when it is cancelled.
		if v, err := future.RaceTask(task, bad, after(time.Millisecond, 2, nil)); v != 2 || !is(err) {
			t.Errorf("got %v, %v", v, err)
		}
		if _, err := future.TryJoinTask(task, bad, after(time.Millisecond, 2, errTest)); !is(err) || !errors.Is(err, errTest) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestAFunctionCannotUseTheTaskOfItsCaller(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		all, err := future.JoinTask(task, func(*edo.Task) (int, error) { return 0, timer.Sleep(task, time.Second) })
		if err != nil || all[0].Err == nil || errors.Is(all[0].Err, edo.ErrCancelled) {
			t.Errorf("got %v, %v", all, err)
		}
		return nil
	})
}

func TestJoinTaskWorksOnAGoroutineOfItsOwn(t *testing.T) {
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
				t.Errorf("got %d, %v; %d have ended", v, err, ended.Load())
			}
			return edo.Unit{}, nil
		}).Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Functions in direct style as children of the stackless ones.

func TestAsyncChildrenThatAreDroppedRunToTheirEndsBeforeTheTaskEnds(t *testing.T) {
	for name, lose := range map[string]func(fs ...edo.Future[int]) edo.Future[int]{
		"Race": func(fs ...edo.Future[int]) edo.Future[int] {
			return future.Race(append(fs, edo.Async(after(time.Second, 7, nil)))...)
		},
		"TryJoin": func(fs ...edo.Future[int]) edo.Future[int] {
			return future.Map(future.TryJoin(append(fs, edo.Async(after(time.Second, 7, errTest)))...), func([]int) int { return 0 }).
				OrElse(func(error) edo.Future[int] { return future.Ready(7) })
		},
		"TryJoin3": func(fs ...edo.Future[int]) edo.Future[int] {
			return future.Map(future.TryJoin3(fs[0], edo.Async(after(time.Second, 7, errTest)), fs[1]), func(future.Triple[int, int, int]) int { return 0 }).
				OrElse(func(error) edo.Future[int] { return future.Ready(7) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			inside(t, func(task *edo.Task) error {
				var e ends
				h := edo.Spawn(task, lose(edo.Async(e.waiting), edo.Async(e.waiting)))
				v, err := h.Await(task)
				if v != 7 || err != nil || e.begun != e.ended || e.begun != 2 {
					t.Errorf("got %d, %v; %+v", v, err, e)
				}
				return nil
			})
		})
	}
}

func TestAsyncChildrenOfAnAbortedJoinRunToTheirEnds(t *testing.T) {
	inside(t, func(task *edo.Task) error {
		var e ends
		h := edo.Spawn(task, future.Join(edo.Async(e.waiting), future.Race(edo.Async(e.waiting), edo.Async(e.waiting))))
		timer.Sleep(task, time.Second)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || e != (ends{3, 3}) {
			t.Errorf("got %v; %+v", err, e)
		}
		h = edo.Spawn(task, future.Join(edo.Async(e.waiting)))
		h.Abort() // before its first poll
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || e.begun != 3 {
			t.Errorf("got %v; %+v", err, e)
		}
		return nil
	})
}

func TestAsyncChildrenOfAJoinWaitForTimersChannelsAndTasks(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		err := edo.Run(func(task *edo.Task) error {
			tx, rx := mpsc.New[int](2)
			spawned := edo.Spawn(task, future.Lazy(func() (int, error) { return 5, nil }))
			all, err := edo.Await(task, future.Join(
				edo.Async(func(task *edo.Task) (int, error) {
					defer tx.Close()
					for i := range 100 {
						if err := tx.Send(task, i); err != nil {
							return 0, err
						}
					}
					return 1, nil
				}),
				edo.Async(func(task *edo.Task) (sum int, err error) {
					for {
						v, err := rx.Recv(task)
						if err != nil {
							return sum, nil
						}
						sum += v
					}
				}),
				edo.Async(after(time.Millisecond, 3, nil)),
				edo.Future[int](spawned),
			))
			if err != nil || all[0].Value != 1 || all[1].Value != 4950 || all[2].Value != 3 || all[3].Value != 5 {
				t.Errorf("got %v, %v", all, err)
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Several tasks that wake each other's children on real workers.
func TestJoinsOnManyWorkersLoseNoWake(t *testing.T) {
	const tasks, children = 40, 50
	err := edo.Run(func(task *edo.Task) error {
		for range tasks {
			var rxs []edo.Future[int]
			var txs []*oneshot.Sender[int]
			for range children {
				tx, rx := oneshot.New[int]()
				rxs, txs = append(rxs, rx), append(txs, tx)
			}
			edo.Go(task, func(task *edo.Task) error {
				for i, tx := range txs {
					if i%7 == 0 {
						edo.Yield(task)
					}
					tx.Send(i)
				}
				return nil
			})
			edo.Go(task, func(task *edo.Task) error {
				all, err := edo.Await(task, future.Join(rxs...))
				for i, r := range all {
					if r.Value != i || r.Err != nil {
						t.Errorf("result %d is %v", i, r)
					}
				}
				return err
			})
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
}
