package edo_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

func TestMainIsOneMoreTaskAndTheOthersGoOnWhenItFails(t *testing.T) {
	broken := errors.New("broken")
	for name, end := range map[string]func() error{
		"error":  func() error { return broken },
		"panic":  func() error { panic(broken) },
		"Goexit": func() error { runtime.Goexit(); return nil },
	} {
		onAll(t, func(t *testing.T, opt edo.RunOption) {
			var ended atomic.Int64
			err := edo.Run(func(task *edo.Task) error {
				for range 10 {
					edo.Go(task, func(task *edo.Task) error {
						if err := timer.Sleep(task, time.Millisecond); err != nil {
							return err
						}
						edo.Go(task, func(task *edo.Task) error { // main has ended long ago
							ended.Add(1)
							return edo.Yield(task)
						})
						return nil
					})
				}
				return end()
			}, opt)
			if err == nil || name != "Goexit" && !errors.Is(err, broken) || ended.Load() != 10 {
				t.Errorf("%s: got %v; %d have ended", name, err, ended.Load())
			}
		})
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
	d, owned := &dropped{}, &dropped{}
	one := edo.Spawn(rt, d, edo.Owns(owned))
	two := edo.Go(rt, func(*edo.Task) error { t.Error("ran"); return nil }, edo.Owns(owned))
	three := edo.Blocking(rt, func(*edo.Task) (int, error) { t.Error("ran"); return 0, nil }, edo.Owns(owned))
	if d.n.Load() != 1 || owned.n.Load() != 3 {
		t.Errorf("dropped %d times, what was owned %d times", d.n.Load(), owned.n.Load())
	}
	err = edo.Run(func(task *edo.Task) error { // a handle may be asked from anywhere
		_, err := one.Await(task)
		_, err2 := two.Await(task)
		_, err3 := three.Await(task)
		for _, err := range []error{err, err2, err3} {
			if !errors.Is(err, edo.ErrShutdown) {
				t.Errorf("got %v", err)
			}
		}
		return nil
	}, quiet(edo.Config{}))
	if err != nil {
		t.Error(err)
	}
}

func TestAbortOfARunningTaskIsSeenAtItsNextSuspension(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		started, release := make(chan struct{}), make(chan struct{})
		d := &dropped{}
		polls := 0
		h := edo.Spawn(task, struct {
			pollFunc[int]
			edo.Dropper
		}{func(*edo.Context) (int, edo.Poll, error) {
			polls++
			close(started)
			<-release
			if d.n.Load() != 0 {
				t.Error("dropped while it was polled")
			}
			return 0, edo.Pending, nil
		}, d})
		<-started
		h.Abort()
		close(release)
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) || d.n.Load() != 1 || polls != 1 {
			t.Errorf("%v; dropped %d times, polled %d times", err, d.n.Load(), polls)
		}
		return nil
	}, quiet(edo.Config{Workers: 2}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestAHundredSpinningTasksStarveNeitherATimerNorASocket(t *testing.T) {
	onAll(t, func(t *testing.T, opt edo.RunOption) {
		err := edo.Run(func(task *edo.Task) error {
			var stop atomic.Bool
			for range 100 {
				edo.Go(task, func(task *edo.Task) error {
					for !stop.Load() {
						if err := edo.Yield(task); err != nil {
							return err
						}
					}
					return nil
				})
			}
			defer stop.Store(true)
			l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			edo.Go(task, func(task *edo.Task) error {
				c, err := l.Accept(task)
				if err != nil {
					return err
				}
				defer c.Close()
				_, err = c.Write(task, []byte("hello"))
				return err
			})
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				return err
			}
			c, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer c.Close()
			var p [5]byte
			if n, err := c.Read(task, p[:]); n != 5 || err != nil {
				t.Errorf("read %d, %v", n, err)
			}
			return nil
		}, opt)
		if err != nil {
			t.Error(err)
		}
	})
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
				_, err := edo.Await(task, forever{})
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

// wakeable waits, and shows its waker to all.
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

func TestAfterRunDescriptorsAreBackWhereTheyWere(t *testing.T) {
	count := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("this system does not say which descriptors are open")
		}
		return len(all)
	}
	edo.Run(func(*edo.Task) error { return nil }) // Go's own poller has its descriptors now
	before := count()
	for range 10 {
		err := edo.Run(func(task *edo.Task) error {
			edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Millisecond) })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := count(); n > before {
		t.Errorf("%d descriptors, %d before", n, before)
	}
}

func TestAFunctionInDirectStyleRunsAtMostOnceAndOnAWorker(t *testing.T) {
	runs(t, func(task *edo.Task) error {
		ran := 0
		f := edo.Async(func(*edo.Task) (int, error) { ran++; return ran, nil })
		if ran != 0 {
			t.Error("it ran before its first poll")
		}
		if v, err := edo.Await(task, f); v != 1 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		if _, err := edo.Await(task, f); err == nil || ran != 1 {
			t.Errorf("polled again: %v; it ran %d times", err, ran)
		}
		return nil
	})
}
