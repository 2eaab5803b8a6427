package core_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestBudgetMakesATaskWithReadyInputsGiveWay(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1000)
		for i := range 1000 {
			if err := tx.TrySend(i); err != nil {
				return err
			}
		}
		tx.Close()
		other := edo.Go(task, func(*edo.Task) error { return nil })
		for n := 0; !other.Finished(); n++ {
			if _, err := rx.Recv(task); err != nil {
				return err
			}
			if n > 2*128 {
				t.Errorf("%d values were received before another task ran", n)
				break
			}
		}
		return nil
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestFunctionsThatAreAwaitedAndNeverWaitDoNotStarveATask(t *testing.T) {
	ready := func(*edo.Task) (int, error) { return 1, nil }
	for name, spin := range map[string]func(task *edo.Task) error{
		"Await": func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Async(ready))
			return err
		},
		"polled by a future": func(task *edo.Task) error {
			_, err := edo.Await(task, future.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
				return edo.Async(ready).Poll(cx)
			}))
			return err
		},
		"a failure": func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { return 0, errors.New("no") }))
			if errors.Is(err, edo.ErrCancelled) {
				return err
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			work := func(task *edo.Task) error {
				var stop atomic.Bool
				edo.Go(task, func(task *edo.Task) error {
					for !stop.Load() {
						if err := spin(task); err != nil {
							return err
						}
					}
					return nil
				})
				for range 20 { // the task that must not starve is main itself
					edo.Yield(task)
				}
				stop.Store(true)
				return nil
			}
			tasktest.OnAll(t, func(t *testing.T, opt edo.RunOption) {
				if err := edo.Run(work, opt); err != nil {
					t.Fatal(err)
				}
			})
			for seed := range uint64(20) {
				if err := sim.Run(seed, work); err != nil {
					t.Fatal(seed, err)
				}
			}
		})
	}
}

// TestAwaitOfWhatIsReadyTakesOneOperationOffTheBudget awaits a function that does not wait.
func TestAwaitOfWhatIsReadyTakesOneOperationOffTheBudget(t *testing.T) {
	task := edotest.NewTask()
	ran := 0
	loop := edo.Async(func(task *edo.Task) (int, error) {
		for ran < 5 {
			if _, err := edo.Await(task, edo.Async(func(*edo.Task) (int, error) { ran++; return ran, nil })); err != nil {
				return 0, err
			}
		}
		return ran, nil
	})
	task.EnterWithBudget(2, func(cx *edo.Context) {
		if _, p, _ := loop.Poll(cx); p != edo.Pending || ran != 3 {
			t.Errorf("with a budget of 2: %v, and %d ran", p, ran)
		}
	})
	if task.Wakes() != 1 {
		t.Errorf("%d wakes", task.Wakes())
	}
	if v, p, err := edotest.Poll(task, loop); v != 5 || p != edo.Ready || err != nil {
		t.Error(v, p, err)
	}
}

func TestAPollThatYieldsAndIsReadyDoesNotMakeTheNextTaskYield(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			cx.Yield()
			return 0, edo.Ready, nil
		}))
		polls := 0
		next := edo.Spawn(task, tasktest.PollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
			polls++
			return 0, edo.Pending, nil
		}))
		for range 5 {
			edo.Yield(task)
		}
		if polls != 1 {
			t.Errorf("a task that was never woken was polled %d times", polls)
		}
		next.Abort()
		return nil
	}, tasktest.Quiet(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestProceedInDirectStyleGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	var order []string
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(*edo.Task) error { order = append(order, "other"); return nil })
		for range 128 {
			if err := task.Proceed(nil); err != nil {
				return err
			}
		}
		order = append(order, "128")
		err := task.Proceed(nil)
		order = append(order, "129")
		return err
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil || len(order) != 3 || order[0] != "128" || order[1] != "other" {
		t.Errorf("got %v, %v", order, err)
	}
}

func TestProceedOfACancelledTaskIsRefused(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		var proceeded error
		h := edo.Go(task, func(task *edo.Task) error {
			edo.Await(task, tasktest.Forever{})
			proceeded = task.Proceed(nil)
			return nil
		})
		timer.Sleep(task, time.Second) // it waits
		h.Abort()
		h.Await(task)
		if !errors.Is(proceeded, edo.ErrCancelled) {
			t.Errorf("got %v", proceeded)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func BenchmarkProceedDirect(b *testing.B) {
	tasktest.RunBench(b, func(task *edo.Task) {
		for range b.N {
			task.Proceed(nil)
		}
	})
}

func TestYieldInASeededRunRunsAfterTheTasksThatWereJustSpawned(t *testing.T) {
	sim.Explore(t, 50, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			ran := 0
			for range 3 {
				edo.Go(task, func(*edo.Task) error { ran++; return nil })
			}
			if err := edo.Yield(task); err != nil {
				return err
			}
			if ran != 3 {
				t.Errorf("seed %d: %d of 3 have run", seed, ran)
			}
			return nil
		}, sim.WithConfig(sim.Config{Quiet: true}))
	})
}
