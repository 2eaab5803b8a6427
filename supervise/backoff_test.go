package supervise_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/supervise"
	"github.com/edo-go/edo/timer"
)

// startTimes returns when a child was started, one that runs for so long each time.
func startTimes(t *testing.T, seed uint64, b supervise.Backoff, runs ...time.Duration) (at []time.Duration) {
	t.Helper()
	err := sim.Run(seed, func(task *edo.Task) error {
		begin := timer.Now(task)
		sup := must(t, supervise.Config{Intensity: 100, Backoff: b, Children: []supervise.Spec{
			{Name: "a", Restart: supervise.Transient, Significant: true, Start: supervise.Func(func(task *edo.Task) error {
				at = append(at, timer.Now(task).Sub(begin))
				if len(at) > len(runs) {
					return nil
				}
				timer.Sleep(task, runs[len(at)-1])
				return errBoom
			})},
		}, AutoShutdown: supervise.AnySignificant})
		return sup.Run(task)
	}, sim.WithConfig(sim.Config{Runtime: quiet}))
	if err != nil {
		t.Error(err)
	}
	return at
}

func TestDelaysGrowByTheFactorUpToTheMaximum(t *testing.T) {
	runs := make([]time.Duration, 6)
	for text, b := range map[string]supervise.Backoff{
		"[0s 0s 0s 0s 0s 0s 0s]":               {},
		"[0s 1s 3s 7s 15s 31s 1m3s]":           {Initial: time.Second},
		"[0s 1s 3s 7s 12s 17s 22s]":            {Initial: time.Second, Max: 5 * time.Second},
		"[0s 1s 4s 13s 40s 1m40s 2m40s]":       {Initial: time.Second, Factor: 3},
		"[0s 1s 2s 3s 4s 5s 6s]":               {Initial: time.Second, Factor: 1},
		"[0s 2m0s 4m0s 6m0s 8m0s 10m0s 12m0s]": {Initial: 2 * time.Minute},
		"[0s 1s 1m1s 2m1s 3m1s 4m1s 5m1s]":     {Initial: time.Second, Factor: 1e300},
	} {
		if got := fmt.Sprint(startTimes(t, 1, b, runs...)); got != text {
			t.Errorf("%+v: got %s, want %s", b, got, text)
		}
	}
}

func TestTheDelayBeginsAnewAfterALongRun(t *testing.T) {
	got := startTimes(t, 1, supervise.Backoff{Initial: time.Second, Reset: 10 * time.Second}, 0, 0, 10*time.Second, 0)
	if text := fmt.Sprint(got); text != "[0s 1s 3s 14s 16s]" {
		t.Errorf("got %s", text)
	}
}

func TestJitterTakesAPartOfTheDelayThatDiffersFromSeedToSeed(t *testing.T) {
	var first []time.Duration
	for seed := range uint64(50) {
		at := startTimes(t, seed, supervise.Backoff{Initial: 10 * time.Second, Factor: 1, Jitter: 0.2}, 0)
		if at[1] < 8*time.Second || at[1] > 10*time.Second+time.Millisecond {
			t.Errorf("seed %d: the delay is %v", seed, at[1])
		}
		if same := startTimes(t, seed, supervise.Backoff{Initial: 10 * time.Second, Factor: 1, Jitter: 0.2}, 0); !slices.Equal(at, same) {
			t.Errorf("seed %d: %v, and then %v", seed, at, same)
		}
		first = append(first, at[1])
	}
	slices.Sort(first)
	if first = slices.Compact(first); len(first) < 40 {
		t.Errorf("50 seeds have %d delays", len(first))
	}
}

func TestABackoffOfAChildIsUsedInsteadOfThatOfTheSupervisor(t *testing.T) {
	inLab(t, func(l *lab) {
		spec := l.spec("a")
		spec.Backoff = supervise.Backoff{Initial: time.Minute}
		l.begin(supervise.Config{Backoff: supervise.Backoff{Initial: time.Second}, Intensity: 5}, spec, l.spec("b"))
		l.die("a", errBoom)
		l.die("b", errBoom)
		timer.Sleep(l.task, 30*time.Second)
		if l.list() != "a=waiting b=running" {
			t.Errorf("got %s", l.list())
		}
	})
}

// An outage that ends is survived, and the intensity is not used up, if the delays reach the
// period.
func TestAnOutageWithDelaysDoesNotUseUpTheIntensity(t *testing.T) {
	inLab(t, func(l *lab) {
		up := timer.Now(l.task).Add(time.Hour)
		l.begin(supervise.Config{Intensity: 4, Period: 10 * time.Second, Backoff: supervise.Backoff{Initial: time.Second, Max: 20 * time.Second}},
			supervise.Spec{Name: "a", Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
				if now := timer.Now(task); now.Before(up) && now.After(up.Add(-time.Hour)) {
					return errNoLuck
				}
				ready()
				if timer.Now(task).Before(up) {
					timer.Sleep(task, time.Second)
					return errBoom
				}
				return task.Cancelled()
			})})
		timer.Sleep(l.task, 2*time.Hour)
		if l.list() != "a=running" {
			t.Errorf("got %s, %v", l.list(), l.alive())
		}
	})
}

// The window has exact times: a restart counts for the whole period, and not a millisecond longer.
func TestTheWindowOfTheIntensityIsExact(t *testing.T) {
	for _, between := range []time.Duration{2 * time.Second, 2*time.Second + time.Millisecond} {
		inLab(t, func(l *lab) {
			l.begin(one(1, 2*time.Second), l.spec("a"))
			timer.Sleep(l.task, 950*time.Millisecond)
			l.orders["a"].TrySend(errBoom)
			timer.Sleep(l.task, between)
			l.orders["a"].TrySend(errBoom)
			l.settle()
			if want := between > 2*time.Second; (l.alive() == "alive") != want {
				t.Errorf("two crashes %v apart: %s", between, l.alive())
			}
		})
	}
}
