package stream_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/stream"
)

func ready[T any](v T) edo.Future[T] { return future.Ready(v) }

func add(acc, v int) (int, error) { return acc + v, nil }

// folds are the folds in their three forms. Each adds up the values of s with fn.
var folds = []struct {
	name  string
	build func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int]
}{
	{"Fold", func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int] {
		return stream.Fold(s, 0, fn)
	}},
	{"FoldFuture", func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int] {
		return stream.FoldFuture(s, 0, func(acc, v int) edo.Future[int] {
			return future.Lazy(func() (int, error) { return fn(acc, v) })
		})
	}},
	{"FoldTask", func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int] {
		return stream.FoldTask(s, 0, func(_ *edo.Task, acc, v int) (int, error) { return fn(acc, v) })
	}},
	{"ForEach", func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int] {
		sum := 0
		f := stream.ForEach(s, func(v int) (err error) {
			sum, err = fn(sum, v)
			return err
		})
		return future.Map(f, func(edo.Unit) int { return sum })
	}},
	{"ForEachFuture", func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int] {
		sum := 0
		f := stream.ForEachFuture(s, func(v int) edo.Future[edo.Unit] {
			return future.Lazy(func() (_ edo.Unit, err error) {
				sum, err = fn(sum, v)
				return edo.Unit{}, err
			})
		})
		return future.Map(f, func(edo.Unit) int { return sum })
	}},
	{"ForEachTask", func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int] {
		sum := 0
		f := stream.ForEachTask(s, func(_ *edo.Task, v int) (err error) {
			sum, err = fn(sum, v)
			return err
		})
		return future.Map(f, func(edo.Unit) int { return sum })
	}},
	{"Collect", func(s edo.Stream[int], fn func(acc, v int) (int, error)) edo.Future[int] {
		return future.AndThen(stream.Collect(s), func(all []int) edo.Future[int] {
			sum := 0
			for _, v := range all {
				var err error
				if sum, err = fn(sum, v); err != nil {
					return future.Fail[int](err)
				}
			}
			return future.Ready(sum)
		})
	}},
}

func TestFoldWaitsForItemsAndReturnsTheSumAtTheEnd(t *testing.T) {
	for _, fold := range folds {
		t.Run(fold.name, func(t *testing.T) {
			task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1, 2).Wait().Give(3)
			f := fold.build(src, add)
			edotest.RequirePending(t, task, f)
			if src.Polls() != 3 {
				t.Fatalf("polled %d times, want 3", src.Polls())
			}
			src.Wake()
			edotest.RequireWoken(t, task, 1)
			if v := edotest.RequireReady(t, task, f); v != 6 || src.Drops() != 1 {
				t.Fatalf("got %d, dropped %d times", v, src.Drops())
			}
			edotest.RequireError(t, task, f, own.ErrPolledAgain)
		})
	}
}

func TestFoldStopsAtTheFirstErrorOfItsSource(t *testing.T) {
	for _, fold := range folds {
		t.Run(fold.name, func(t *testing.T) {
			task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1).Fail(errTest).Give(2)
			edotest.RequireError(t, task, fold.build(src, add), errTest)
			if src.Polls() != 2 || src.Drops() != 1 {
				t.Fatalf("polled %d times, dropped %d times, want 2 and 1", src.Polls(), src.Drops())
			}
		})
	}
}

func TestFoldStopsAtTheFirstErrorOfItsFunction(t *testing.T) {
	for _, fold := range folds {
		t.Run(fold.name, func(t *testing.T) {
			task, src, calls := edotest.NewTask(), owntest.NewScript[int](t).Give(1, 2, 3), 0
			f := fold.build(src, func(acc, v int) (int, error) {
				if calls++; calls == 2 {
					return 0, errTest
				}
				return acc + v, nil
			})
			edotest.RequireError(t, task, f, errTest)
			edotest.RequireError(t, task, f, own.ErrPolledAgain)
			if calls != 2 || src.Drops() != 1 {
				t.Fatalf("called %d times, dropped %d times", calls, src.Drops())
			}
		})
	}
}

func TestFoldOfAnEndlessStreamGivesWayEvery128Items(t *testing.T) {
	for _, fold := range folds {
		t.Run(fold.name, func(t *testing.T) {
			task, n, perPoll := edotest.NewTask(), 0, 128
			if strings.HasSuffix(fold.name, "Future") {
				perPoll = 64 // the future of each step takes an operation too
			}
			f := fold.build(stream.Map(stream.Iter(count), func(v int) int {
				n++
				return v
			}), add)
			defer edo.Drop(f)
			for i := range 3 {
				edotest.RequirePending(t, task, f)
				edotest.RequireWoken(t, task, 1)
				if n != perPoll*(i+1) {
					t.Fatalf("%d items after %d polls", n, i+1)
				}
			}
		})
	}
}

func TestAFoldWhoseFunctionHasPanickedHasEnded(t *testing.T) {
	task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1, 2)
	f := stream.Fold(src, 0, func(acc, v int) (int, error) { panic("test") })
	func() {
		defer func() { recover() }()
		edotest.Poll(task, f)
	}()
	edotest.RequireError(t, task, f, own.ErrPolledAgain)
	if src.Polls() != 1 {
		t.Fatalf("the source was polled %d times", src.Polls())
	}
	edo.Drop(f)
	if src.Drops() != 1 {
		t.Fatalf("the source was dropped %d times", src.Drops())
	}
}

func TestFoldDropsItsAccumulator(t *testing.T) {
	keep := func(acc *owntest.Handle, v int) (*owntest.Handle, error) { return acc, nil }
	keepFuture := func(acc *owntest.Handle, v int) edo.Future[*owntest.Handle] { return future.Ready(acc) }
	for name, build := range map[string]func(edo.Stream[int], *owntest.Handle) edo.Future[*owntest.Handle]{
		"Fold": func(s edo.Stream[int], acc *owntest.Handle) edo.Future[*owntest.Handle] {
			return stream.Fold(s, acc, keep)
		},
		"FoldFuture": func(s edo.Stream[int], acc *owntest.Handle) edo.Future[*owntest.Handle] {
			return stream.FoldFuture(s, acc, keepFuture)
		},
	} {
		t.Run(name, func(t *testing.T) {
			task, acc := edotest.NewTask(), owntest.NewHandle(1)
			f := build(owntest.NewScript[int](t).Give(1).Wait(), acc)
			edotest.RequirePending(t, task, f)
			edo.Drop(f)
			edo.Drop(f)
			if acc.Drops() != 1 {
				t.Fatalf("dropped %d times with the future", acc.Drops())
			}

			acc = owntest.NewHandle(2)
			edotest.RequireError(t, task, build(owntest.NewScript[int](t).Fail(errTest), acc), errTest)
			if acc.Drops() != 1 {
				t.Fatalf("dropped %d times after an error", acc.Drops())
			}

			acc = owntest.NewHandle(3)
			f = build(owntest.NewScript[int](t).Give(1), acc)
			if edotest.RequireReady(t, task, f) != acc {
				t.Fatal("the accumulator was not returned")
			}
			edo.Drop(f)
			if acc.Drops() != 0 {
				t.Fatal("the returned accumulator was dropped")
			}
		})
	}
}

func TestTheSourceIsNotPolledUntilTheStepIsReady(t *testing.T) {
	for name, build := range map[string]func(edo.Stream[int], func(int) edo.Future[edo.Unit]) edo.Future[edo.Unit]{
		"ForEachFuture": stream.ForEachFuture[int],
		"ForEachTask": func(s edo.Stream[int], fn func(int) edo.Future[edo.Unit]) edo.Future[edo.Unit] {
			return stream.ForEachTask(s, func(task *edo.Task, v int) error {
				_, err := edo.Await(task, fn(v))
				return err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			task, src := edotest.NewTask(), owntest.NewScript[int](t).Give(1, 2)
			var steps []*owntest.Script[edo.Unit]
			f := build(src, func(int) edo.Future[edo.Unit] {
				steps = append(steps, owntest.NewScript[edo.Unit](t).Wait().Give(edo.Unit{}))
				return steps[len(steps)-1]
			})
			for i := range 2 {
				edotest.RequirePending(t, task, f)
				edotest.RequirePending(t, task, f)
				if src.Polls() != i+1 || len(steps) != i+1 {
					t.Fatalf("item %d: source polled %d times, %d steps", i, src.Polls(), len(steps))
				}
				steps[i].Wake()
				edotest.RequireWoken(t, task, 1)
			}
			edotest.RequireReady(t, task, f)
		})
	}
}

func TestAHandlerThatOnlySpawnsDoesNotDelayTheStream(t *testing.T) {
	order := ""
	err := edo.Run(func(task *edo.Task) error {
		_, err := edo.Await(task, stream.ForEach(stream.Values(1, 2), func(v int) error {
			order += fmt.Sprint("item ", v, ";")
			edo.Go(task, func(*edo.Task) error {
				order += "spawned;"
				return nil
			})
			return nil
		}))
		return err
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if want := "item 1;item 2;spawned;spawned;"; err != nil || order != want {
		t.Fatalf("got %q, %v, want %q", order, err, want)
	}
}

func TestANilStepIsAnError(t *testing.T) {
	src := owntest.NewScript[int](t).Give(1, 2)
	f := stream.ForEachFuture(src, func(int) edo.Future[edo.Unit] { return nil })
	edotest.RequireError(t, edotest.NewTask(), f, stream.ErrNil)
	if src.Drops() != 1 {
		t.Fatalf("dropped %d times", src.Drops())
	}
}

func TestAPanicInAHandlerInDirectStyleIsTheErrorOfTheFuture(t *testing.T) {
	f := stream.ForEachTask(stream.Values(1, 2), func(*edo.Task, int) error { panic("test") })
	_, p, err := edotest.Poll(edotest.NewTask(), f)
	var panicked *edo.PanicError
	if p != edo.Ready || !errors.As(err, &panicked) || panicked.Value != "test" {
		t.Fatalf("got %v, %v", p, err)
	}
}

func TestCollectReturnsAllValuesAndNilIfThereAreNone(t *testing.T) {
	task := edotest.NewTask()
	if got := fmt.Sprint(edotest.RequireReady(t, task, stream.Collect(stream.Values(1, 2, 3)))); got != "[1 2 3]" {
		t.Fatalf("got %s", got)
	}
	if got := edotest.RequireReady(t, task, stream.Collect(stream.Empty[int]())); got != nil {
		t.Fatalf("got %v", got)
	}
}

func TestCollectDropsItsValuesAfterAnErrorAndWhenItIsDropped(t *testing.T) {
	task := edotest.NewTask()
	a, b := owntest.NewHandle(1), owntest.NewHandle(2)
	edotest.RequireError(t, task, stream.Collect(owntest.NewScript[*owntest.Handle](t).Give(a).Fail(errTest)), errTest)
	f := stream.Collect(owntest.NewScript[*owntest.Handle](t).Give(b).Wait())
	edotest.RequirePending(t, task, f)
	edo.Drop(f)
	if a.Drops() != 1 || b.Drops() != 1 {
		t.Fatalf("dropped %d and %d times", a.Drops(), b.Drops())
	}
}

func TestAHandlerThatWaitsWhenItsTaskIsAbortedGetsErrCancelled(t *testing.T) {
	var got error
	src := owntest.NewScript[int](t).Give(1, 2)
	err := edo.Run(func(task *edo.Task) error {
		started := false
		child := edo.Spawn(task, stream.ForEachTask(src, func(task *edo.Task, _ int) error {
			started = true
			_, got = edo.Await(task, owntest.NewScript[int](t).Wait())
			return got
		}))
		for !started {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		child.Abort()
		_, err := child.Await(task)
		return err
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if !errors.Is(err, edo.ErrCancelled) || !errors.Is(got, edo.ErrCancelled) || src.Drops() != 1 {
		t.Fatalf("the task got %v, the handler %v; the source was dropped %d times", err, got, src.Drops())
	}
}
