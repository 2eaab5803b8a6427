package timer_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/timer"
)

// simulate runs main in virtual time, and returns the driver's clock, in
// nanoseconds since the start.
func simulate(t *testing.T, main func(task *edo.Task, now func() time.Duration) error) {
	t.Helper()
	d := simulated.New(simulated.Config{Seed: 1})
	c := edo.Config{CurrentThread: true}.WithDriver(internal.Key{}, d)
	err := edo.Run(func(task *edo.Task) error {
		return main(task, func() time.Duration { return time.Duration(d.Now()) })
	}, edo.WithConfig(c))
	if err != nil {
		t.Fatal(err)
	}
}

func TestSleepIsRoundedUpToAMillisecondAndNeverEarly(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		for _, c := range []struct{ d, want time.Duration }{
			{1, time.Millisecond},
			{time.Millisecond, time.Millisecond},
			{time.Millisecond + 1, 2 * time.Millisecond},
			{64 * time.Millisecond, 64 * time.Millisecond},
			{time.Hour, time.Hour},
			{365 * 24 * time.Hour, 365 * 24 * time.Hour},
		} {
			begin := now()
			if err := timer.Sleep(task, c.d); err != nil {
				return err
			}
			if got := now() - begin; got != c.want {
				t.Errorf("Sleep(%v) took %v, want %v", c.d, got, c.want)
			}
		}
		return nil
	})
}

func TestDeadlineInThePastIsReadyAtTheFirstPoll(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		timer.Sleep(task, time.Second)
		for _, d := range []time.Duration{0, -1, math.MinInt64} {
			begin := now()
			if err := timer.Sleep(task, d); err != nil || now() != begin {
				t.Errorf("Sleep(%v): %v, after %v", d, err, now()-begin)
			}
			if _, err := edo.Await(task, timer.SleepFuture(d)); err != nil || now() != begin {
				t.Errorf("SleepFuture(%v): %v, after %v", d, err, now()-begin)
			}
		}
		return nil
	})
}

func TestLargestDurationDoesNotOverflow(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		timer.Sleep(task, time.Second)
		h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, math.MaxInt64) })
		timer.Sleep(task, time.Hour)
		if h.Finished() {
			t.Error("the largest sleep is over after an hour")
		}
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestResetBeforeAndAfterFiring(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		s := timer.SleepFuture(10 * time.Millisecond)
		for _, d := range []time.Duration{30 * time.Millisecond, 5 * time.Millisecond, 0} {
			begin := now()
			s.Reset(d)
			if _, err := edo.Await(task, s); err != nil || now()-begin != d {
				t.Errorf("reset to %v: %v, after %v", d, err, now()-begin)
			}
		}
		s.Reset(20 * time.Millisecond)
		h := edo.Spawn(task, s)
		timer.Sleep(task, 10*time.Millisecond)
		begin := now()
		s.Reset(50 * time.Millisecond)
		// Reset counts from the next poll: the old timer must not make it ready.
		if h.Finished() {
			t.Error("ready after Reset")
		}
		h.Abort()
		h.Await(task)
		if now() != begin {
			t.Errorf("the aborted sleep held its task for %v", now()-begin)
		}
		return nil
	})
}

func TestDroppedTimersLeaveNothingBehind(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		for range 10_000 {
			h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
			edo.Yield(task)
			h.Abort()
			h.Await(task)
		}
		begin := now()
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		if got := now() - begin; got != time.Millisecond {
			t.Errorf("a sleep of 1ms took %v", got)
		}
		return nil
	})
}

func TestSleepsAreTheSameListTwiceForOneSeed(t *testing.T) {
	list := func() (order []int) {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			for i := range 10_000 {
				edo.Go(task, func(task *edo.Task) error {
					err := timer.Sleep(task, time.Duration(i*7919%1000)*time.Millisecond)
					order = append(order, i)
					return err
				})
			}
			return nil
		})
		return order
	}
	first := list()
	if len(first) != 10_000 || !slices.Equal(first, list()) {
		t.Fatalf("%d sleeps ended, in an order that does not come again", len(first))
	}
}

func TestIntervalTicksAreTheScheduledInstants(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		i := timer.NewInterval(300 * time.Millisecond)
		var begin time.Time
		for n := range 4 {
			at, err := i.Tick(task)
			if err != nil {
				return err
			}
			if n == 0 {
				begin = at.Add(-300 * time.Millisecond)
			}
			want := time.Duration(n+1) * 300 * time.Millisecond
			if at.Sub(begin) != want || now() < want {
				t.Errorf("tick %d says %v, at %v", n, at.Sub(begin), now())
			}
		}
		return nil
	})
}

func TestMissedTicks(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		missed timer.Missed
		want   []time.Duration // instants of delivery after the stall began
	}{
		{timer.Burst, []time.Duration{650 * ms, 650 * ms, 900 * ms, 1200 * ms}},
		{timer.Delay, []time.Duration{650 * ms, 950 * ms, 1250 * ms}},
		{timer.Skip, []time.Duration{650 * ms, 900 * ms, 1200 * ms}},
	} {
		simulate(t, func(task *edo.Task, now func() time.Duration) error {
			i := timer.NewInterval(300*ms, timer.OnMissed(c.missed))
			i.Tick(task)
			begin := now()
			timer.Sleep(task, 650*ms)
			for n, want := range c.want {
				if _, err := i.Tick(task); err != nil {
					return err
				}
				if got := now() - begin; got != want {
					t.Errorf("%v: tick %d after %v, want %v", c.missed, n, got, want)
				}
			}
			return nil
		})
	}
}

func TestIntervalAtStartsAtItsInstant(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		first, err := timer.NewInterval(time.Second).Tick(task)
		if err != nil {
			return err
		}
		start := now()
		i := timer.IntervalAt(first.Add(250*time.Millisecond), time.Second)
		for _, want := range []time.Duration{250 * time.Millisecond, 1250 * time.Millisecond} {
			if _, err := i.Tick(task); err != nil || now()-start != want {
				t.Errorf("tick after %v, want %v (%v)", now()-start, want, err)
			}
		}
		return nil
	})
}

func TestPeriodThatIsNotPositiveIsRefused(t *testing.T) {
	for _, d := range []time.Duration{0, -time.Second} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || err.Error() == "" {
					t.Errorf("a period of %v was taken", d)
				}
			}()
			timer.NewInterval(d)
		}()
	}
}

func TestSpinningTasksDoNotStarveATimer(t *testing.T) {
	for _, workers := range []int{1, 2} {
		over := false
		err := edo.Run(func(task *edo.Task) error {
			var spinners []*edo.JoinHandle[edo.Unit]
			for range 100 {
				spinners = append(spinners, edo.Go(task, func(task *edo.Task) error {
					for {
						if err := edo.Yield(task); err != nil {
							return err
						}
					}
				}))
			}
			err := timer.Sleep(task, 5*time.Millisecond)
			over = true
			for _, s := range spinners {
				s.Abort()
			}
			return err
		}, edo.WithConfig(edo.Config{Workers: workers}))
		if err != nil || !over {
			t.Fatal(err)
		}
	}
}

func TestNowIsOnTheClockOfTheRuntime(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		if err := timer.Sleep(task, time.Hour); err != nil {
			return err
		}
		if got := timer.Now(task).Sub(begin); got != time.Hour {
			t.Errorf("a virtual hour took %v", got)
		}
		stale := make(chan *edo.Task, 1)
		edo.Go(task, func(task *edo.Task) error { stale <- task; return nil }).Await(task)
		if at := timer.Now(<-stale); !at.IsZero() {
			t.Errorf("an ended task's clock says %v", at)
		}
		return nil
	})
}

func TestZeroSleeperIsReadyAtOnceAndResetInsideAnotherFuture(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		timer.Sleep(task, time.Second)
		var s timer.Sleeper
		begin := now()
		for _, d := range []time.Duration{0, 3 * time.Millisecond} {
			if _, err := edo.Await(task, edo.Future[edo.Unit](&s)); err != nil || now()-begin != d {
				t.Errorf("%v, after %v, want %v", err, now()-begin, d)
			}
			s.Reset(3 * time.Millisecond)
		}
		return nil
	})
}

// Being woken by something else does not make it ready.
func TestSleeperIsNotReadyBeforeItsInstant(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		s := timer.SleepFuture(10*time.Millisecond + 1)
		begin := now()
		var waker edo.Waker
		h := edo.Spawn(task, future.PollFn(func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
			waker = cx.Waker()
			_, p, err := s.Poll(cx)
			if got := now() - begin; (p == edo.Ready) != (got > 10*time.Millisecond) {
				t.Errorf("%v after %v", p, got)
			}
			return edo.Unit{}, p, err
		}))
		for range 9 {
			timer.Sleep(task, time.Millisecond)
			waker.Wake()
		}
		_, err := h.Await(task)
		return err
	})
}

func TestSleeperIs24Bytes(t *testing.T) {
	if size, words := unsafe.Sizeof(timer.Sleeper{}), unsafe.Sizeof(uintptr(0)); size > 8+2*words {
		t.Errorf("a Sleeper is %d bytes", size)
	}
}
