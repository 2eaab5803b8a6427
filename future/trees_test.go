package future_test

import (
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/timer"
)

// forest makes random trees of all combinators that wait for several futures.
type forest struct {
	rt   *edo.Runtime
	rng  *rand.Rand
	live atomic.Int64 // functions in direct style that have started and not ended
}

// tree returns a future with so many levels of combinators.
func (f *forest) tree(depth int) edo.Future[int] {
	if depth == 0 {
		return f.leaf()
	}
	a, b, c := f.tree(depth-1), f.tree(depth-1), f.tree(depth-1)
	one := func(edo.Unit) int { return 1 }
	switch f.rng.IntN(5) {
	case 0:
		return future.Map(forget(future.Join(a, b, c)), one)
	case 1:
		fails := future.AndThen(b, func(int) edo.Future[int] { return future.Fail[int](errTest) })
		return future.Map(forget(future.TryJoin3(a, fails, c)), one).OrElse(func(error) edo.Future[int] { return future.Ready(1) })
	case 2:
		return future.Race(a, b, c)
	}
	call := func(task *edo.Task, fns ...body) error { _, err := future.JoinTask(task, fns...); return err }
	switch f.rng.IntN(3) {
	case 0:
		call = func(task *edo.Task, fns ...body) error { _, err := future.TryJoinTask(task, fns...); return err }
	case 1:
		call = func(task *edo.Task, fns ...body) error { _, err := future.RaceTask(task, fns...); return err }
	}
	await := func(one edo.Future[int]) body {
		return f.count(func(task *edo.Task) (int, error) { return edo.Await(task, one) })
	}
	return future.Owning(edo.Async(f.count(func(task *edo.Task) (int, error) {
		return 1, call(task, await(a), await(b), await(c))
	})), future.Of(a), future.Of(b), future.Of(c))
}

// leaf returns a future that waits for a timer, a message or another task.
func (f *forest) leaf() edo.Future[int] {
	switch f.rng.IntN(4) {
	case 0:
		return edo.Spawn(f.rt, future.Map(timer.SleepFuture(time.Millisecond), func(edo.Unit) int { return 1 }))
	case 1:
		tx, rx := oneshot.New[int]()
		edo.Go(f.rt, func(task *edo.Task) error { edo.Yield(task); tx.Send(1); return nil }, edo.Owns(tx))
		return future.Of[int](rx)
	case 2:
		return edo.Async(f.count(func(task *edo.Task) (int, error) { return 1, edo.Yield(task) }))
	}
	tx, rx := mpsc.New[int](1)
	n := f.rng.IntN(10)
	edo.Go(f.rt, func(task *edo.Task) error {
		for i := range n {
			if tx.Send(task, i) != nil {
				break
			}
		}
		return nil
	}, edo.Owns(tx))
	return future.Owning(edo.Async(f.count(func(task *edo.Task) (int, error) {
		return 1, selector.New(
			selector.On(rx, func(_ int, err error) error {
				if err != nil {
					return selector.Stop
				}
				return nil
			}),
			selector.On(timer.NewInterval(time.Millisecond), func(time.Time, error) error { return nil }),
		).Run(task)
	})), rx)
}

// count returns fn, counted in live.
func (f *forest) count(fn body) body {
	return func(task *edo.Task) (int, error) {
		f.live.Add(1)
		defer f.live.Add(-1)
		return fn(task)
	}
}

// The trees run on several workers and goroutines, tasks are aborted, and reports poll them
// in between. All trees end, and no function stays suspended.
func TestTreesOfJoinsRacesAndSelectsAllEnd(t *testing.T) {
	for seed := range uint64(4) {
		f := &forest{rng: rand.New(rand.NewPCG(seed, 1))}
		err := edo.Run(func(task *edo.Task) error {
			f.rt = task.Runtime()
			var over atomic.Bool
			reports := edo.Blocking(task, func(task *edo.Task) (u edo.Unit, err error) {
				for !over.Load() {
					task.Runtime().Snapshot()
					edo.Yield(task)
				}
				return u, nil
			})
			var hs []*edo.JoinHandle[int]
			for i := range 40 {
				one := f.tree(f.rng.IntN(4))
				await := f.count(func(task *edo.Task) (int, error) { return edo.Await(task, one) })
				switch i % 3 {
				case 0:
					hs = append(hs, edo.Spawn(task, one))
				case 1:
					hs = append(hs, edo.Spawn(task, edo.Async(await), edo.Owns(future.Of(one))))
				case 2:
					hs = append(hs, edo.Blocking(task, await, edo.Owns(future.Of(one))))
				}
				if f.rng.IntN(4) == 0 {
					hs[f.rng.IntN(len(hs))].Abort()
				}
			}
			for _, h := range hs {
				if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) && !errors.Is(err, own.ErrPolledAgain) {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
			over.Store(true)
			_, err := reports.Await(task)
			return err
		}, edo.WithConfig(edo.Config{Workers: 4, OnError: func(error) {}}))
		if n := f.live.Load(); n != 0 || err != nil {
			t.Errorf("seed %d: %d functions have not ended; %v", seed, n, err)
		}
	}
}
