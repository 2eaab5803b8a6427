package edo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

var errSelect = errors.New("test: a handler failed")

// logged returns a handler that writes down what came.
func logged(log *[]string, name string) func(v int, err error) error {
	return func(v int, err error) error {
		if err != nil {
			*log = append(*log, fmt.Sprint(name, " ", err))
		} else {
			*log = append(*log, fmt.Sprint(name, " ", v))
		}
		return nil
	}
}

func requireLog(t *testing.T, log *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*log, want) {
		t.Fatalf("got %q, want %q", *log, want)
	}
	*log = nil
}

// turn takes one turn of sel, which must be ready.
func turn(t *testing.T, task *edotest.Task, sel *edo.Select) {
	t.Helper()
	if _, p, err := edotest.PollNext(task, sel); p != edo.Ready || err != nil {
		t.Fatalf("got %v, %v", p, err)
	}
}

func TestExactlyOneBranchWinsAndTheOthersLoseNothing(t *testing.T) {
	task := edotest.NewTask()
	a, b := owntest.NewScript[int](t).Wait().Give(1, 2), owntest.NewScript[int](t).Wait().Give(10, 20)
	var log []string
	sel := edo.NewSelect(edo.On(a, logged(&log, "a")), edo.On(b, logged(&log, "b"))).Biased()
	edotest.RequireNextPending(t, task, sel)
	edotest.RequireWoken(t, task, 0)
	b.Wake()
	edotest.RequireWoken(t, task, 1)
	a.Wake()
	edotest.RequireWoken(t, task, 1)
	for _, want := range []string{"a 1", "a 2", "a edo: closed", "b 10", "b 20", "b edo: closed"} {
		polls := b.Polls()
		turn(t, task, sel)
		requireLog(t, &log, want)
		if want[0] == 'a' && b.Polls() != polls {
			t.Fatal("a branch was asked after another had won")
		}
	}
	edotest.RequireEnd(t, task, sel)
	edotest.RequireEnd(t, task, sel)
	sel.Drop()
	if a.Drops()+b.Drops() != 0 {
		t.Fatal("a Select has dropped what it borrows")
	}
}

func TestAMessageThatLosesIsStillThere(t *testing.T) {
	task := edotest.NewTask()
	var txs [2]*mpsc.Sender[int]
	var rxs [2]*mpsc.Receiver[int]
	var log []string
	var branches []edo.Branch
	for i := range 2 {
		txs[i], rxs[i] = mpsc.New[int](4)
		defer txs[i].Close()
		branches = append(branches, edo.On(rxs[i], logged(&log, fmt.Sprint(i))))
	}
	sel := edo.NewSelect(branches...)
	for n := range 100 {
		if n%2 == 0 {
			edotest.RequireNextPending(t, task, sel)
		}
		txs[0].TrySend(n)
		txs[1].TrySend(n)
		turn(t, task, sel)
		if got := rxs[0].Len() + rxs[1].Len(); got != 1 {
			t.Fatalf("%d messages are left", got)
		}
		turn(t, task, sel)
		slices.Sort(log)
		requireLog(t, &log, fmt.Sprint("0 ", n), fmt.Sprint("1 ", n))
	}
}

// first returns how often each of n branches that are all ready has won.
// Those named in off are turned off.
func first(t *testing.T, seed uint64, n, turns int, off ...int) (wins []int, order []int) {
	wins = make([]int, n)
	err := sim.Run(seed, func(task *edo.Task) error {
		var branches []edo.Branch
		for i := range n {
			ready := stream.PollFn(func(*edo.Context) (int, edo.Poll, error) { return i, edo.Ready, nil })
			branches = append(branches, edo.On(ready, func(i int, _ error) error {
				wins[i]++
				order = append(order, i)
				return nil
			}).If(func() bool { return !slices.Contains(off, i) }))
		}
		sel := edo.NewSelect(branches...)
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
		wins, order := first(t, seed, n, turns)
		_, again := first(t, seed, n, turns)
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
			wins, _ := first(t, seed, c.n, turns, c.off...)
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

func TestABiasedSelectAsksInOrder(t *testing.T) {
	task := edotest.NewTask()
	var log []string
	sel := edo.NewSelect(
		edo.On(stream.Values(1, 2), logged(&log, "a")),
		edo.On(stream.Values(3), logged(&log, "b")),
	).Biased()
	for range 5 {
		turn(t, task, sel)
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
			err := edo.NewSelect(
				edo.On(always, func(int, error) error {
					busy++
					gap++
					return nil
				}),
				edo.On(rx, func(v int, err error) error {
					if err != nil {
						return edo.Stop
					}
					quiet++
					most, gap = max(most, gap), 0
					return nil
				}),
			).Run(task)
			if err != nil || quiet != 20 || most > 400 { // a budget of 128, some polls, and luck
				return fmt.Errorf("got %v; %d messages after at most %d others, %d in all", err, quiet, most, busy)
			}
			return nil
		})
	})
}

// hungry uses up the budget of each poll, and is never ready, as a filter that lets
// nothing through does.
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
			return edo.NewSelect(
				edo.On(&hungry{}, fail),
				edo.On(&hungry{}, fail),
				edo.On(stream.Values(1), func(int, error) error { return edo.Stop }),
			).Run(task)
		})
	})
}

func TestWhoIsAskedFirstWhenTheBudgetWasUsedUp(t *testing.T) {
	for _, biased := range []bool{false, true} {
		task := edotest.NewTask()
		first := ""
		ask := func(name string) edo.Branch {
			return edo.On(stream.PollFn(func(cx *edo.Context) (v int, _ edo.Poll, _ error) {
				for cx.Proceed(nil) {
					first = name
				}
				return v, edo.Pending, nil
			}), func(int, error) error { return nil })
		}
		sel := edo.NewSelect(ask("a"), ask("b"))
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
		err := edo.NewSelect(
			edo.On(rx, func(int, error) error { n++; return nil }),
			edo.On(timer.NewInterval(time.Millisecond), func(time.Time, error) error {
				if ticks++; ticks == 5 {
					return edo.Stop
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

func TestABranchThatIsTurnedOffIsNotPolled(t *testing.T) {
	task := edotest.NewTask()
	a, b := owntest.NewScript[int](t).Wait().Give(1, 2), owntest.NewScript[int](t).Give(3)
	f := owntest.NewScript[int](t).Give(4)
	var log []string
	on, asked := false, 0
	guard := func() bool { asked++; return on }
	sel := edo.NewSelect(
		edo.On(b, logged(&log, "b")).If(guard),
		edo.OnFuture(f, logged(&log, "f")).If(guard),
		edo.On(a, logged(&log, "a")),
	).Biased()
	edotest.RequireNextPending(t, task, sel)
	edotest.RequireNextPending(t, task, sel)
	a.Wake()
	turn(t, task, sel)
	requireLog(t, &log, "a 1")
	if b.Polls()+f.Polls() != 0 || asked != 2 { // once each, in one turn
		t.Fatalf("polled %d and %d times, asked %d times", b.Polls(), f.Polls(), asked)
	}
	on = true
	turn(t, task, sel)
	turn(t, task, sel)
	requireLog(t, &log, "b 3", "b edo: closed")
	turn(t, task, sel)
	requireLog(t, &log, "f 4")
}

func TestTheEndOfAStreamIsHandledOnceAndErrorsAreItems(t *testing.T) {
	task := edotest.NewTask()
	src := owntest.NewScript[int](t).Give(1).Fail(errSelect).Give(2)
	var log []string
	ends := 0
	sel := edo.NewSelect(edo.On(src, func(v int, err error) error {
		if err == edo.ErrClosed {
			ends++
			return nil
		}
		return logged(&log, "s")(v, err)
	}))
	for range 4 {
		turn(t, task, sel)
	}
	requireLog(t, &log, "s 1", "s "+errSelect.Error(), "s 2")
	edotest.RequireEnd(t, task, sel)
	if ends != 1 || src.Polls() != 4 {
		t.Fatalf("%d ends, %d polls", ends, src.Polls())
	}
}

func TestAFutureIsHandledOnceUntilItIsReset(t *testing.T) {
	task := edotest.NewTask()
	var log []string
	f := edo.OnFuture[int](nil, logged(&log, "f"))
	src := owntest.NewScript[int](t).Wait().Give(9)
	sel := edo.NewSelect(f, edo.On(src, logged(&log, "s"))).Biased()
	edotest.RequireNextPending(t, task, sel)

	one, two := owntest.NewScript[int](t).Give(1), owntest.NewScript[int](t).Wait()
	f.Reset(one) // in a turn that is pending
	turn(t, task, sel)
	requireLog(t, &log, "f 1")
	edotest.RequireNextPending(t, task, sel)
	f.Reset(two)
	edotest.RequireNextPending(t, task, sel)
	f.Reset(owntest.NewScript[int](t).Fail(errSelect))
	turn(t, task, sel)
	requireLog(t, &log, "f "+errSelect.Error())
	f.Reset(two)
	f.Reset(nil)
	src.Wake()
	turn(t, task, sel)
	turn(t, task, sel)
	requireLog(t, &log, "s 9", "s edo: closed")
	edotest.RequireEnd(t, task, sel)
	f.Reset(owntest.NewScript[int](t).Give(7))
	turn(t, task, sel)
	requireLog(t, &log, "f 7")
	edotest.RequireEnd(t, task, sel)
	if one.Polls() != 1 || two.Polls() != 1 || one.Drops()+two.Drops() != 0 {
		t.Fatalf("polled %d and %d times, dropped %d and %d times", one.Polls(), two.Polls(), one.Drops(), two.Drops())
	}
}

func TestAFutureThatReturnsEndIsAnError(t *testing.T) {
	var got error
	sel := edo.NewSelect(edo.OnFuture(pollFunc[int](func(*edo.Context) (int, edo.Poll, error) { return 0, edo.End, nil }),
		func(_ int, err error) error { got = err; return nil }))
	turn(t, edotest.NewTask(), sel)
	if got == nil || !strings.Contains(got.Error(), "returned End") {
		t.Fatalf("got %v", got)
	}
}

func TestElseRunsWhenNoBranchCanBeAsked(t *testing.T) {
	task := edotest.NewTask()
	var log []string
	f := edo.OnFuture[int](nil, logged(&log, "f"))
	sel := edo.NewSelect(f)
	sel.Else(func() error {
		log = append(log, "else")
		if len(log) == 1 {
			f.Reset(owntest.NewScript[int](t).Give(1))
			return nil
		}
		return edo.Stop
	})
	turn(t, task, sel)
	turn(t, task, sel)
	edotest.RequireEnd(t, task, sel)
	requireLog(t, &log, "else", "f 1", "else")
}

func TestABranchThatAGuardResetsIsNotPolledInThatTurn(t *testing.T) {
	task := edotest.NewTask()
	src := owntest.NewScript[int](t).Wait().Give(1)
	var log []string
	f := edo.OnFuture[int](owntest.NewScript[int](t), logged(&log, "f"))
	sel := edo.NewSelect(f, edo.On(src, logged(&log, "s")).If(func() bool { f.Reset(nil); return true }))
	edotest.RequireNextPending(t, task, sel)
	src.Wake()
	turn(t, task, sel)
	requireLog(t, &log, "s 1")
}

func TestASelectThatIsMadeWronglySaysSo(t *testing.T) {
	b := edo.On(stream.Values(1), func(int, error) error { return nil })
	edo.NewSelect(b)
	for want, make := range map[string]func(){
		"no branches":         func() { edo.NewSelect() },
		"branch 0 is nil":     func() { edo.NewSelect(nil) },
		"in a Select already": func() { edo.NewSelect(b) },
		"a stream and a":      func() { edo.On[int](nil, func(int, error) error { return nil }) },
		"On needs":            func() { edo.On(stream.Values(1), nil) },
		"OnFuture needs":      func() { edo.OnFuture[int](nil, nil) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v", err)
				}
			}()
			make()
		})
	}
}
