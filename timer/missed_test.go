package timer_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

// tickRead is a tick: when it was due, and when Tick returned it. Both count from the
// beginning of the test.
type tickRead struct{ due, at time.Duration }

// readTicks reads n ticks of i.
func readTicks(task *edo.Task, begin time.Time, i *timer.Interval, n int) (all []tickRead, err error) {
	for range n {
		due, err := i.Tick(task)
		if err != nil {
			return nil, err
		}
		all = append(all, tickRead{due.Sub(begin), timer.Now(task).Sub(begin)})
	}
	return all, nil
}

// ticksAt returns one tick for each pair of numbers: the milliseconds at which it was due and
// at which it was read.
func ticksAt(pairs ...int) (all []tickRead) {
	for k := 0; k < len(pairs); k += 2 {
		all = append(all, tickRead{time.Duration(pairs[k]) * ms, time.Duration(pairs[k+1]) * ms})
	}
	return all
}

func TestMissedTicks(t *testing.T) {
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

func TestIntervalPolledFirstAfterItsStartHasMissedTicks(t *testing.T) {
	for _, c := range []struct {
		start, first time.Duration
		missed       timer.Missed
		want         []tickRead
	}{
		{0, 35 * ms, timer.Burst, ticksAt(0, 35, 10, 35, 20, 35, 30, 35, 40, 40)},
		{0, 35 * ms, timer.Delay, ticksAt(0, 35, 45, 45, 55, 55)},
		{0, 35 * ms, timer.Skip, ticksAt(0, 35, 40, 40, 50, 50)},
		{5 * ms, 32 * ms, timer.Burst, ticksAt(5, 32, 15, 32, 25, 32, 35, 35, 45, 45)},
		{5 * ms, 32 * ms, timer.Delay, ticksAt(5, 32, 42, 42, 52, 52)},
		{5 * ms, 32 * ms, timer.Skip, ticksAt(5, 32, 35, 35, 45, 45)},
		{-21 * ms, 2 * ms, timer.Burst, ticksAt(-21, 2, -11, 2, -1, 2, 9, 9, 19, 19)},
		{-21 * ms, 2 * ms, timer.Delay, ticksAt(-21, 2, 12, 12)},
		{-21 * ms, 2 * ms, timer.Skip, ticksAt(-21, 2, 9, 9, 19, 19)},
		{-20 * ms, 0, timer.Skip, ticksAt(-20, 0, 10, 10)},
		{40 * ms, 3 * ms, timer.Skip, ticksAt(40, 40, 50, 50)},
		{-24 * time.Hour, 7 * ms, timer.Skip, ticksAt(-86400_000, 7, 10, 10)},
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
					got, err := readTicks(task, begin, i, len(c.want))
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

// With Delay, a tick that is read late by more than the clock's millisecond moves all ticks
// after it, also when no whole period was missed.
func TestDelayGivesTheNextTickAPeriodAfterALateOneWasTaken(t *testing.T) {
	for _, c := range []struct {
		late time.Duration // how late the second tick is read
		want []tickRead
	}{
		{0, ticksAt(100, 100, 200, 200, 300, 300)},
		{1 * ms, ticksAt(100, 100, 200, 201, 300, 300)}, // as late as the clock may be by itself
		{2 * ms, ticksAt(100, 100, 200, 202, 302, 302)},
		{90 * ms, ticksAt(100, 100, 200, 290, 390, 390, 490, 490)},
		{100 * ms, ticksAt(100, 100, 200, 300, 400, 400)},
		{250 * ms, ticksAt(100, 100, 200, 450, 550, 550)},
	} {
		simulate(t, func(task *edo.Task, _ func() time.Duration) error {
			begin := timer.Now(task)
			i := timer.NewInterval(100*ms, timer.OnMissed(timer.Delay))
			got, err := readTicks(task, begin, i, 1)
			if err != nil {
				return err
			}
			if err := timer.Sleep(task, 100*ms+c.late); err != nil {
				return err
			}
			more, err := readTicks(task, begin, i, len(c.want)-1)
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
				got := tickRead{due.Sub(begin), now()}
				taken := max(clock, next)
				log = append(log, fmt.Sprint(got))
				if want := (tickRead{time.Duration(next) * ms, time.Duration(taken) * ms}); got != want {
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
