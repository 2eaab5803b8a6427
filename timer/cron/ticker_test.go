package cron_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/driver/real"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/timer/cron"
)

// simulate runs main in a simulation that begins at a time.
func simulate(t *testing.T, begin time.Time, main func(task *edo.Task) error) {
	t.Helper()
	err := sim.Run(1, func(task *edo.Task) error { return main(task) }, sim.WithConfig(sim.Config{Start: begin}))
	if err != nil {
		t.Error(err)
	}
}

var midnight = time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)

func TestATickComesAtItsTimeAndIsThatTime(t *testing.T) {
	simulate(t, midnight.Add(-30*time.Minute), func(task *edo.Task) error {
		ticker := cron.NewTicker(cron.MustParse("30 2 * * *", zone(t, "Europe/Berlin")), cron.Option{})
		defer ticker.Drop()
		for _, want := range []time.Time{midnight.Add(time.Hour), midnight.Add(24*time.Hour + 30*time.Minute)} { // the first is in a gap
			at, err := ticker.Tick(task)
			if err != nil || !at.Equal(want) || !timer.Now(task).Equal(want) {
				t.Errorf("a tick of %v at %v, %v, want %v", at, timer.Now(task), err, want)
			}
		}
		return nil
	})
}

func TestATickerIsAStream(t *testing.T) {
	simulate(t, midnight, func(task *edo.Task) error {
		var got []string
		every := cron.MustParse("*/20 * * * *", nil)
		for at, err := range stream.All(task, stream.Of(cron.NewTicker(every)).Take(3)) {
			if err != nil {
				return err
			}
			got = append(got, at.Format(time.TimeOnly))
		}
		if want := []string{"00:20:00", "00:40:00", "01:00:00"}; !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
		return nil
	})
}

// The reader is busy until a second after 00:04.
func TestMissedTimesAreOneTickOrAllOfThem(t *testing.T) {
	for _, c := range []struct {
		opts []cron.Option
		want []string
	}{
		{nil, []string{"00:01", "00:02", "00:05"}},
		{[]cron.Option{cron.OnMissed(timer.Skip)}, []string{"00:01", "00:02", "00:05"}},
		{[]cron.Option{cron.OnMissed(timer.Burst)}, []string{"00:01", "00:02", "00:03", "00:04", "00:05"}},
		{[]cron.Option{cron.From(midnight.Add(-90 * time.Second))}, []string{"23:59", "00:01", "00:02", "00:05"}},
		{[]cron.Option{cron.From(midnight.Add(-90 * time.Second)), cron.OnMissed(timer.Burst)}, []string{"23:59", "00:00", "00:01", "00:02", "00:03"}},
		{[]cron.Option{cron.From(midnight.Add(2 * time.Minute))}, []string{"00:03", "00:04", "00:05"}},
	} {
		simulate(t, midnight, func(task *edo.Task) error {
			ticker := cron.NewTicker(cron.MustParse("* * * * *", nil), c.opts...)
			var got []string
			for len(got) < len(c.want) {
				at, err := ticker.Tick(task)
				if err != nil {
					return err
				}
				got = append(got, at.Format("15:04"))
				if timer.Now(task).Equal(at) { // the first that is not late
					timer.Sleep(task, midnight.Add(4*time.Minute+time.Second).Sub(at))
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			return nil
		})
	}
	defer func() {
		if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), "cron: OnMissed") {
			t.Errorf("OnMissed(Delay) panics with %v", err)
		}
	}()
	cron.OnMissed(timer.Delay)
}

func TestACancelledTickLosesNoTime(t *testing.T) {
	simulate(t, midnight, func(task *edo.Task) error {
		ticker := cron.NewTicker(cron.MustParse("0 * * * *", nil))
		h := edo.Go(task, func(task *edo.Task) error { _, err := ticker.Tick(task); return err })
		timer.Sleep(task, 59*time.Minute)
		h.Abort()
		if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("got %v", err)
		}
		at, err := ticker.Tick(task)
		if !at.Equal(midnight.Add(time.Hour)) || !timer.Now(task).Equal(at) {
			t.Errorf("a tick of %v at %v", at, timer.Now(task))
		}
		ticker.Drop()
		ticker.Drop()
		return err
	})
}

func TestASecondTaskThatWaitsGetsAnErrorAndTheFirstIsNotDisturbed(t *testing.T) {
	simulate(t, midnight, func(task *edo.Task) error {
		ticker := cron.NewTicker(cron.MustParse("@hourly", nil))
		wait := func(task *edo.Task) error { _, err := ticker.Tick(task); return err }
		first := edo.Go(task, wait, edo.Name("first"))
		timer.Sleep(task, 90*time.Second) // between two looks at the clock: then it waits, and is not runnable
		_, err := edo.Go(task, wait, edo.Name("second")).Await(task)
		var busy *edo.BusyError
		if !errors.As(err, &busy) || busy.First != "first" || busy.Second != "second" || busy.On != "cron: tick of @hourly" {
			t.Errorf("the second got %v", err)
		}
		if _, err := first.Await(task); err != nil || !timer.Now(task).Equal(midnight.Add(time.Hour)) {
			t.Errorf("the first got %v, at %v", err, timer.Now(task))
		}
		h := edo.Go(task, wait)
		timer.Sleep(task, time.Minute)
		h.Abort()
		return wait(task) // it is free again
	})
}

// The clock of a host is put on and back while its task waits.
func TestAClockThatIsSetIsNoticedWithinAMinuteAndNoTimeComesTwice(t *testing.T) {
	simulate(t, midnight, func(task *edo.Task) error {
		w, err := world.New(task, world.Config{})
		if err != nil {
			return err
		}
		var ticks, seen []time.Time
		host := w.Host("a", func(task *edo.Task) error {
			for at, err := range stream.All(task, cron.NewTicker(cron.MustParse("0 * * * *", nil))) {
				if err != nil {
					return err
				}
				ticks, seen = append(ticks, at), append(seen, timer.Now(task))
			}
			return nil
		})
		timer.Sleep(task, 10*time.Minute)
		host.SetClock(40*time.Minute, 0) // 00:50
		timer.Sleep(task, 15*time.Minute)
		host.SetClock(0, 0)               // 00:25
		timer.Sleep(task, 94*time.Minute) // 01:59
		want := []time.Time{midnight.Add(time.Hour)}
		if !slices.EqualFunc(ticks, want, time.Time.Equal) || seen[0].Sub(ticks[0]) > time.Minute {
			t.Errorf("ticks of %v, at %v", ticks, seen)
		}
		timer.Sleep(task, 2*time.Minute)
		if len(ticks) != 2 || !ticks[1].Equal(midnight.Add(2*time.Hour)) || seen[1].Sub(ticks[1]) > time.Minute {
			t.Errorf("ticks of %v, at %v", ticks, seen)
		}
		return nil
	})
}

// The machine is suspended from 23:10 to 06:30: its clock goes on, and its timers do not.
func TestTheSleepOfASuspendedMachineIsNoticedWithinAMinuteAfterIt(t *testing.T) {
	for name, c := range map[string]struct {
		opts []cron.Option
		want []string
	}{
		"one tick stands for all": {nil, []string{"23:00", "00:00", "07:00"}},
		"each of them is a tick":  {[]cron.Option{cron.OnMissed(timer.Burst)}, []string{"23:00", "00:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00", "07:00"}},
	} {
		simulate(t, midnight.Add(-61*time.Minute), func(task *edo.Task) error {
			w, err := world.New(task, world.Config{})
			if err != nil {
				return err
			}
			var got []string
			var woken time.Time
			host := w.Host("a", func(task *edo.Task) error {
				for at, err := range stream.All(task, cron.NewTicker(cron.MustParse("0 * * * *", nil), c.opts...)) {
					if err != nil {
						return err
					}
					if got = append(got, at.Format("15:04")); len(got) == 2 {
						woken = timer.Now(task)
					}
				}
				return nil
			})
			timer.Sleep(task, 11*time.Minute)
			host.SetClock(7*time.Hour+20*time.Minute, 0)
			timer.Sleep(task, time.Hour)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
			if late := woken.Sub(midnight.Add(6*time.Hour + 30*time.Minute)); late < 0 || late > time.Minute {
				t.Errorf("%s: noticed %v after the sleep", name, late)
			}
			return nil
		})
	}
}

// While the clock of the simulation is held, no tick comes; Advance brings those that are due, to the nanosecond.
func TestATickComesWhenAHeldClockIsAdvancedToIt(t *testing.T) {
	simulate(t, midnight, func(task *edo.Task) error {
		sim.HoldClock(task)
		n := 0
		edo.Go(task, func(task *edo.Task) error {
			for range stream.All(task, cron.NewTicker(cron.MustParse("*/10 * * * *", nil))) {
				n++
			}
			return nil
		}, edo.Daemon())
		for i, d := range []time.Duration{10*time.Minute - 1, 1, 10*time.Minute - 1, 1} {
			if err := sim.Advance(task, d); err != nil {
				return err
			}
			if n != (i+1)/2 {
				t.Errorf("step %d: %d ticks", i, n)
			}
		}
		sim.ReleaseClock(task)
		return nil
	})
}

// shifted is the driver of the machine, with another wall clock.
type shifted struct {
	driver.Driver
	ahead time.Duration
}

func (s *shifted) Wall() time.Time { return s.Driver.Wall().Add(s.ahead) }

// A runtime of the machine begins while the wall clock is wrong, and it is set right.
func TestOnTheMachineATickFollowsTheWallClock(t *testing.T) {
	d, err := real.New()
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2040, 1, 1, 0, 1, 0, 0, time.UTC)
	config := edo.Config{Workers: 1}
	ahead := want.Add(-5 * time.Millisecond).Sub(d.Wall())
	config.SetDriver(&shifted{d, ahead})
	err = edo.Run(func(task *edo.Task) error {
		// On a machine that is slow the time has passed already: the next one would be a minute later.
		at, err := cron.NewTicker(cron.MustParse("* * * * *", nil), cron.From(want.Add(-time.Second))).Tick(task)
		if !at.Equal(want) || d.Wall().Before(want.Add(-ahead)) {
			t.Errorf("a tick of %v, want %v; %v before it", at, want, want.Add(-ahead).Sub(d.Wall()))
		}
		return err
	}, edo.WithConfig(config))
	if err != nil {
		t.Error(err)
	}
}

func TestATickerWithoutAClockIsAnErrorAndAReportNamesTheSchedule(t *testing.T) {
	mock := edotest.NewTask()
	ticker := cron.NewTicker(cron.MustParse("@daily", nil))
	if _, p, err := edotest.PollNext(mock, edo.Stream[time.Time](ticker)); p != edo.Ready || err == nil {
		t.Errorf("%v, %v", p, err)
	}
	simulate(t, midnight, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error { _, err := ticker.Tick(task); return err }, edo.Daemon())
		timer.Sleep(task, time.Second)
		var dump strings.Builder
		if err := edo.Dump(&dump); err != nil {
			return err
		}
		if !strings.Contains(dump.String(), "cron: tick of @daily, until 2026-03-30 00:00:00") {
			t.Errorf("the report says\n%s", dump.String())
		}
		return nil
	})
}

func TestATickAllocatesNothing(t *testing.T) {
	simulate(t, midnight, func(task *edo.Task) error {
		ticker := cron.NewTicker(cron.MustParse("* * * * *", zone(t, "Europe/Berlin")))
		if n := testing.AllocsPerRun(200, func() { ticker.Tick(task) }); n > 0.5 {
			t.Errorf("a tick allocates %v times", n)
		}
		return nil
	})
}

func TestStepFormOfTickDoesWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(*rand.Rand) (w tasktest.World) {
		ticker := cron.NewTicker(cron.MustParse("* * * * * *", nil), cron.OnMissed(timer.Burst))
		w.Ops = append(w.Ops, tasktest.OpOf("Tick", ticker.Tick, tasktest.WithoutStep(ticker.TickStep)))
		return w
	}, "Tick done at once")
}
