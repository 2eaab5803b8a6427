package edo_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// flag is a leaf with room for one waiter.
type flag struct {
	mu     sync.Mutex
	raised bool
	waker  edo.Waker
}

func (f *flag) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "test: a flag"} }

func (f *flag) Poll(cx *edo.Context) (v edo.Unit, p edo.Poll, err error) {
	if !cx.Proceed(f) {
		return v, edo.Pending, nil
	}
	var asked edo.Waker
	f.mu.Lock()
	for w := f.waker; !w.IsZero() && w != cx.Waker() && w != asked; w = f.waker {
		f.mu.Unlock()
		if err := cx.Sole(w, f, "several waiters take a flag each"); err != nil {
			return v, edo.Ready, err
		}
		f.mu.Lock()
		asked = w
	}
	if f.raised {
		f.mu.Unlock()
		return v, edo.Ready, nil
	}
	f.waker = cx.Waker()
	f.mu.Unlock()
	cx.Displace(asked, f)
	return v, edo.Pending, nil
}

func (f *flag) raise() {
	f.mu.Lock()
	w := f.waker
	f.raised, f.waker = true, edo.Waker{}
	f.mu.Unlock()
	w.Wake()
}

func TestSecondWaiterGetsABusyErrorThatNamesBothAndTheFirstGoesOn(t *testing.T) {
	var second error
	err := sim.Run(1, func(task *edo.Task) error {
		var f flag
		first := edo.Go(task, func(task *edo.Task) error {
			_, err := edo.Await(task, &f)
			return err
		}, edo.Name("reader"))
		timer.Sleep(task, time.Second) // it waits
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := edo.Await(task, &f)
			return err
		}, edo.Name("late"))
		_, second = h.Await(task)
		f.raise()
		_, err := first.Await(task)
		return err
	})
	if err != nil {
		t.Fatal("the first waiter was disturbed:", err)
	}
	var busy *edo.BusyError
	if !errors.As(second, &busy) || busy.First != "reader" || busy.Second != "late" || busy.On != "test: a flag" {
		t.Fatalf("%#v: %v", busy, second)
	}
	if text := second.Error(); !strings.Contains(text, "take a flag each") {
		t.Error(text)
	}
}

func TestWaiterThatWaitsForSomethingElseByNowIsNoConflict(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var f, skipped, other flag
		skipped.raised = true
		ignore := func(edo.Unit, error) error { return nil }
		first := edo.Go(task, func(task *edo.Task) error {
			sel := selector.New(selector.OnFuture(&f, ignore), selector.OnFuture(&skipped, ignore))
			sel.Biased()
			if err := sel.Next(task); err != nil {
				return err
			}
			_, err := edo.Await(task, &other)
			return err
		})
		edo.Yield(task)
		second := edo.Go(task, func(task *edo.Task) error {
			_, err := edo.Await(task, &f)
			return err
		})
		edo.Yield(task)
		f.raise()
		if _, err := second.Await(task); err != nil {
			return err
		}
		other.raise()
		_, err := first.Await(task)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTwoBranchesOfAJoinThatWaitForOneThingAreAnError(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var f flag
		_, err := edo.Await(task, future.TryJoin[edo.Unit](&f, &f))
		return err
	})
	var busy *edo.BusyError
	if !errors.As(err, &busy) {
		t.Fatal("got", err)
	}
}

// Both branches use the flag, one after the other: the first then waits for another flag.
func TestBranchThatWaitsForSomethingElseByNowIsNoConflict(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var f, skipped, other, first flag
		skipped.raised = true
		ignore := func(edo.Unit, error) error { return nil }
		_, err := future.TryJoinTask(task,
			func(task *edo.Task) (edo.Unit, error) {
				sel := selector.New(selector.OnFuture(&f, ignore), selector.OnFuture(&skipped, ignore)).Biased()
				if err := sel.Next(task); err != nil { // its waker stays at f
					return edo.Unit{}, err
				}
				first.raise()
				return edo.Await(task, &other)
			},
			func(task *edo.Task) (edo.Unit, error) {
				if _, err := edo.Await(task, &first); err != nil {
					return edo.Unit{}, err
				}
				edo.Go(task, func(*edo.Task) error { f.raise(); return nil })
				if _, err := edo.Await(task, &f); err != nil {
					return edo.Unit{}, err
				}
				other.raise()
				return edo.Unit{}, nil
			})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnderMockTasksTheLastPollWins(t *testing.T) {
	var f flag
	a, b := edotest.NewTask(), edotest.NewTask()
	edotest.Poll(a, &f)
	if _, p, err := edotest.Poll(b, &f); p != edo.Pending || err != nil {
		t.Fatal(p, err)
	}
	f.raise()
	if a.Wakes() != 0 || b.Wakes() != 1 {
		t.Error(a.Wakes(), b.Wakes())
	}
}

func TestOfTwoWaitersOnWorkersOneWaitsAndOneGetsAnError(t *testing.T) {
	for range 200 {
		var f flag
		var busy, fine int
		var mu sync.Mutex
		err := edo.Run(func(task *edo.Task) error {
			ended := make(chan struct{}, 2)
			for range 2 {
				edo.Go(task, func(task *edo.Task) error {
					_, err := edo.Await(task, &f)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						fine++
					} else if _, ok := errors.AsType[*edo.BusyError](err); ok {
						busy++
						f.raise()
					}
					ended <- struct{}{}
					return nil
				})
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 2}))
		if err != nil || busy != 1 || fine != 1 {
			t.Fatal(err, busy, fine)
		}
	}
}

// The table has the objects of edo with room for one waiter: a function that waits, and one
// that ends the wait.
func TestSecondWaiterOfWhatHasOneIsAnErrorAndTheFirstGoesOn(t *testing.T) {
	for name, prepare := range map[string]func(task *edo.Task) (wait func(*edo.Task) error, event func()){
		"JoinSet.Join": func(task *edo.Task) (func(*edo.Task) error, func()) {
			var set joinset.Set[int]
			var gate lock.Notify
			set.Go(task, func(task *edo.Task) (int, error) { return 1, gate.Wait(task) })
			return func(task *edo.Task) error { _, _, err := set.Join(task); return err }, gate.NotifyOne
		},
		"JoinSet.JoinNext": func(task *edo.Task) (func(*edo.Task) error, func()) {
			var set joinset.Set[int]
			var gate lock.Notify
			set.Go(task, func(task *edo.Task) (int, error) { return 1, gate.Wait(task) })
			return func(task *edo.Task) error { _, _, err := set.JoinNext(task); return err }, gate.NotifyOne
		},
		"Cancel.CancelledFuture": func(*edo.Task) (func(*edo.Task) error, func()) {
			c := cancel.New()
			f := c.CancelledFuture()
			return func(task *edo.Task) error { _, err := edo.Await(task, f); return err }, c.Cancel
		},
		"JoinSet.SpawnFuture": func(task *edo.Task) (func(*edo.Task) error, func()) {
			set := joinset.New[int](1)
			var gate lock.Notify
			set.Go(task, func(task *edo.Task) (int, error) { return 1, gate.Wait(task) })
			f := set.SpawnFuture(tasktest.Seven{})
			return func(task *edo.Task) error { _, err := edo.Await[edo.AbortHandle](task, f); return err }, gate.NotifyOne
		},
		"Select.Next": func(*edo.Task) (func(*edo.Task) error, func()) {
			tx, rx := mpsc.New[int](4)
			sel := selector.New(selector.On(rx, func(int, error) error { return nil }))
			return sel.Next, func() { tx.TrySend(1); tx.Close() }
		},
	} {
		var first, second error
		err := sim.Run(1, func(task *edo.Task) error {
			wait, event := prepare(task)
			edo.Yield(task)
			a := edo.Go(task, wait, edo.Name("first"))
			edo.Yield(task)
			b := edo.Go(task, wait, edo.Name("second"))
			_, second = b.Await(task)
			event()
			_, first = a.Await(task)
			return nil
		}, sim.WithConfig(sim.Config{Quiet: true}))
		var busy *edo.BusyError
		if err != nil || first != nil || !errors.As(second, &busy) || busy.First != "first" || busy.Second != "second" || busy.Use == "" {
			t.Errorf("%s: the run ended with %v, the first waiter with %v, the second with %v", name, err, first, second)
		}
	}
}

// astray is a flag that proceeds with another leaf than it asks for.
type astray struct{ flag }

func (f *astray) Poll(cx *edo.Context) (v edo.Unit, p edo.Poll, err error) {
	if !cx.Proceed(f) {
		return v, edo.Pending, nil
	}
	if w := f.waker; !w.IsZero() && w != cx.Waker() {
		err = cx.Sole(w, &f.flag, "several waiters take a flag each")
		return v, edo.Ready, err
	}
	f.waker = cx.Waker()
	return v, edo.Pending, nil
}

// Sole asks the task that waits for the leaf that this has proceeded with. With another one it would always find that
// no task waits, and the first waiter would never be woken.
func TestSoleOfAnotherLeafThanThatOfProceedPanicsInASimulation(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var f astray
		first := edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, edo.Future[edo.Unit](&f)); return err }, edo.Name("first"))
		for f.waker.IsZero() {
			edo.Yield(task)
		}
		_, err := edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, edo.Future[edo.Unit](&f)); return err }, edo.Name("second")).Await(task)
		first.Abort()
		return err
	})
	if p, ok := errors.AsType[*edo.PanicError](err); !ok || !strings.Contains(p.Error(), "it must be the same leaf") {
		t.Errorf("got %v", err)
	}
}
