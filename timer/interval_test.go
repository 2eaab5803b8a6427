package timer_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

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

func TestStartThatIsFarAwayKeepsTheGridAndOverflowsNothing(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		begin := timer.Now(task)
		midnight := begin.Truncate(time.Hour).Add(-100 * 365 * 24 * time.Hour)
		i := timer.IntervalAt(midnight, time.Hour, timer.OnMissed(timer.Skip))
		first, err := i.Tick(task)
		if err != nil || !first.Equal(midnight) {
			t.Errorf("the first tick is due at %v, %v", first, err)
		}
		second, err := i.Tick(task)
		if err != nil || !second.Equal(second.Truncate(time.Hour)) || second.Sub(begin) > time.Hour {
			t.Errorf("the second tick is due at %v, %v", second, err)
		}
		for _, far := range []time.Time{begin.Add(math.MinInt64), time.Unix(-1<<40, 0)} {
			for _, missed := range []timer.Missed{timer.Burst, timer.Delay, timer.Skip} {
				before := now()
				i := timer.IntervalAt(far, time.Hour, timer.OnMissed(missed))
				if _, err := i.Tick(task); err != nil || now() != before {
					t.Errorf("from %v, %v: %v, after %v", far, missed, err, now()-before)
				}
				if missed == timer.Burst {
					continue
				}
				if _, err := i.Tick(task); err != nil || now()-before > time.Hour {
					t.Errorf("from %v, %v: %v, the second after %v", far, missed, err, now()-before)
				}
			}
		}
		never := timer.IntervalAt(time.Unix(1<<40, 0), time.Hour)
		h := edo.Go(task, func(task *edo.Task) error { _, err := never.Tick(task); return err })
		if err := timer.Sleep(task, time.Hour); err != nil || h.Finished() {
			t.Errorf("a tick in the far future has come: %v", err)
		}
		h.Abort()
		return nil
	})
}

func TestResetCountsFromTheResetAndNotFromTheNextPoll(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		i := timer.IntervalAt(begin, 10*ms)
		if _, err := i.Tick(task); err != nil {
			return err
		}
		timer.Sleep(task, 4*ms)
		i.Reset()
		timer.Sleep(task, 3*ms)
		got, err := readTicks(task, begin, i, 2)
		if want := ticksAt(14, 14, 24, 24); !slices.Equal(got, want) {
			t.Errorf("Reset: got %v, want %v", got, want)
		}
		if err != nil {
			return err
		}
		i.ResetAfter(3 * ms)
		timer.Sleep(task, 16*ms)
		got, err = readTicks(task, begin, i, 3)
		if want := ticksAt(27, 40, 37, 40, 47, 47); !slices.Equal(got, want) {
			t.Errorf("ResetAfter: got %v, want %v", got, want)
		}
		i.ResetAfter(-time.Hour)
		more, err2 := readTicks(task, begin, i, 2)
		if want := ticksAt(47, 47, 57, 57); !slices.Equal(more, want) {
			t.Errorf("ResetAfter of a negative duration: got %v, want %v", more, want)
		}
		return errors.Join(err, err2)
	})
}

func TestResetOfAnIntervalThatWasNotPolledCountsFromTheFirstPoll(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		i := timer.IntervalAt(begin.Add(time.Hour), 10*ms)
		i.Reset()
		j := timer.NewInterval(10 * ms)
		j.ResetAfter(3 * ms)
		timer.Sleep(task, 7*ms)
		got, err := readTicks(task, begin, i, 1)
		more, err2 := readTicks(task, begin, j, 2)
		if want := ticksAt(17, 17, 20, 20, 30, 30); !slices.Equal(append(got, more...), want) {
			t.Errorf("got %v and %v, want %v", got, more, want)
		}
		return errors.Join(err, err2)
	})
}

func TestResetReachesATaskThatWaits(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		i := timer.IntervalAt(begin.Add(time.Hour), 10*ms)
		var got []tickRead
		h := edo.Go(task, func(task *edo.Task) (err error) {
			got, err = readTicks(task, begin, i, 2)
			return err
		})
		timer.Sleep(task, 5*ms)
		i.ResetAfter(2 * ms) // sooner
		timer.Sleep(task, 1*ms)
		i.ResetAfter(9 * ms) // later
		_, err := h.Await(task)
		if want := ticksAt(15, 15, 25, 25); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		return err
	})
}

// polledOnce polls an interval until its tick, and then waits to be woken.
type polledOnce struct {
	i     *timer.Interval
	waker edo.Waker
	polls int
	ends  bool
}

func (f *polledOnce) Poll(cx *edo.Context) (unit edo.Unit, _ edo.Poll, err error) {
	f.polls++
	if f.ends {
		return unit, edo.Ready, nil
	}
	_, _, err = f.i.PollNext(cx)
	f.waker = cx.Waker()
	return unit, edo.Pending, err
}

func TestATickThatAResetMadeDueLeavesNoTimerBehind(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		f := &polledOnce{i: timer.IntervalAt(begin.Add(112*ms), time.Hour)}
		h := edo.Spawn[edo.Unit](task, f)
		timer.Sleep(task, 48*ms)
		f.i.ResetAt(timer.Now(task))
		timer.Sleep(task, 100*ms)
		if f.polls != 2 { // at the beginning, and after the reset; not when the tick was due before
			t.Errorf("%d polls, want 2", f.polls)
		}
		f.ends = true
		f.waker.Wake()
		_, err := h.Await(task)
		return err
	})
}
