package sim_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// What a run under a held clock checks, and says.

func TestInvariantsAreCheckedWhenAHeldClockMoves(t *testing.T) {
	err := held(t, func(task *edo.Task) error {
		sim.Limit(task, sim.Limits{Time: time.Minute})
		if err := sim.Advance(task, time.Minute); err != nil {
			t.Errorf("a minute is allowed: %v", err)
		}
		return sim.Advance(task, 1)
	})
	var limit *sim.LimitError
	if !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
}

func TestAStallUnderAHeldClockSaysSo(t *testing.T) {
	sleep := func(task *edo.Task) error { return timer.Sleep(task, time.Second) }
	forgotten := func(task *edo.Task) error {
		tx, rx := oneshot.New[int]()
		_, err := rx.Recv(task)
		runtime.KeepAlive(tx)
		return err
	}
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"a sleep, held", held(t, sleep), true},
		{"a sleep, by Config", sim.Run(1, sleep, sim.WithConfig(sim.Config{HoldClock: true})), true},
		{"no timer, held", held(t, forgotten), false},
		{"no timer", sim.Run(1, forgotten), false},
	} {
		var stall *edo.StallError
		if !errors.As(c.err, &stall) || strings.Contains(c.err.Error(), "sim: timers are set, and the clock is held") != c.want {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
}

// A deadline that the test does not go to is none that the clock has reached.
func TestALimitIsNotReachedByADeadlineThatTheClockDoesNotGoTo(t *testing.T) {
	s := sim.New(sim.Config{})
	s.Start(func(task *edo.Task) error {
		sim.Limit(task, sim.Limits{Time: time.Minute})
		h := edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		err := timer.Sleep(task, time.Minute)
		h.Abort()
		h.Await(task)
		return err
	})
	s.Advance(30 * time.Second)
	s.Advance(30 * time.Second)
	if err := s.Wait(); err != nil {
		t.Error(err)
	}
}
