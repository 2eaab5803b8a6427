package selector_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// runSelect runs sel in direct style, on a mock task that is polled until it has ended.
func runSelect(t *testing.T, sel *selector.Select) (err error) {
	t.Helper()
	task := edotest.NewTask()
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, sel.Run(task) })
	for range 100 {
		if _, p, err := edotest.Poll(task, f); p != edo.Pending {
			return err
		}
	}
	t.Fatal("it does not end")
	return nil
}

func TestTheErrorOfAHandlerEndsTheLoopAndStopIsNoError(t *testing.T) {
	give := func(err error) *selector.Select {
		return selector.New(selector.On(stream.Values(1, 2), func(int, error) error { return err }))
	}
	if err := runSelect(t, give(errSelect)); err != errSelect {
		t.Errorf("got %v", err)
	}
	for _, stop := range []error{selector.Stop, fmt.Errorf("enough: %w", selector.Stop)} {
		if err := runSelect(t, give(stop)); err != nil {
			t.Errorf("got %v", err)
		}
		task, calls := edotest.NewTask(), 0
		sel := selector.New(selector.On(stream.Values(1, 2), func(int, error) error { calls++; return stop }))
		for range 3 {
			edotest.RequireEnd(t, task, sel)
		}
		if calls != 1 {
			t.Errorf("the handler was called %d times", calls)
		}
	}
	edotest.RequireNextError(t, edotest.NewTask(), give(errSelect), errSelect)
}

func TestNextReturnsTheHandlersErrorAndStopWhenAllBranchesHaveEnded(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		sel := selector.New(selector.On(stream.Values(1), func(_ int, err error) error { return err }))
		if err := sel.Next(task); err != nil {
			t.Errorf("got %v", err)
		}
		if err := sel.Next(task); err != edo.ErrClosed {
			t.Errorf("got %v", err)
		}
		if err := sel.Next(task); !errors.Is(err, selector.Stop) || !strings.Contains(err.Error(), "every branch has ended") {
			t.Errorf("got %v", err)
		}
		off := selector.New(
			selector.On(stream.Values(1), func(int, error) error { return nil }).If(func() bool { return false }),
			selector.OnFuture[int](nil, func(int, error) error { return nil }),
		)
		if err := off.Next(task); err == nil || errors.Is(err, selector.Stop) || !strings.Contains(err.Error(), "turned off") {
			t.Errorf("got %v", err)
		}
		calls := 0
		off.Else(func() error { calls++; return errSelect })
		if err := off.Next(task); err != errSelect || calls != 1 {
			t.Errorf("got %v after %d calls", err, calls)
		}
		sel.Drop()
		sel.Drop()
		if err := sel.Next(task); !errors.Is(err, edo.ErrClosed) || errors.Is(err, selector.Stop) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

// inSim runs fn as a task of a simulation.
func inSim(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	if err := sim.Run(1, fn); err != nil {
		t.Fatal(err)
	}
}

func TestHandlersMayWaitForWhatTheOtherBranchesWaitFor(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		edo.Go(task, func(task *edo.Task) error {
			defer tx.Close()
			for i := range 10 {
				timer.Sleep(task, 3*time.Second)
				if err := tx.Send(task, i); err != nil {
					return err
				}
			}
			return nil
		}, edo.Owns(tx))
		var got []int
		err := selector.New(
			selector.On(timer.NewInterval(7*time.Second), func(time.Time, error) error {
				v, err := rx.Recv(task) // replaces the waker of the branch, which is polled again
				if err == nil {
					got = append(got, v)
				}
				return nil
			}),
			selector.On(rx, func(v int, err error) error {
				if err != nil {
					return selector.Stop
				}
				got = append(got, v)
				return timer.Sleep(task, time.Second)
			}),
		).Run(task)
		if err != nil || !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}

func TestACancelledNextReturnsAndHasTakenNoItem(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		_, never := oneshot.New[int]()
		handled, asked := 0, 0
		count := func(int, error) error { handled++; return nil }
		sel := selector.New(
			selector.On(rx, count).If(func() bool { asked++; return true }),
			selector.OnFuture(never, count))
		h := edo.Go(task, func(task *edo.Task) error {
			err := sel.Next(task)
			if again := sel.Next(task); again != err {
				t.Errorf("got %v, and then %v", err, again)
			}
			return err
		})
		timer.Sleep(task, time.Second)
		tx.TrySend(7) // wakes the task, which was aborted
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || handled != 0 {
			t.Errorf("got %v, %d handled", err, handled)
		}
		if rx.Len() != 1 {
			t.Error("the message is gone")
		}
		tx.Close()
		if err := sel.Next(task); err != nil || handled != 1 || asked != 2 {
			t.Errorf("another task: got %v, %d handled, asked %d times", err, handled, asked)
		}
		return nil
	})
}

// A future that lost keeps its place in line.
func TestASendThatLosesKeepsItsPlace(t *testing.T) {
	task := edotest.NewTask()
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	tx.TrySend(0)
	send := tx.SendFuture(1)
	ticks := owntest.NewScript[int](t).Wait().Give(5).Wait().Give(6)
	sent := 0
	sel := selector.New(
		selector.OnFuture(send, func(_ *mpsc.Sender[int], err error) error { sent++; return err }),
		selector.On(ticks, func(int, error) error { return nil }),
	)
	edotest.RequireNextPending(t, task, sel)
	ticks.Wake()
	takeTurn(t, task, sel)
	edotest.RequireNextPending(t, task, sel)
	later := tx.SendFuture(2)
	edotest.RequirePending(t, edotest.NewTask(), later)
	task.TakeWakes()
	for want := range 3 {
		if v, err := rx.TryRecv(); v != want || err != nil {
			t.Fatalf("got %d, %v; want %d", v, err, want)
		}
	}
	edotest.RequireWoken(t, task, 1)
	takeTurn(t, task, sel)
	if sent != 1 {
		t.Fatalf("sent %d times", sent)
	}
}

func TestAsyncBranchesGoOnFromTurnToTurn(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		steps, ended := 0, false
		slow := edo.Async(func(task *edo.Task) (int, error) {
			defer func() { ended = true }()
			for range 3 {
				if err := timer.Sleep(task, 3*time.Second); err != nil {
					return 0, err
				}
				steps++
			}
			return steps, nil
		})
		ticks := 0
		err := selector.New(
			selector.OnFuture(slow, func(v int, err error) error {
				if v != 3 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
				return selector.Stop
			}),
			selector.On(timer.NewInterval(time.Second), func(time.Time, error) error { ticks++; return nil }),
		).Run(task)
		if err != nil || ticks < 8 || !ended {
			t.Errorf("got %v after %d ticks; ended: %v", err, ticks, ended)
		}
		// The owner drops one future that was never polled, and one that is suspended.
		for _, started := range []bool{false, true} {
			ended = false
			f := edo.Async(func(task *edo.Task) (int, error) {
				defer func() { ended = true }()
				return 0, timer.Sleep(task, time.Hour)
			})
			h := edo.Go(task, func(task *edo.Task) error {
				defer edo.Drop(f)
				return selector.New(
					selector.OnFuture(f, func(int, error) error { return nil }).If(func() bool { return started }),
					selector.On(timer.NewInterval(time.Second), func(time.Time, error) error { return selector.Stop }),
				).Run(task)
			})
			if _, err := h.Await(task); err != nil || ended != started {
				t.Errorf("started: %v: got %v, ended: %v", started, err, ended)
			}
		}
		return nil
	})
}

func TestASelectOfAnotherTaskIsAnError(t *testing.T) {
	inSim(t, func(task *edo.Task) error {
		sel := selector.New(selector.On(stream.Values(1), func(int, error) error { return nil }))
		_, err := edo.Go(task, func(*edo.Task) error { return sel.Next(task) }, edo.Name("child")).Await(task) //edo:allow taskuse the error is what is tested
		if err == nil || !strings.Contains(err.Error(), "used by") {
			t.Errorf("got %v", err)
		}
		// A poll cannot wait: neither a branch in its poll, nor a handler of PollNext.
		var got error
		polling := selector.New(selector.On(stream.PollFn(func(*edo.Context) (int, edo.Poll, error) {
			got = timer.Sleep(task, time.Second)
			return 0, edo.Ready, nil
		}), func(int, error) error { return nil }))
		if err := polling.Next(task); err != nil || got == nil || !strings.Contains(got.Error(), "in a poll nothing can wait") {
			t.Errorf("got %v, %v", err, got)
		}
		nested := selector.New(selector.On(stream.Values(1), func(int, error) error { return timer.Sleep(task, time.Second) }))
		if _, _, err := edo.Next(task, nested); err == nil || !strings.Contains(err.Error(), "in a poll nothing can wait") {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestASelectIsAStreamWithAnItemForEachTurn(t *testing.T) {
	tx, rx := mpsc.New[int](4)
	sum := 0
	sel := selector.New(
		selector.On(rx, func(v int, err error) error {
			if err != nil {
				return selector.Stop
			}
			sum += v
			return nil
		}),
		selector.On(timer.NewInterval(time.Second), func(time.Time, error) error { return nil }),
	)
	inSim(t, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			defer tx.Close()
			for i := range 100 {
				if err := tx.Send(task, i); err != nil {
					return err
				}
			}
			return timer.Sleep(task, 5*time.Second)
		})
		_, err := edo.Spawn(task, stream.ForEach(sel, func(edo.Unit) error { return nil })).Await(task)
		return err
	})
	if sum != 4950 {
		t.Fatalf("got %d", sum)
	}
}

func TestSelectWorksOnEveryRuntimeAndOnAGoroutineOfItsOwn(t *testing.T) {
	loop := func(task *edo.Task) (edo.Unit, error) {
		var left = 2
		sum := 0
		var branches []selector.Branch
		for range 2 {
			tx, rx := mpsc.New[int](2)
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				for i := range 500 {
					if err := tx.Send(task, i); err != nil {
						return err
					}
				}
				return nil
			})
			branches = append(branches, selector.On(rx, func(v int, err error) error {
				if err != nil {
					left--
				}
				sum += v
				return nil
			}))
		}
		err := selector.New(branches...).Run(task)
		if sum != 2*124750 || left != 0 {
			err = fmt.Errorf("got %d, %d are left, %w", sum, left, err)
		}
		return edo.Unit{}, err
	}
	tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			edo.Blocking(task, loop)
			_, err := loop(task)
			return err
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}
