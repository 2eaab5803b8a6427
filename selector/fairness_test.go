package selector_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// countWins returns how often each of n branches that are always ready has won, and in which
// order. The branches in off are turned off.
func countWins(t *testing.T, seed uint64, n, turns int, off ...int) (wins []int, order []int) {
	wins = make([]int, n)
	err := sim.Run(seed, func(task *edo.Task) error {
		var branches []selector.Branch
		for i := range n {
			ready := stream.PollFn(func(*edo.Context) (int, edo.Poll, error) { return i, edo.Ready, nil })
			branches = append(branches, selector.On(ready, func(i int, _ error) error {
				wins[i]++
				order = append(order, i)
				return nil
			}).If(func() bool { return !slices.Contains(off, i) }))
		}
		sel := selector.New(branches...)
		for range turns {
			if err := sel.Next(task); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return wins, order
}

func TestWhichBranchIsFirstIsDrawnFairlyFromTheSeed(t *testing.T) {
	const n, turns = 4, 800
	var orders [][]int
	for seed := range uint64(5) {
		wins, order := countWins(t, seed, n, turns)
		_, again := countWins(t, seed, n, turns)
		if !slices.Equal(order, again) {
			t.Fatalf("seed %d: it went otherwise the second time", seed)
		}
		for i, won := range wins {
			if won < turns/n-60 || won > turns/n+60 { // five standard deviations
				t.Errorf("seed %d: branch %d has won %d of %d turns", seed, i, won, turns)
			}
		}
		for _, other := range orders {
			if slices.Equal(order, other) {
				t.Errorf("seed %d draws as another does", seed)
			}
		}
		orders = append(orders, order)
	}
}

func TestBranchesThatAreTurnedOffFavourNoneOfTheOthers(t *testing.T) {
	const turns, seeds = 800, 5
	for _, c := range []struct {
		n   int
		off []int
	}{{3, []int{0}}, {3, []int{1}}, {3, []int{2}}, {5, []int{0, 1}}, {5, []int{1, 3}}, {6, []int{0, 2, 3}}, {8, []int{7}}} {
		sum := make([]int, c.n)
		for seed := range uint64(seeds) {
			wins, _ := countWins(t, seed, c.n, turns, c.off...)
			for i, won := range wins {
				sum[i] += won
			}
		}
		on := c.n - len(c.off)
		for i, won := range sum {
			want := turns * seeds / on
			if slices.Contains(c.off, i) {
				want = 0
			}
			if d := won - want; d*d > 25*want { // five standard deviations, or nearly
				t.Errorf("of %d branches, %v turned off, branch %d has won %d times, and not %d", c.n, c.off, i, won, want)
			}
		}
	}
}

func TestABiasedSelectPollsInOrder(t *testing.T) {
	task := edotest.NewTask()
	var log []string
	sel := selector.New(
		selector.On(stream.Values(1, 2), logged(&log, "a")),
		selector.On(stream.Values(3), logged(&log, "b")),
	).Biased()
	for range 5 {
		takeTurn(t, task, sel)
	}
	requireLog(t, &log, "a 1", "a 2", "a edo: closed", "b 3", "b edo: closed")
}

func TestABranchThatIsAlwaysReadyDoesNotStarveTheOthers(t *testing.T) {
	sim.Explore(t, 20, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			busy, quiet, most := 0, 0, 0
			tx, rx := mpsc.New[int](1)
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				for i := range 20 {
					if err := tx.Send(task, i); err != nil {
						return err
					}
				}
				return nil
			}, edo.Owns(tx))
			always := stream.PollFn(func(cx *edo.Context) (int, edo.Poll, error) {
				if !cx.Proceed(nil) {
					return 0, edo.Pending, nil
				}
				return 0, edo.Ready, nil
			})
			gap := 0
			err := selector.New(
				selector.On(always, func(int, error) error {
					busy++
					gap++
					return nil
				}),
				selector.On(rx, func(v int, err error) error {
					if err != nil {
						return selector.Stop
					}
					quiet++
					most, gap = max(most, gap), 0
					return nil
				}),
			).Run(task)
			if err != nil || quiet != 20 || most > 400 { // a budget of 128, in some polls, drawn at random
				return fmt.Errorf("got %v; %d messages after at most %d others, %d in all", err, quiet, most, busy)
			}
			return nil
		}, sim.WithConfig(sim.Config{Quiet: true}))
	})
}

// hungry uses up the budget of each poll, and is never ready, like a filter that accepts no
// item.
type hungry struct{ polls int }

func (h *hungry) PollNext(cx *edo.Context) (v int, _ edo.Poll, _ error) {
	if h.polls++; h.polls > 20 {
		return v, edo.Ready, errors.New("the other branch is starved")
	}
	for cx.Proceed(nil) {
	}
	return v, edo.Pending, nil
}

func TestABranchThatUsesUpTheBudgetDoesNotStarveTheOthers(t *testing.T) {
	sim.Explore(t, 20, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			fail := func(_ int, err error) error { return err }
			return selector.New(
				selector.On(&hungry{}, fail),
				selector.On(&hungry{}, fail),
				selector.On(stream.Values(1), func(int, error) error { return selector.Stop }),
			).Run(task)
		})
	})
}

func TestWhichBranchIsPolledFirstAfterTheBudgetWasUsedUp(t *testing.T) {
	for _, biased := range []bool{false, true} {
		task := edotest.NewTask()
		first := ""
		ask := func(name string) selector.Branch {
			return selector.On(stream.PollFn(func(cx *edo.Context) (v int, _ edo.Poll, _ error) {
				for cx.Proceed(nil) {
					first = name
				}
				return v, edo.Pending, nil
			}), func(int, error) error { return nil })
		}
		sel := selector.New(ask("a"), ask("b"))
		if biased {
			sel.Biased()
		}
		var got []string
		for range 4 {
			edotest.RequireNextPending(t, task, sel)
			edotest.RequireWoken(t, task, 1)
			got = append(got, first)
		}
		if again := got[0] == got[1]; again != biased || got[2] != got[0] || got[3] != got[1] || biased && got[0] != "a" {
			t.Errorf("biased: %v: %q", biased, got)
		}
	}
}

func TestATimerInASelectIsNotStarvedByABusyChannel(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](4)
		edo.Go(task, func(task *edo.Task) error {
			for tx.Send(task, 1) == nil {
			}
			return nil
		}, edo.Owns(tx))
		defer rx.Drop()
		ticks, n := 0, 0
		err := selector.New(
			selector.On(rx, func(int, error) error { n++; return nil }),
			selector.On(timer.NewInterval(time.Millisecond), func(time.Time, error) error {
				if ticks++; ticks == 5 {
					return selector.Stop
				}
				return nil
			}),
		).Biased().Run(task)
		if n == 0 {
			t.Error("no message came through")
		}
		return err
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}
