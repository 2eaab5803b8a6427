package timer_test

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/driver/simulated"
	"github.com/edo-go/edo/timer"
)

const ms = time.Millisecond

// simulate runs main in virtual time. now reads the driver's clock: the time since the start.
func simulate(t *testing.T, main func(task *edo.Task, now func() time.Duration) error) {
	t.Helper()
	d := simulated.New(simulated.Config{Seed: 1, Quiet: true})
	c := edo.Config{CurrentThread: true}
	c.SetDriver(d)
	err := edo.Run(func(task *edo.Task) error {
		return main(task, func() time.Duration { return time.Duration(d.Now()) })
	}, edo.WithConfig(c))
	if err != nil {
		t.Fatal(err)
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
		edo.Go(task, func(task *edo.Task) error { stale <- task; return nil }).Await(task) //edo:allow taskuse its use after the end is what is tested
		if at := timer.Now(<-stale); !at.IsZero() {
			t.Errorf("an ended task's clock says %v", at)
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

// pair waits for two timers of one instant, drops the second when the first is over, and then waits for a third.
type pair struct {
	first, second, third timer.Sleeper
	isOver               bool
	polls                int
}

func (p *pair) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p.polls++
	if !p.isOver {
		if _, poll, err := p.first.Poll(cx); poll == edo.Pending || err != nil {
			p.second.Poll(cx)
			return edo.Unit{}, poll, err
		}
		p.isOver = true
		p.second.Drop()
	}
	return p.third.Poll(cx)
}

// The task that the first timer has woken drops the second one, which is due at the same instant.
func TestATimerThatIsDroppedAtItsInstantDoesNotWakeItsTask(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		for _, d := range []time.Duration{time.Millisecond, time.Second, time.Hour} {
			p := &pair{}
			p.first.Reset(d)
			p.second.Reset(d)
			p.third.Reset(time.Hour)
			_, err := edo.Await(task, p)
			if err != nil || p.polls != 3 {
				t.Errorf("%v: %d polls, want 3: at the beginning, at the instant, and at the end; %v", d, p.polls, err)
			}
		}
		return nil
	})
}
