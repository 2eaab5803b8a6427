package timer_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

func TestRatesInWords(t *testing.T) {
	got := fmt.Sprint(timer.PerSecond(5), ", ", timer.Every(time.Minute), ", ", timer.Unlimited(), ", ", timer.Rate{}, ", ", timer.PerSecond(0))
	if want := "5 per second, one every 1m0s, unlimited, none, none"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	l := timer.NewLimiter(timer.PerSecond(5), 7)
	if l.Rate() != timer.PerSecond(5) || l.Burst() != 7 {
		t.Errorf("got %v, %d", l.Rate(), l.Burst())
	}
}

func TestExtremeRatesDoNotOverflow(t *testing.T) {
	for _, r := range []timer.Rate{timer.PerSecond(math.MaxInt), timer.Every(math.MaxInt64), timer.Every(1), timer.PerSecond(1)} {
		for _, burst := range []int{1, math.MaxInt} {
			simulate(t, func(task *edo.Task, now func() time.Duration) error {
				l := timer.NewLimiter(r, burst)
				for range 3 {
					if err := l.TryTake(task, min(burst, 1<<40)); err != nil && !errors.Is(err, edo.ErrEmpty) {
						return err
					}
					h := edo.Go(task, func(task *edo.Task) error { return l.WaitN(task, min(burst, 1<<60)) })
					timer.Sleep(task, 10*365*24*time.Hour)
					l.SetRate(timer.Unlimited())
					l.SetRate(r)
					if _, err := h.Await(task); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
}

func TestUnlimitedHoldsUpNothingAndGivesWay(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		l := timer.NewLimiter(timer.Unlimited(), 1)
		ran := false
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		for turn := 0; !ran; turn++ {
			if err := l.WaitN(task, 1000); err != nil || turn > 10_000 {
				t.Fatalf("turn %d: %v", turn, err)
			}
		}
		l.SetRate(timer.Every(time.Minute))
		begin := now()
		for range 2 { // the bucket holds one
			if err := l.Wait(task); err != nil {
				return err
			}
		}
		if took := now() - begin; took != time.Minute {
			t.Errorf("two tokens took %v", took)
		}
		waits := edo.Go(task, l.Wait)
		timer.Sleep(task, time.Second)
		l.SetRate(timer.Unlimited())
		timer.Sleep(task, time.Second)
		if !waits.Finished() {
			t.Error("a waiter still waits, without a limit")
		}
		return nil
	})
}

func TestSetRateReachesThoseThatWait(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		l := timer.NewLimiter(timer.Rate{}, 2)
		if err := l.WaitN(task, 2); err != nil {
			return err
		}
		begin := now()
		var took [2]time.Duration
		var all []*edo.JoinHandle[edo.Unit]
		for i := range took {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				err := l.Wait(task)
				took[i] = now() - begin
				return err
			}))
			edo.Yield(task)
		}
		timer.Sleep(task, time.Hour)
		l.SetRate(timer.Every(time.Hour))
		timer.Sleep(task, 90*time.Minute)
		l.SetRate(timer.Every(time.Minute)) // half of the second token is there
		for _, h := range all {
			h.Await(task)
		}
		if want := [2]time.Duration{2 * time.Hour, 150*time.Minute + 30*time.Second}; took != want {
			t.Errorf("the tokens came after %v, want %v", took, want)
		}
		return nil
	})
}
