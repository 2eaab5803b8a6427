package future_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/timer"
)

func TestAllClonesComeToTheOneResultAndTheFutureIsPolledAndDroppedOnce(t *testing.T) {
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
			t.Fatalf("polled %d times: by those that found it waiting as well", src.Polls())
		}
		for _, task := range tasks {
			edotest.RequireWoken(t, task, 0)
		}
		src.Wake() // to its second wait
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
			edotest.RequireWoken(t, tasks[2], 0) // who has it is not woken for it
		}
		if v, p, err := edotest.Poll(tasks[0], late); p != edo.Ready || err != want || !fails && v != 7 {
			t.Fatalf("one that asks afterwards: %d, %v, %v", v, p, err)
		}
	}
}

func TestTaskThatGoesAwayLeavesTheSharedFutureToTheOthers(t *testing.T) {
	for name, leave := range map[string]func(src *owntest.Script[int], c *future.Shared[int]){
		"before the wake":                         func(src *owntest.Script[int], c *future.Shared[int]) { c.Drop(); src.Wake() },
		"after the wake":                          func(src *owntest.Script[int], c *future.Shared[int]) { src.Wake(); c.Drop() },
		"it keeps its clone and does not poll it": func(src *owntest.Script[int], c *future.Shared[int]) { src.Wake() },
	} {
		t.Run(name, func(t *testing.T) {
			src := owntest.NewScript[int](t).Wait().Give(7)
			a, b := edotest.NewTask(), edotest.NewTask()
			first := future.Share[int](src)
			second := first.Clone()
			edotest.RequirePending(t, a, first) // the task whose poll src knows
			edotest.RequirePending(t, b, second)
			leave(src, first)
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

func TestTheLastCloneDropsTheFutureAndNoOther(t *testing.T) {
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

func TestSharedValueThatACloneHasHadIsTheirs(t *testing.T) {
	h := owntest.NewHandle(1)
	s := future.Share[*owntest.Handle](future.Ready(h))
	clone := s.Clone()
	edotest.RequireReady(t, edotest.NewTask(), s)
	clone.Drop()
	if h.Drops() != 0 {
		t.Errorf("dropped %d times", h.Drops())
	}
}

func TestSharedValueThatNoCloneHasHadIsDroppedWithTheLast(t *testing.T) {
	h, polls := owntest.NewHandle(1), 0
	s := future.Share[*owntest.Handle](future.PollFn(func(*edo.Context) (*owntest.Handle, edo.Poll, error) {
		if polls++; polls == 1 {
			return nil, edo.Pending, nil
		}
		return h, edo.Ready, nil // also in a report, which it does not ask
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

func TestPanicOfASharedFutureIsTheErrorOfAll(t *testing.T) {
	src := owntest.NewScript[int](t).Wait().Give(7)
	a, b := edotest.NewTask(), edotest.NewTask()
	s := future.Share[int](future.Map[int](src, func(int) int { panic(errTest) }))
	clone := s.Clone()
	edotest.RequirePending(t, a, s)
	edotest.RequirePending(t, b, clone)
	src.Wake()
	for _, err := range []error{poll(a, s), poll(b, clone)} {
		var p *edo.PanicError
		if !errors.As(err, &p) || p.Value != errTest || len(p.Stack) == 0 {
			t.Errorf("got %v", err)
		}
	}
}

func poll(task *edotest.Task, f edo.Future[int]) error {
	_, p, err := edotest.Poll(task, f)
	if p != edo.Ready {
		return fmt.Errorf("it is %v", p)
	}
	return err
}

func TestGoexitInASharedFutureDoesNotLeaveTheOthersWaiting(t *testing.T) {
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
	if err := poll(edotest.NewTask(), clone); err == nil {
		t.Error("no error")
	}
}

func TestSharedFutureThatYieldsIsPolledAgain(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
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

func TestSharedFutureSaysWhatItsFutureWaitsFor(t *testing.T) {
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
		t.Errorf("one whose result is there waits for %v", w)
	}
	edotest.RequireReady(t, b, clone)
}

func TestSharedResultReachesAllThatAreNotAborted(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		tx, rx := mpsc.New[int](1)
		w.Steady("source", func(task *edo.Task) error {
			for i := range 3 {
				if tx.Send(task, i) != nil {
					return nil // all that waited have gone
				}
				if w.Rand.IntN(2) == 0 {
					edo.Yield(task)
				}
			}
			return nil
		}, edo.Owns(tx))
		dropped := 0
		src := future.Owning(future.AndThen[int](rx.RecvFuture(), func(a int) edo.Future[int] {
			return future.AndThen[int](rx.RecvFuture(), func(b int) edo.Future[int] {
				return future.Map[int](rx.RecvFuture(), func(c int) int { return 100*a + 10*b + c })
			})
		}), rx, dropFunc(func() { dropped++ }))
		s := future.Share[int](src)
		for i := range 4 {
			clone, name := s.Clone(), fmt.Sprint("asker ", i)
			fn := func(task *edo.Task) error {
				for range w.Rand.IntN(3) {
					edo.Yield(task)
				}
				v, err := edo.Await(task, edo.Future[int](clone))
				if err == nil && v != 12 || err != nil && !errors.Is(err, edo.ErrCancelled) {
					return fmt.Errorf("got %d, %v", v, err)
				}
				return err
			}
			switch w.Rand.IntN(3) {
			case 0:
				w.Go(name, fn, edo.Owns(clone))
			case 1:
				w.Steady(name, fn, edo.Owns(clone))
			default: // as a branch, which has a waker of its own
				chaos.Spawn(w, name, edo.Future[[]int](future.TryJoin[int](clone, future.Ready(1))))
			}
		}
		s.Drop()
		w.Check(func() error {
			if dropped != 1 {
				return fmt.Errorf("the future was dropped %d times", dropped)
			}
			return nil
		})
	})
}

// dropFunc is a Dropper that is a function.
type dropFunc func()

func (f dropFunc) Drop() { f() }

func TestTasksOnSeveralWorkersShareOneResult(t *testing.T) {
	const tasks, rounds = 16, 20
	err := edo.Run(func(task *edo.Task) error {
		for round := range rounds {
			tx, rx := mpsc.New[int](1)
			s := future.Share[int](future.AndThen[int](rx.RecvFuture(), func(int) edo.Future[int] {
				return rx.RecvFuture()
			}))
			var got sync.Map
			err := edo.WithScope(task, func(scope *edo.Scope) error {
				for i := range tasks {
					clone := s.Clone()
					edo.Go(scope, func(task *edo.Task) error {
						if i%4 == 0 {
							clone.Drop()
							return nil
						}
						v, err := edo.Await(task, edo.Future[int](clone))
						got.Store(i, v)
						return err
					})
				}
				s.Drop()
				return errors.Join(tx.Send(task, round), tx.Send(task, round+1))
			})
			if err != nil {
				return err
			}
			for i := range tasks {
				if v, ok := got.Load(i); ok == (i%4 == 0) || ok && v != round+1 {
					t.Errorf("task %d has got %v", i, v)
				}
			}
			rx.Drop()
			tx.Drop()
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 4}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatASharedFutureAllocates(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates too")
	}
	src := &ticker{}
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

func TestTasksThatWaitWithOneSharedAreToldSo(t *testing.T) {
	src := owntest.NewScript[int](t).Wait().Wait()
	src.Give(7)
	shared := future.Share[int](src)
	a, b := edotest.NewTask(), edotest.NewTask()
	edotest.RequirePending(t, a, shared)
	edotest.RequirePending(t, b, shared)
	edotest.RequireWoken(t, a, 0) // or they would take turns for ever
	src.Wake()
	edotest.RequireWoken(t, a, 1) // b may have given up
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
