package future_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
)

func TestRaceReturnsTheFirstResultAndDropsTheOtherFutures(t *testing.T) {
	for _, fails := range []bool{false, true} {
		task := edotest.NewTask()
		srcs, fs := asFutures(waitAndGive(t, 0), waitAndGive(t, 1), waitAndGive(t, 2))
		if fails {
			srcs[1] = owntest.NewScript[int](t).Wait().Fail(errTest)
			fs[1] = srcs[1]
		}
		r := future.Race(fs...)
		edotest.RequirePending(t, task, r)
		requirePolls(t, srcs, 1, 1, 1)
		srcs[1].Wake()
		srcs[0].Wake()
		edotest.RequireWoken(t, task, 1)
		v, p, err := edotest.Poll(task, r)
		if p != edo.Ready || fails != (err == errTest) || !fails && v != 1 {
			t.Fatalf("got %d, %v, %v", v, p, err)
		}
		requirePolls(t, srcs, 1, 2, 1) // only the future that was woken first
		requireDrops(t, srcs, 1, 1, 1)
		srcs[2].Wake()
		edotest.RequireWoken(t, task, 0)
		edotest.RequireError(t, task, r, own.ErrPolledAgain)
	}
}

func TestARaceOfNoFuturesPanicsAndSaysSo(t *testing.T) {
	for name, start := range map[string]func(){
		"Race":     func() { future.Race[int]() },
		"RaceTask": func() { future.RaceTask[int](nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "race of nothing") {
					t.Fatalf("got %v", err)
				}
			}()
			start()
		})
	}
}

// winners returns the winner of each race of n futures that are all ready, under a seed.
func winners(t *testing.T, seed uint64, n, races int) (won []int) {
	err := sim.Run(seed, func(task *edo.Task) error {
		for range races {
			var fs []edo.Future[int]
			for i := range n {
				fs = append(fs, future.Ready(i))
			}
			v, err := edo.Await(task, future.Race(fs...))
			if err != nil {
				return err
			}
			won = append(won, v)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return won
}

func TestTheWinnerAmongReadyFuturesIsDrawnFairlyFromTheSeed(t *testing.T) {
	const n, races = 4, 800
	for seed := range uint64(5) {
		first, again := winners(t, seed, n, races), winners(t, seed, n, races)
		var wins [n]int
		for i, v := range first {
			wins[v]++
			if again[i] != v {
				t.Fatalf("seed %d: race %d had a different winner the second time", seed, i)
			}
		}
		for i, won := range wins {
			if won < races/n-60 || won > races/n+60 { // five standard deviations
				t.Errorf("seed %d: future %d has won %d times of %d", seed, i, won, races)
			}
		}
	}
	a, b := winners(t, 1, n, 20), winners(t, 2, n, 20)
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	if same == len(a) {
		t.Error("two seeds draw the same winners")
	}
}

func TestAReceiveThatLosesARaceTakesNoMessage(t *testing.T) {
	task := edotest.NewTask()
	var txs [2]*mpsc.Sender[int]
	var rxs [2]*mpsc.Receiver[int]
	for i := range rxs {
		txs[i], rxs[i] = mpsc.New[int](4)
		defer txs[i].Close()
	}
	for i := range 100 {
		r := future.Race(rxs[0].RecvFuture(), rxs[1].RecvFuture())
		if i%2 == 0 {
			edotest.RequirePending(t, task, r)
		}
		txs[0].TrySend(2 * i)
		txs[1].TrySend(2*i + 1)
		won := edotest.RequireReady(t, task, r)
		lost, err := rxs[1-won%2].TryRecv()
		if won/2 != i || err != nil || lost != won^1 {
			t.Fatalf("round %d: %d won; from the loser, got %d, %v", i, won, lost, err)
		}
		if _, err := rxs[won%2].TryRecv(); !errors.Is(err, edo.ErrEmpty) {
			t.Fatalf("round %d: the winner has another message: %v", i, err)
		}
	}
}

func TestARaceThatIsDroppedDropsAllFuturesOnce(t *testing.T) {
	for _, polled := range []bool{false, true} {
		task := edotest.NewTask()
		srcs, fs := asFutures(waitAndGive(t, 0), waitAndGive(t, 1))
		r := future.Race(fs...)
		if polled {
			edotest.RequirePending(t, task, r)
		}
		r.Drop()
		r.Drop()
		requireDrops(t, srcs, 1, 1)
		edotest.RequireError(t, task, r, own.ErrPolledAgain)
	}
}

func TestAValueDuringAReportIsDroppedWithItsRace(t *testing.T) {
	for _, err := range []error{nil, errTest} {
		task, h := edotest.NewTask(), owntest.NewHandle(1)
		polls := 0
		r := future.Race[*owntest.Handle](future.PollFn(func(*edo.Context) (*owntest.Handle, edo.Poll, error) {
			if polls++; polls == 1 {
				return nil, edo.Pending, nil
			}
			return h, edo.Ready, err
		}))
		edotest.RequirePending(t, task, r)
		edotest.Waits(task, r)
		r.Drop()
		r.Drop()
		if dropped := h.Drops() == 1; dropped != (err == nil) || h.Drops() > 1 { // a value with an error is not dropped
			t.Fatalf("%v: dropped %d times", err, h.Drops())
		}
	}
}

func TestBesideAWaitingFutureEachOtherIsAsLikelyToWin(t *testing.T) {
	const races = 800
	direct := func(task *edo.Task, waiting int) (int, error) {
		var fns []func(task *edo.Task) (int, error)
		for i := range 3 {
			fns = append(fns, func(task *edo.Task) (int, error) {
				if i == waiting {
					return edo.Await(task, edo.Future[int](&never{}))
				}
				return i, nil
			})
		}
		return future.RaceTask(task, fns...)
	}
	stackless := func(task *edo.Task, waiting int) (int, error) {
		fs := []edo.Future[int]{future.Ready(0), future.Ready(1), future.Ready(2)}
		fs[waiting] = &never{}
		return edo.Await(task, edo.Future[int](future.Race(fs...)))
	}
	for name, race := range map[string]func(task *edo.Task, waiting int) (int, error){"Race": stackless, "RaceTask": direct} {
		for waiting := range 3 {
			var wins [3]int
			simulate(t, func(task *edo.Task) error {
				for range races {
					v, err := race(task, waiting)
					if err != nil {
						return err
					}
					wins[v]++
				}
				return nil
			})
			for i, won := range wins {
				if i != waiting && (won < races/2-71 || won > races/2+71) { // five standard deviations
					t.Errorf("%s, %d waits: %d has won %d times of %d", name, waiting, i, won, races)
				}
			}
		}
	}
}
