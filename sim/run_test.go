package sim_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// order returns the order in which 20 tasks run twice each under a seed.
func order(t *testing.T, seed uint64, opts ...sim.Option) (order []int) {
	t.Helper()
	err := sim.Run(seed, func(task *edo.Task) error {
		for i := range 20 {
			edo.Go(task, func(task *edo.Task) error {
				order = append(order, i)
				if err := edo.Yield(task); err != nil {
					return err
				}
				order = append(order, i)
				return nil
			})
		}
		return nil
	}, opts...)
	if err != nil || len(order) != 40 {
		t.Fatalf("%v; %v", err, order)
	}
	return order
}

func TestSeedGivesTheSameOrderTwice(t *testing.T) {
	for seed := range uint64(20) {
		if one, two := order(t, seed), order(t, seed); !slices.Equal(one, two) {
			t.Fatalf("seed %d: %v, and %v", seed, one, two)
		}
	}
}

func TestSeedsGiveDifferentOrders(t *testing.T) {
	orders := map[[40]int]bool{}
	for seed := range uint64(20) {
		orders[[40]int(order(t, seed))] = true
	}
	if len(orders) != 20 {
		t.Fatalf("20 seeds gave %d orders", len(orders))
	}
}

func TestTraceIsTheSameForASeed(t *testing.T) {
	trace := func(seed uint64) (all [][2]int) {
		order(t, seed, sim.WithConfig(sim.Config{Seed: 99, Trace: func(n, chosen int) {
			all = append(all, [2]int{n, chosen})
		}}))
		return all
	}
	one := trace(1)
	if len(one) == 0 || !slices.Equal(one, trace(1)) || slices.Equal(one, trace(2)) {
		t.Fatalf("%v, %v, %v", one, trace(1), trace(2))
	}
}

func TestTenThousandSeededSleepsGiveTheSameListTwice(t *testing.T) {
	list := func() (ended []int) {
		random := rand.New(rand.NewPCG(1, 2))
		err := sim.Run(7, func(task *edo.Task) error {
			for i := range 10_000 {
				d := time.Duration(random.IntN(1000)) * time.Millisecond
				edo.Go(task, func(task *edo.Task) error {
					if err := timer.Sleep(task, d); err != nil {
						return err
					}
					if got := now(task).Sub(start); got != d {
						t.Errorf("slept %v, not %v", got, d)
					}
					ended = append(ended, i)
					return nil
				})
			}
			return nil
		})
		if err != nil || len(ended) != 10_000 {
			t.Fatalf("%v; %d ended", err, len(ended))
		}
		return ended
	}
	if !slices.Equal(list(), list()) {
		t.Fatal("two lists")
	}
}

// start is the time at which simulations begin.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func TestSleepsTakeNoRealTime(t *testing.T) {
	begin := time.Now()
	year := 365 * 24 * time.Hour
	err := sim.Run(1, func(task *edo.Task) error {
		for i := range 100 {
			if err := timer.Sleep(task, year); err != nil {
				return err
			}
			if got := now(task).Sub(start); got != time.Duration(i+1)*year {
				return fmt.Errorf("at %v after %d years", got, i+1)
			}
		}
		return nil
	})
	if real := time.Since(begin); err != nil || real > time.Minute {
		t.Fatalf("%v, after %v", err, real)
	}
}

func TestStartSetsTheClock(t *testing.T) {
	begin := time.Date(1868, 10, 23, 12, 0, 0, 1, time.UTC)
	err := sim.Run(1, func(task *edo.Task) error {
		if got := now(task); !got.Equal(begin) {
			t.Errorf("starts at %v", got)
		}
		return nil
	}, sim.WithConfig(sim.Config{Start: begin}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestStallIsAnErrorAtOnceThatNamesTheTasks(t *testing.T) {
	_, forever := oneshot.New[int]()
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			_, err := forever.Recv(task)
			return err
		}, edo.Name("the one that waits"))
		edo.Go(task, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "the one that waits") || strings.Contains(err.Error(), "panic") {
		t.Fatal(err)
	}
}

func TestErrorOfMainIsReturned(t *testing.T) {
	broken := errors.New("broken")
	if err := sim.Run(1, func(*edo.Task) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
}

func TestRuntimeConfigurationIsUsed(t *testing.T) {
	broken, reported := errors.New("broken"), error(nil)
	c := sim.Config{Runtime: edo.Config{Workers: 4, OnError: func(err error) { reported = err }}}
	err := sim.Run(1, func(task *edo.Task) error {
		edo.Go(task, func(*edo.Task) error { return broken })
		return nil
	}, sim.WithConfig(c))
	if !errors.Is(err, broken) || !errors.Is(reported, broken) {
		t.Fatalf("returned %v, reported %v", err, reported)
	}
}

func TestClockStandsStillWhileABlockingTaskRuns(t *testing.T) {
	var events []string
	err := sim.Run(1, func(task *edo.Task) error {
		done := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			for range 1000 {
				runtime.Gosched()
			}
			events = append(events, "blocking task")
			return edo.Unit{}, nil
		})
		if err := timer.Sleep(task, time.Millisecond); err != nil {
			return err
		}
		events = append(events, "clock")
		_, err := done.Await(task)
		return err
	})
	if want := []string{"blocking task", "clock"}; err != nil || !slices.Equal(events, want) {
		t.Fatalf("%v; %q, want %q", err, events, want)
	}
}

func TestClockRunsWhileABlockingTaskSleeps(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		_, err := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, timer.Sleep(task, time.Hour)
		}).Await(task)
		if got := now(task).Sub(start); got != time.Hour {
			t.Errorf("at %v", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRunInsideATaskIsAnError(t *testing.T) {
	var nested error
	err := sim.Run(1, func(*edo.Task) error {
		nested = sim.Run(1, func(*edo.Task) error { return nil })
		return nil
	})
	if err != nil || nested == nil {
		t.Fatalf("%v, and %v", err, nested)
	}
}

func TestAConfigWithANegativeSizeOrTimeIsRefused(t *testing.T) {
	for want, c := range map[string]sim.Config{
		"sim: Config.Window is -1: it must be at least 0": {Window: -1},
		"sim: Config.Late is -1ns: it must be at least 0": {Late: -1},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}()
			_ = sim.Run(1, func(*edo.Task) error { return nil }, sim.WithConfig(c))
		}()
	}
}
