package timer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestSleeperThatMovesToAnotherRuntimeIsNeitherEarlyNorWokenOnTheWrongWorker(t *testing.T) {
	s := timer.SleepFuture(10 * time.Millisecond)
	first, second := sim.New(sim.Config{Seed: 1}), sim.New(sim.Config{Seed: 2})
	first.Start(func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, s); return err })
		if err := edo.Yield(task); err != nil {
			return err
		}
		h.Abort() // the task only borrows s: its timer stays armed
		return timer.Sleep(task, time.Minute)
	})
	first.RunUntilIdle()
	begin := second.Now()
	var took time.Duration
	second.Start(func(task *edo.Task) error {
		s.Reset(10 * time.Millisecond) // both clocks begin at 0: the same deadline
		_, err := edo.Await(task, s)
		took = timer.Now(task).Sub(begin)
		return err
	})
	second.RunUntilIdle()
	first.Advance(20 * time.Millisecond) // fires the entry that s left in the first wheel
	second.Advance(5 * time.Millisecond)
	if took != 0 {
		t.Errorf("it was over after %v", took)
	}
	if err := second.Wait(); err != nil || took != 10*time.Millisecond {
		t.Errorf("it took %v, and ended with %v", took, err)
	}
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
}

func TestIntervalThatMovesToAnotherRuntimeKeepsItsTicks(t *testing.T) {
	i := timer.NewInterval(10 * ms)
	var last time.Time
	first := sim.New(sim.Config{Seed: 1})
	first.Start(func(task *edo.Task) (err error) {
		timer.Sleep(task, time.Hour)
		last, err = i.Tick(task)
		return err
	})
	if err := first.Wait(); err != nil {
		t.Fatal(err)
	}
	err := sim.Run(2, func(task *edo.Task) error { // its clock is an hour behind
		timer.Sleep(task, 5*ms)
		at, err := i.Tick(task)
		if !at.Equal(last.Add(10 * ms)) {
			t.Errorf("the tick after %v is due at %v", last, at)
		}
		if now := timer.Now(task); now.Before(at) {
			t.Errorf("a tick due at %v is read at %v", at, now)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestIntervalServesTwoRuntimesAtTheSameTime(t *testing.T) {
	i := timer.IntervalAt(time.Now().Add(-time.Hour), time.Millisecond)
	var rts []*edo.Runtime
	for range 2 {
		rt, err := edo.New(edo.Config{CurrentThread: true})
		if err != nil {
			t.Fatal(err)
		}
		edo.Go(rt, func(task *edo.Task) error {
			for range 2000 {
				if _, err := i.Tick(task); err != nil {
					return err
				}
			}
			return nil
		})
		rts = append(rts, rt)
	}
	for _, rt := range rts {
		if err := rt.Wait(); err != nil {
			t.Error(err)
		}
	}
}

func TestLimiterServesSeveralRuntimes(t *testing.T) {
	l := timer.NewLimiter(timer.Every(time.Hour), 1)
	for i := range 3 {
		err := sim.Run(1, func(task *edo.Task) error { // each clock begins in the year 2000
			timer.Sleep(task, time.Duration(i)*time.Hour)
			return l.Wait(task)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := edo.Run(func(task *edo.Task) error { return l.Wait(task) }); err != nil {
		t.Fatal(err)
	}
}

func TestWaitsForAnInstantNeedAClock(t *testing.T) {
	for name, wait := range map[string]func(task *edo.Task) error{
		"Sleep": func(task *edo.Task) error { return timer.Sleep(task, time.Hour) },
		"Tick":  func(task *edo.Task) error { _, err := timer.NewInterval(time.Hour).Tick(task); return err },
		"Timeout": func(task *edo.Task) error {
			_, err := timer.Timeout(task, time.Hour, func(*edo.Task) (int, error) { return 0, nil })
			return err
		},
		"future.Timeout": func(task *edo.Task) error {
			_, err := edo.Await(task, future.Timeout(time.Hour, future.PollFn(func(*edo.Context) (int, edo.Poll, error) {
				return 0, edo.Pending, nil
			})))
			return err
		},
		"mpsc.RecvTimeout": func(task *edo.Task) error {
			_, rx := mpsc.New[int](1)
			_, err := rx.RecvTimeout(task, time.Hour)
			return err
		},
		"mpsc.SendTimeout": func(task *edo.Task) error {
			tx, _ := mpsc.New[int](1)
			tx.TrySend(1)
			return tx.SendTimeout(task, 2, time.Hour)
		},
		"mpmc.RecvTimeout": func(task *edo.Task) error {
			_, rx := mpmc.New[int](1)
			_, err := rx.RecvTimeout(task, time.Hour)
			return err
		},
	} {
		_, p, err := edotest.Poll(edotest.NewTask(), edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, wait(task) }))
		if p != edo.Ready || err == nil || !strings.Contains(err.Error(), "no clock") {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

func TestTimeoutNeedsAClock(t *testing.T) {
	task := edotest.NewTask()
	_, p, err := edotest.Poll(task, edo.Async(func(task *edo.Task) (int, error) {
		return timer.Timeout(task, time.Second, sleeps(0, 7, nil))
	}))
	if p != edo.Ready || err == nil {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestLimiterNeedsAClock(t *testing.T) {
	l := timer.NewLimiter(timer.PerSecond(1), 1)
	if _, p, err := edotest.Poll(edotest.NewTask(), l.WaitFuture(1)); p != edo.Ready || err == nil {
		t.Errorf("Poll: %v, %v", p, err)
	}
	if _, p, err := edotest.Poll(edotest.NewTask(), edo.Async(func(task *edo.Task) (edo.Unit, error) {
		if l.Allow(task) {
			t.Error("Allow without a clock")
		}
		return edo.Unit{}, l.Wait(task)
	})); p != edo.Ready || err == nil {
		t.Errorf("Wait: %v, %v", p, err)
	}
	if _, _, err := edotest.Poll(edotest.NewTask(), new(timer.LimitFuture)); err == nil {
		t.Error("the zero LimitFuture is ready")
	}
}
