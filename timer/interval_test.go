package timer_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

const ms = time.Millisecond

// given is a tick: when it was due and when it was given, since the beginning.
type given struct{ due, at time.Duration }

// ticks takes n ticks of i.
func ticks(task *edo.Task, begin time.Time, i *timer.Interval, n int) (all []given, err error) {
	for range n {
		due, err := i.Tick(task)
		if err != nil {
			return nil, err
		}
		all = append(all, given{due.Sub(begin), timer.Now(task).Sub(begin)})
	}
	return all, nil
}

// at returns the ticks due and given at so many milliseconds.
func at(pairs ...int) (all []given) {
	for k := 0; k < len(pairs); k += 2 {
		all = append(all, given{time.Duration(pairs[k]) * ms, time.Duration(pairs[k+1]) * ms})
	}
	return all
}

func TestIntervalPolledFirstAfterItsStartHasMissedTicks(t *testing.T) {
	for _, c := range []struct {
		start, first time.Duration
		missed       timer.Missed
		want         []given
	}{
		{0, 35 * ms, timer.Burst, at(0, 35, 10, 35, 20, 35, 30, 35, 40, 40)},
		{0, 35 * ms, timer.Delay, at(0, 35, 45, 45, 55, 55)},
		{0, 35 * ms, timer.Skip, at(0, 35, 40, 40, 50, 50)},
		{5 * ms, 32 * ms, timer.Burst, at(5, 32, 15, 32, 25, 32, 35, 35, 45, 45)},
		{5 * ms, 32 * ms, timer.Delay, at(5, 32, 42, 42, 52, 52)},
		{5 * ms, 32 * ms, timer.Skip, at(5, 32, 35, 35, 45, 45)},
		{-21 * ms, 2 * ms, timer.Burst, at(-21, 2, -11, 2, -1, 2, 9, 9, 19, 19)},
		{-21 * ms, 2 * ms, timer.Delay, at(-21, 2, 12, 12)},
		{-21 * ms, 2 * ms, timer.Skip, at(-21, 2, 9, 9, 19, 19)},
		{-20 * ms, 0, timer.Skip, at(-20, 0, 10, 10)},
		{40 * ms, 3 * ms, timer.Skip, at(40, 40, 50, 50)},
		{-24 * time.Hour, 7 * ms, timer.Skip, at(-86400_000, 7, 10, 10)},
	} {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			begin := timer.Now(task)
			for name, i := range map[string]*timer.Interval{
				"IntervalAt": timer.IntervalAt(begin.Add(c.start), 10*ms, timer.OnMissed(c.missed)),
				"ResetAt": func() *timer.Interval {
					i := timer.NewInterval(10*ms, timer.OnMissed(c.missed))
					i.ResetAt(begin.Add(c.start))
					return i
				}(),
			} {
				edo.Go(task, func(task *edo.Task) error {
					if err := timer.Sleep(task, c.first); err != nil {
						return err
					}
					got, err := ticks(task, begin, i, len(c.want))
					if !slices.Equal(got, c.want) {
						t.Errorf("%s(%v), first polled at %v, %v: got %v, want %v", name, c.start, c.first, c.missed, got, c.want)
					}
					return err
				})
			}
			return nil
		})
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

// With Delay, a tick that is taken late by more than the clock's millisecond moves all
// that follow, also when no whole period was missed.
func TestDelayGivesTheNextTickAPeriodAfterALateOneWasTaken(t *testing.T) {
	for _, c := range []struct {
		late time.Duration // how late the second tick is taken
		want []given
	}{
		{0, at(100, 100, 200, 200, 300, 300)},
		{1 * ms, at(100, 100, 200, 201, 300, 300)}, // as late as the clock may be itself
		{2 * ms, at(100, 100, 200, 202, 302, 302)},
		{90 * ms, at(100, 100, 200, 290, 390, 390, 490, 490)},
		{100 * ms, at(100, 100, 200, 300, 400, 400)},
		{250 * ms, at(100, 100, 200, 450, 550, 550)},
	} {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			begin := timer.Now(task)
			i := timer.NewInterval(100*ms, timer.OnMissed(timer.Delay))
			got, err := ticks(task, begin, i, 1)
			if err != nil {
				return err
			}
			if err := timer.Sleep(task, 100*ms+c.late); err != nil {
				return err
			}
			more, err := ticks(task, begin, i, len(c.want)-1)
			if got = append(got, more...); !slices.Equal(got, c.want) {
				t.Errorf("late by %v: got %v, want %v", c.late, got, c.want)
			}
			return err
		})
	}
}

func TestIntervalAgainstTheModel(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 11))
		missed := timer.Missed(rng.IntN(3))
		period := 1 + rng.Int64N(40)
		start := rng.Int64N(200) - 100
		simulate(t, func(task *edo.Task, now func() time.Duration) error {
			begin := timer.Now(task)
			i := timer.IntervalAt(begin.Add(time.Duration(start)*ms), time.Duration(period)*ms, timer.OnMissed(missed))
			next := start
			var log []string
			for range 40 {
				if err := timer.Sleep(task, time.Duration(rng.Int64N(3*period)*rng.Int64N(2))*ms); err != nil {
					return err
				}
				clock := int64(now() / ms)
				switch rng.IntN(12) {
				case 0:
					i.Reset()
					next = clock + period
				case 1:
					d := rng.Int64N(60) - 20
					i.ResetAfter(time.Duration(d) * ms)
					next = clock + max(d, 0)
				case 2:
					next = clock + rng.Int64N(100) - 60
					i.ResetAt(begin.Add(time.Duration(next) * ms))
				}
				if len(log) == 0 && next != start { // it had no clock yet
					next = start
					i.ResetAt(begin.Add(time.Duration(start) * ms))
				}
				due, err := i.Tick(task)
				if err != nil {
					return err
				}
				got := given{due.Sub(begin), now()}
				taken := max(clock, next)
				log = append(log, fmt.Sprint(got))
				if want := (given{time.Duration(next) * ms, time.Duration(taken) * ms}); got != want {
					t.Fatalf("seed %d, %v, period %d: got %v, want %v", seed, missed, period, log, want)
				}
				switch late := taken - next; {
				case missed == timer.Delay && (late > 1 || next+period <= taken):
					next = taken + period
				case missed == timer.Skip && late >= period:
					next += (late/period + 1) * period
				default:
					next += period
				}
			}
			return nil
		})
	}
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
		got, err := ticks(task, begin, i, 2)
		if want := at(14, 14, 24, 24); !slices.Equal(got, want) {
			t.Errorf("Reset: got %v, want %v", got, want)
		}
		if err != nil {
			return err
		}
		i.ResetAfter(3 * ms)
		timer.Sleep(task, 16*ms)
		got, err = ticks(task, begin, i, 3)
		if want := at(27, 40, 37, 40, 47, 47); !slices.Equal(got, want) {
			t.Errorf("ResetAfter: got %v, want %v", got, want)
		}
		i.ResetAfter(-time.Hour)
		more, err2 := ticks(task, begin, i, 2)
		if want := at(47, 47, 57, 57); !slices.Equal(more, want) {
			t.Errorf("ResetAfter of less than nothing: got %v, want %v", more, want)
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
		got, err := ticks(task, begin, i, 1)
		more, err2 := ticks(task, begin, j, 2)
		if want := at(17, 17, 20, 20, 30, 30); !slices.Equal(append(got, more...), want) {
			t.Errorf("got %v and %v, want %v", got, more, want)
		}
		return errors.Join(err, err2)
	})
}

func TestResetReachesATaskThatWaits(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		begin := timer.Now(task)
		i := timer.IntervalAt(begin.Add(time.Hour), 10*ms)
		var got []given
		h := edo.Go(task, func(task *edo.Task) (err error) {
			got, err = ticks(task, begin, i, 2)
			return err
		})
		timer.Sleep(task, 5*ms)
		i.ResetAfter(2 * ms) // sooner
		timer.Sleep(task, 1*ms)
		i.ResetAfter(9 * ms) // later
		_, err := h.Await(task)
		if want := at(15, 15, 25, 25); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		return err
	})
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
			t.Errorf("a tick due at %v is given at %v", at, now)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMissedHasNames(t *testing.T) {
	got := fmt.Sprint(timer.Burst, timer.Delay, timer.Skip, timer.Missed(7))
	if want := "Burst Delay Skip Missed(7)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	defer func() {
		if err, ok := recover().(error); !ok || err.Error() != "timer: OnMissed takes Burst, Delay or Skip" {
			t.Errorf("OnMissed(3) gave %v", err)
		}
	}()
	timer.OnMissed(3)
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
