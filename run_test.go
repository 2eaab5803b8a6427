package edo_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/coro"
)

func TestRunWaitsForEveryTask(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		var ended atomic.Int64
		err := edo.Run(func(task *edo.Task) error {
			for range 10 {
				edo.Go(task, func(task *edo.Task) error {
					for range 3 {
						edo.Yield(task)
					}
					edo.Go(task, func(task *edo.Task) error {
						edo.Yield(task)
						ended.Add(1)
						return nil
					})
					ended.Add(1)
					return nil
				})
			}
			return nil
		}, opt)
		if err != nil || ended.Load() != 20 {
			t.Fatalf("err %v, %d tasks ended, want 20", err, ended.Load())
		}
	})
}

func TestRunReturnsMainsErrorJoinedWithWhatNobodyJoined(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		first, second, third := errors.New("first"), errors.New("second"), errors.New("third")
		err := edo.Run(func(task *edo.Task) error {
			edo.Go(task, func(*edo.Task) error { return second })
			edo.Go(task, func(*edo.Task) error { panic(third) })
			joined := edo.Go(task, func(*edo.Task) error { return errors.New("joined") })
			if _, err := joined.Await(task); err == nil || err.Error() != "joined" {
				t.Errorf("joined gave %v", err)
			}
			return first
		}, opt)
		for _, want := range []error{first, second, third} {
			if !errors.Is(err, want) {
				t.Errorf("%v is missing in: %v", want, err)
			}
		}
		if strings.Contains(err.Error(), "joined") {
			t.Errorf("an error that was joined is in: %v", err)
		}
		if !strings.HasPrefix(err.Error(), "first") {
			t.Errorf("main's error does not come first in: %v", err)
		}
	})
}

func TestRunKeepsTheFirst32FailuresAndCountsTheRest(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		for i := range 40 {
			edo.Go(task, func(*edo.Task) error { return fmt.Errorf("failure %d", i) })
		}
		return nil
	}, quiet(edo.Config{}))
	if n := strings.Count(err.Error(), "failure"); n != 32 {
		t.Errorf("%d failures are named, want 32", n)
	}
	if !strings.Contains(err.Error(), "and 8 more tasks failed") {
		t.Errorf("the rest is not counted in: %v", err)
	}
}

func TestPanicIsAPanicErrorWithTheStackOfThePanic(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		cause := errors.New("cause")
		edo.Run(func(task *edo.Task) error {
			direct := edo.Go(task, func(task *edo.Task) error {
				edo.Yield(task)
				panicOnPurpose(cause)
				return nil
			}, edo.Name("doomed"))
			stackless := edo.Spawn(task, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
				panicOnPurpose(cause)
				return 0, edo.Ready, nil
			}), edo.Name("doomed"))
			blocking := edo.Blocking(task, func(*edo.Task) (int, error) {
				panicOnPurpose(cause)
				return 0, nil
			}, edo.Name("doomed"))
			for kind, h := range map[string]func() error{
				"direct":    func() error { _, err := direct.Await(task); return err },
				"stackless": func() error { _, err := stackless.Await(task); return err },
				"blocking":  func() error { _, err := blocking.Await(task); return err },
			} {
				err := h()
				var p *edo.PanicError
				if !errors.As(err, &p) || p.Value != cause || !errors.Is(err, cause) || p.Task != "doomed" {
					t.Errorf("%s: got %v", kind, err)
				} else if !strings.Contains(string(p.Stack), "panicOnPurpose") {
					t.Errorf("%s: the stack does not show where: %s", kind, p.Stack)
				}
			}
			return nil
		}, opt)
	})
}

func panicOnPurpose(v any) { panic(v) }

// pollFunc is a future made of a function.
type pollFunc[T any] func(cx *edo.Context) (T, edo.Poll, error)

func (f pollFunc[T]) Poll(cx *edo.Context) (T, edo.Poll, error) { return f(cx) }

func TestGoexitEndsTheTaskWithAnErrorAndTheWorkerGoesOn(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		cleaned := false
		err := edo.Run(func(task *edo.Task) error {
			for range 5 {
				h := edo.Go(task, func(task *edo.Task) error {
					defer func() { cleaned = true }()
					edo.Yield(task)
					runtime.Goexit()
					return nil
				})
				if _, err := h.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("direct style: got %v", err)
				}
				n := edo.Go(task, func(task *edo.Task) error {
					_, err := edo.Await(task, edo.Async(func(task *edo.Task) (int, error) {
						edo.Yield(task)
						runtime.Goexit()
						return 0, nil
					}))
					t.Errorf("a nested Goexit let the outer function go on, with %v", err)
					return err
				})
				if _, err := n.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("nested: got %v", err)
				}
				s := edo.Spawn(task, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
					runtime.Goexit()
					return 0, edo.Ready, nil
				}))
				if _, err := s.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("stackless: got %v", err)
				}
				b := edo.Blocking(task, func(*edo.Task) (int, error) {
					runtime.Goexit()
					return 0, nil
				})
				if _, err := b.Await(task); err == nil || !strings.Contains(err.Error(), "Goexit") {
					t.Errorf("blocking: got %v", err)
				}
			}
			return nil
		}, opt)
		if err != nil || !cleaned {
			t.Fatalf("err %v, deferred function ran: %v", err, cleaned)
		}
	})
}

func TestGoexitInMainEndsRunWithAnError(t *testing.T) {
	err := edo.Run(func(*edo.Task) error { runtime.Goexit(); return nil }, quiet(edo.Config{}))
	if err == nil || !strings.Contains(err.Error(), "Goexit") {
		t.Fatalf("got %v", err)
	}
}

func TestNestedRunIsAnError(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		inner := func(*edo.Task) error { t.Error("the inner main ran"); return nil }
		err := edo.Run(func(task *edo.Task) error {
			if err := edo.Run(inner); err == nil || !strings.Contains(err.Error(), "Run inside a task") {
				t.Errorf("in direct style: got %v", err)
			}
			edo.Yield(task)
			if err := edo.Block(task, context.Background(), inner); err == nil || !strings.Contains(err.Error(), "Block in a task") {
				t.Errorf("Block: got %v", err)
			}
			_, err := edo.Await(task, edo.Spawn(task, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) {
				return 0, edo.Ready, edo.Run(inner)
			})))
			if err == nil || !strings.Contains(err.Error(), "Run inside a task") {
				t.Errorf("in a future: got %v", err)
			}
			return nil
		}, opt)
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestBlockedTaskDoesNotStopTheOthersFromEndingIt(t *testing.T) {
	for _, workers := range []int{1, 2} {
		closed := make(chan struct{})
		err := edo.Run(func(task *edo.Task) error {
			edo.Go(task, func(*edo.Task) error { <-closed; return nil })
			edo.Go(task, func(task *edo.Task) error {
				edo.Yield(task)
				close(closed)
				return nil
			})
			return nil
		}, quiet(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// goroutines counts those that there are, but for the coroutines that are kept for other
// runtimes under the race detector.
func goroutines() int { return runtime.NumGoroutine() - coro.Kept() }

func TestAfterRunGoroutinesAreBackWhereTheyWere(t *testing.T) {
	before := goroutines()
	for range 20 {
		edo.Run(func(task *edo.Task) error {
			for range 100 {
				edo.Go(task, func(task *edo.Task) error { return edo.Yield(task) })
			}
			edo.Blocking(task, func(task *edo.Task) (int, error) { return 0, edo.Yield(task) })
			return nil
		})
	}
	for n := 0; goroutines() > before; n++ {
		if n > 1_000_000 {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", goroutines(), before, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}

func TestBadConfigIsRefused(t *testing.T) {
	for _, c := range []edo.Config{{Workers: -1}, {CurrentThread: true, Workers: 2}} {
		if err := edo.Run(func(*edo.Task) error { t.Error("ran"); return nil }, edo.WithConfig(c)); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func TestRuntimeTakesTasksFromAnyGoroutineUntilShutdown(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	h := edo.Spawn(rt, pollFunc[int](func(*edo.Context) (int, edo.Poll, error) { return 7, edo.Ready, nil }))
	err = edo.Block(rt, context.Background(), func(task *edo.Task) error {
		v, err := h.Await(task)
		if v != 7 {
			t.Errorf("got %d", v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	waits := edo.Spawn(rt, forever{})
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !waits.Finished() {
		t.Error("Shutdown returned before a task had ended")
	}
	late := edo.Spawn(rt, &dropped{})
	if !late.Finished() {
		t.Fatal("a task was taken after Shutdown")
	}
	if err := edo.Block(rt, context.Background(), func(*edo.Task) error { return nil }); !errors.Is(err, edo.ErrShutdown) {
		t.Errorf("Block after Shutdown: %v", err)
	}
}

// forever is a future that nobody wakes.
type forever struct{}

func (forever) Poll(*edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }

// dropped counts how often it was dropped; it is never ready.
type dropped struct {
	forever
	n atomic.Int64
}

func (d *dropped) Drop() { d.n.Add(1) }

func TestShutdownNamesTheTasksThatDoNotEnd(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	release, started := make(chan struct{}), make(chan struct{})
	edo.Blocking(rt, func(*edo.Task) (int, error) {
		close(started)
		<-release
		return 0, nil
	}, edo.Name("stubborn"))
	<-started
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := rt.Shutdown(ctx); err == nil || !strings.Contains(err.Error(), "stubborn") {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
}
