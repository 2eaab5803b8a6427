package future_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/timer"
)

func TestAllClonesReturnTheResultAndTheFutureIsPolledOncePerWakeAndDroppedOnce(t *testing.T) {
	for _, fails := range []bool{false, true} {
		src := owntest.NewScript[int](t).Wait().Wait()
		want := error(nil)
		if src.Give(7); fails {
			src, want = owntest.NewScript[int](t).Wait().Wait().Fail(errTest), errTest
		}
		tasks := []*edotest.Task{edotest.NewTask(), edotest.NewTask(), edotest.NewTask()}
		clones := []*future.Shared[int]{future.Share[int](src)}
		clones = append(clones, clones[0].Clone(), clones[0].Clone())
		late := clones[0].Clone()
		for i, c := range clones {
			edotest.RequirePending(t, tasks[i], c)
		}
		if src.Polls() != 1 {
			t.Fatalf("polled %d times, want once for all clones", src.Polls())
		}
		for _, task := range tasks {
			edotest.RequireWoken(t, task, 0)
		}
		src.Wake() // its next poll waits a second time
		for _, i := range []int{1, 0, 2} {
			edotest.RequireWoken(t, tasks[i], 1)
			edotest.RequirePending(t, tasks[i], clones[i])
		}
		if src.Polls() != 2 {
			t.Fatalf("polled %d times for two wakes", src.Polls())
		}
		src.Wake()
		for _, i := range []int{2, 0, 1} {
			edotest.RequireWoken(t, tasks[i], 1)
			v, p, err := edotest.Poll(tasks[i], clones[i])
			if p != edo.Ready || err != want || !fails && v != 7 {
				t.Fatalf("clone %d: %d, %v, %v", i, v, p, err)
			}
			edotest.RequireError(t, tasks[i], clones[i], own.ErrPolledAgain)
			if src.Drops() != 1 || src.Polls() != 3 {
				t.Fatalf("dropped %d times, polled %d times", src.Drops(), src.Polls())
			}
			edotest.RequireWoken(t, tasks[2], 0) // it was polled first, and is not woken again
		}
		if v, p, err := edotest.Poll(tasks[0], late); p != edo.Ready || err != want || !fails && v != 7 {
			t.Fatalf("the clone that is polled last: %d, %v, %v", v, p, err)
		}
	}
}

func TestWhenATaskStopsPollingItsCloneTheOthersStillPollTheFuture(t *testing.T) {
	for name, stopPolling := range map[string]func(src *owntest.Script[int], c *future.Shared[int]){
		"before the wake":                  func(src *owntest.Script[int], c *future.Shared[int]) { c.Drop(); src.Wake() },
		"after the wake":                   func(src *owntest.Script[int], c *future.Shared[int]) { src.Wake(); c.Drop() },
		"the clone is kept and not polled": func(src *owntest.Script[int], c *future.Shared[int]) { src.Wake() },
	} {
		t.Run(name, func(t *testing.T) {
			src := owntest.NewScript[int](t).Wait().Give(7)
			a, b := edotest.NewTask(), edotest.NewTask()
			first := future.Share[int](src)
			second := first.Clone()
			edotest.RequirePending(t, a, first) // this is the clone that has polled src
			edotest.RequirePending(t, b, second)
			stopPolling(src, first)
			edotest.RequireWoken(t, b, 1)
			if v := edotest.RequireReady(t, b, second); v != 7 {
				t.Fatalf("got %d", v)
			}
			first.Drop()
			if src.Drops() != 1 {
				t.Fatalf("dropped %d times", src.Drops())
			}
		})
	}
}

func TestOnlyTheLastCloneDropsTheFuture(t *testing.T) {
	src := owntest.NewScript[int](t).Wait().Give(7)
	task, s := edotest.NewTask(), future.Share[int](src)
	clone := s.Clone()
	edotest.RequirePending(t, task, s)
	s.Drop()
	s.Drop()
	if src.Drops() != 0 {
		t.Fatal("dropped while there is a clone")
	}
	edotest.RequireError(t, task, s, own.ErrPolledAgain)
	edotest.RequireError(t, task, s.Clone(), own.ErrPolledAgain)
	clone.Drop()
	if src.Drops() != 1 || src.Polls() != 1 {
		t.Fatalf("dropped %d times, polled %d times", src.Drops(), src.Polls())
	}
	src.Wake()
	edotest.RequireWoken(t, task, 0)
}

func TestASharedValueThatACloneHasReturnedIsNotDropped(t *testing.T) {
	h := owntest.NewHandle(1)
	s := future.Share[*owntest.Handle](future.Ready(h))
	clone := s.Clone()
	edotest.RequireReady(t, edotest.NewTask(), s)
	clone.Drop()
	if h.Drops() != 0 {
		t.Errorf("dropped %d times", h.Drops())
	}
}

func TestASharedValueThatNoCloneHasReturnedIsDroppedWithTheLastClone(t *testing.T) {
	h, polls := owntest.NewHandle(1), 0
	s := future.Share[*owntest.Handle](future.PollFn(func(*edo.Context) (*owntest.Handle, edo.Poll, error) {
		if polls++; polls == 1 {
			return nil, edo.Pending, nil
		}
		return h, edo.Ready, nil // even during a report, since it does not call Proceed
	}))
	clone, task := s.Clone(), edotest.NewTask()
	edotest.RequirePending(t, task, s)
	edotest.Waits(task, s)
	edotest.RequireWoken(t, task, 1)
	s.Drop()
	if h.Drops() != 0 {
		t.Fatal("dropped while there is a clone")
	}
	clone.Drop()
	if h.Drops() != 1 {
		t.Fatalf("dropped %d times", h.Drops())
	}
}

func TestAPanicOfASharedFutureIsTheErrorOfAllClones(t *testing.T) {
	src := owntest.NewScript[int](t).Wait().Give(7)
	a, b := edotest.NewTask(), edotest.NewTask()
	s := future.Share[int](future.Map[int](src, func(int) int { panic(errTest) }))
	clone := s.Clone()
	edotest.RequirePending(t, a, s)
	edotest.RequirePending(t, b, clone)
	src.Wake()
	for _, err := range []error{errorOf(a, s), errorOf(b, clone)} {
		var p *edo.PanicError
		if !errors.As(err, &p) || p.Value != errTest || len(p.Stack) == 0 {
			t.Errorf("got %v", err)
		}
	}
}

// errorOf polls f and returns its error, or an error if f is not ready.
func errorOf(task *edotest.Task, f edo.Future[int]) error {
	_, p, err := edotest.Poll(task, f)
	if p != edo.Ready {
		return fmt.Errorf("the future is %v", p)
	}
	return err
}

func TestGoexitInASharedFutureIsAnErrorOfTheOtherClones(t *testing.T) {
	s := future.Share[int](future.PollFn(func(*edo.Context) (int, edo.Poll, error) {
		runtime.Goexit()
		return 0, edo.Ready, nil
	}))
	clone := s.Clone()
	done := make(chan struct{})
	go func() {
		defer close(done)
		edotest.Poll(edotest.NewTask(), s)
	}()
	<-done
	if err := errorOf(edotest.NewTask(), clone); err == nil {
		t.Error("no error")
	}
}

func TestASharedFutureThatYieldsIsPolledAgain(t *testing.T) {
	simulate(t, func(task *edo.Task) error {
		left := 3
		s := future.Share[int](future.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
			if left--; left >= 0 {
				cx.Yield()
				return 0, edo.Pending, nil
			}
			return 7, edo.Ready, nil
		}))
		all := []edo.Future[int]{s.Clone(), s.Clone(), s}
		values, err := edo.Await(task, edo.Future[[]int](future.TryJoin(all...)))
		if err != nil || fmt.Sprint(values) != "[7 7 7]" {
			t.Errorf("got %v, %v", values, err)
		}
		return nil
	})
}

func TestAReportFindsTheLeavesOfASharedFuture(t *testing.T) {
	tx, rx := oneshot.New[int]()
	a, b := edotest.NewTask(), edotest.NewTask()
	s := future.Share[int](rx)
	clone := s.Clone()
	edotest.RequirePending(t, a, s)
	edotest.RequirePending(t, b, clone)
	for i, w := range [][]edo.Wait{edotest.Waits(a, s), edotest.Waits(b, clone)} {
		if len(w) != 1 || w[0].On != "oneshot: receive" {
			t.Errorf("clone %d waits for %v", i, w)
		}
	}
	tx.Send(7)
	edotest.RequireWoken(t, a, 1)
	edotest.RequireWoken(t, b, 1)
	edotest.RequireReady(t, a, s)
	if w := edotest.Waits(b, clone); len(w) != 1 || len(w[0].By) != 1 || w[0].By[0] != "nothing: it is there" {
		t.Errorf("a clone whose result is there waits for %v", w)
	}
	edotest.RequireReady(t, b, clone)
}

func TestAllocationsOfShareCloneAndTimeout(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	src := &never{}
	if n := testing.AllocsPerRun(100, func() { anySink = future.Share[int](src) }); n != 1 {
		t.Errorf("Share is %v allocations, want 1", n)
	}
	s := future.Share[int](src)
	if n := testing.AllocsPerRun(100, func() { anySink = s.Clone() }); n != 1 {
		t.Errorf("Clone is %v allocations, want 1", n)
	}
	a, b := s.Clone(), s.Clone()
	edotest.NewTask().EnterWithBudget(1<<20, func(cx *edo.Context) {
		if n := testing.AllocsPerRun(100, func() {
			a.Poll(cx)
			b.Poll(cx)
			src.waker.Wake()
		}); n != 0 {
			t.Errorf("a poll is %v allocations", n)
		}
	})
	if n := testing.AllocsPerRun(100, func() { anySink = future.Timeout[int](tick, src) }); n != 1 {
		t.Errorf("Timeout is %v allocations, want 1", n)
	}
}

func ExampleShare() {
	err := edo.Run(func(task *edo.Task) error {
		config := future.Share[string](future.Map(timer.SleepFuture(tick), func(edo.Unit) string { return "loaded once" }))
		defer config.Drop()
		for range 2 {
			mine := config.Clone()
			edo.Go(task, func(task *edo.Task) error {
				text, err := edo.Await(task, edo.Future[string](mine))
				fmt.Println(text)
				return err
			}, edo.Owns(mine))
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// loaded once
	// loaded once
	// <nil>
}

func ExampleTimeout() {
	_, silent := oneshot.New[int]()
	_, err := edo.RunFuture(future.Timeout[int](tick, silent))
	fmt.Println(err)
	// Output: future: not ready after 1ms
}

func TestOfTwoTasksThatWaitWithOneSharedOneGetsAnError(t *testing.T) {
	src := owntest.NewScript[int](t).Wait().Wait()
	src.Give(7)
	shared := future.Share[int](src)
	a, b := edotest.NewTask(), edotest.NewTask()
	edotest.RequirePending(t, a, shared)
	edotest.RequirePending(t, b, shared)
	edotest.RequireWoken(t, a, 0) // otherwise a and b would replace each other for ever
	src.Wake()
	edotest.RequireWoken(t, a, 1) // because b may have ended
	edotest.RequireWoken(t, b, 1)
	edotest.RequirePending(t, a, shared)
	edotest.RequirePending(t, b, shared)
	src.Wake()
	edotest.RequireWoken(t, a, 1)
	edotest.RequireWoken(t, b, 1)
	if v, p, err := edotest.Poll(b, shared); v != 7 || p != edo.Ready || err != nil {
		t.Fatal(v, p, err)
	}
	_, p, err := edotest.Poll(a, shared)
	if p != edo.Ready || !errors.Is(err, own.ErrPolledAgain) || !strings.Contains(err.Error(), "a Clone of its own") {
		t.Fatal(p, err)
	}
	edotest.RequireWoken(t, a, 0)
	edotest.RequireWoken(t, b, 0)
	shared.Drop()
}
