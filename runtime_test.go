package edo_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestShutdownCancelsTheContextOfATaskInItsFirstPoll(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	edo.Go(rt, func(task *edo.Task) error {
		ctx := task.Context()
		close(started)
		<-ctx.Done()
		return ctx.Err()
	})
	<-started
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Errorf("what the context said was taken for a failure: %v", err)
	}
}

func TestWaitAndShutdownInsideATaskAreErrors(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	edo.Go(rt, func(*edo.Task) error {
		if err := rt.Wait(); err == nil || !strings.Contains(err.Error(), "inside a task") {
			t.Errorf("Wait: %v", err)
		}
		if err := rt.Shutdown(context.Background()); err == nil || !strings.Contains(err.Error(), "inside a task") {
			t.Errorf("Shutdown: %v", err)
		}
		return nil
	})
	if err := rt.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestRuntimeTakesTasksFromAnyGoroutineUntilShutdown(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	h := edo.Spawn(rt, tasktest.PollFunc[int](func(*edo.Context) (int, edo.Poll, error) { return 7, edo.Ready, nil }))
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
	waits := edo.Spawn(rt, tasktest.Forever{})
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !waits.Finished() {
		t.Error("Shutdown returned before a task had ended")
	}
	late := edo.Spawn(rt, &tasktest.Dropped{})
	if !late.Finished() {
		t.Fatal("a task was taken after Shutdown")
	}
	if err := edo.Block(rt, context.Background(), func(*edo.Task) error { return nil }); !errors.Is(err, edo.ErrShutdown) {
		t.Errorf("Block after Shutdown: %v", err)
	}
}

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

func TestSpawnOnARuntimeThatHasShutDownResolvesToErrShutdown(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	var ran sync.WaitGroup
	for range 4 {
		ran.Add(1)
		go edo.Go(rt, func(*edo.Task) error { ran.Done(); return nil }) // from a plain goroutine
	}
	ran.Wait()
	if err := rt.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	d, owned := &tasktest.Dropped{}, &tasktest.Dropped{}
	one := edo.Spawn(rt, d, edo.Owns(owned))
	two := edo.Go(rt, func(*edo.Task) error { t.Error("ran"); return nil }, edo.Owns(owned))
	three := edo.Blocking(rt, func(*edo.Task) (int, error) { t.Error("ran"); return 0, nil }, edo.Owns(owned))
	if d.Drops.Load() != 1 || owned.Drops.Load() != 3 {
		t.Errorf("dropped %d times, what was owned %d times", d.Drops.Load(), owned.Drops.Load())
	}
	err = edo.Run(func(task *edo.Task) error { // a task of another runtime may ask the handles
		_, err := one.Await(task)
		_, err2 := two.Await(task)
		_, err3 := three.Await(task)
		for _, err := range []error{err, err2, err3} {
			if !errors.Is(err, edo.ErrShutdown) {
				t.Errorf("got %v", err)
			}
		}
		return nil
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		t.Error(err)
	}
}

func TestShutdownDropsEveryFutureOnceAndWakesNeitherHangItNorReviveAnything(t *testing.T) {
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 3))
		rt, err := edo.New(edo.Config{Workers: 1 + rng.IntN(4), OnError: func(error) {}})
		if err != nil {
			t.Fatal(err)
		}
		const tasks = 200
		all := make([]*wakeable, tasks)
		var begun, ended atomic.Int64
		for i := range all {
			all[i] = &wakeable{spins: rng.IntN(2) == 0}
			edo.Spawn(rt, all[i])
			edo.Go(rt, func(task *edo.Task) error {
				begun.Add(1)
				defer ended.Add(1)
				_, err := edo.Await(task, tasktest.Forever{})
				return err
			})
		}
		stop := make(chan struct{})
		var wakers sync.WaitGroup
		for range 2 {
			wakers.Go(func() {
				for {
					for _, w := range all {
						if w := w.waker.Load(); w != nil {
							w.Wake()
						}
					}
					select {
					case <-stop:
						return
					default:
						runtime.Gosched()
					}
				}
			})
		}
		if err := rt.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		polls := make([]int64, tasks)
		for i, w := range all {
			polls[i] = w.polls.Load()
		}
		close(stop)
		wakers.Wait()
		for i, w := range all {
			if w.drops.Load() != 1 || w.polls.Load() != polls[i] {
				t.Errorf("seed %d: dropped %d times; %d polls, and %d afterwards", seed, w.drops.Load(), polls[i], w.polls.Load())
			}
		}
		if begun.Load() != ended.Load() {
			t.Errorf("%d functions have begun, and %d have ended", begun.Load(), ended.Load())
		}
	}
}

// wakeable is a future that publishes its waker, and is never ready.
type wakeable struct {
	spins        bool
	waker        atomic.Pointer[edo.Waker]
	polls, drops atomic.Int64
}

func (w *wakeable) Poll(cx *edo.Context) (int, edo.Poll, error) {
	w.polls.Add(1)
	waker := cx.Waker()
	w.waker.Store(&waker)
	if w.spins {
		cx.Yield()
	}
	return 0, edo.Pending, nil
}

func (w *wakeable) Drop() { w.drops.Add(1) }
