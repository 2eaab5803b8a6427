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

func TestRaceIsWonByTheFirstThatIsReadyAndTheOthersAreDropped(t *testing.T) {
	for _, fails := range []bool{false, true} {
		task := edotest.NewTask()
		srcs, fs := scripts(waits(t, 0), waits(t, 1), waits(t, 2))
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
		requirePolls(t, srcs, 1, 2, 1) // the first to be woken, and no more
		requireDrops(t, srcs, 1, 1, 1)
		srcs[2].Wake()
		edotest.RequireWoken(t, task, 0)
		edotest.RequireError(t, task, r, own.ErrPolledAgain)
	}
}

func TestARaceOfNothingIsAPanicThatSaysSo(t *testing.T) {
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

// winners returns who wins races of n that are all ready, under a seed.
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

func TestWhoIsFirstInARaceIsDrawnFairlyFromTheSeed(t *testing.T) {
	const n, races = 4, 800
	for seed := range uint64(5) {
		first, again := winners(t, seed, n, races), winners(t, seed, n, races)
		var wins [n]int
		for i, v := range first {
			wins[v]++
			if again[i] != v {
				t.Fatalf("seed %d: race %d went otherwise the second time", seed, i)
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
		t.Error("two seeds draw the same")
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
			t.Fatalf("round %d: %d has won; of the other, got %d, %v", i, won, lost, err)
		}
		if _, err := rxs[won%2].TryRecv(); !errors.Is(err, edo.ErrEmpty) {
			t.Fatalf("round %d: more in the one that won: %v", i, err)
		}
	}
}

func TestRaceDroppedBeforeAndWhileItWaitsDropsAllOnce(t *testing.T) {
	for _, polled := range []bool{false, true} {
		task := edotest.NewTask()
		srcs, fs := scripts(waits(t, 0), waits(t, 1))
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

func TestAValueThatAReportMadeReadyIsDroppedWithItsRace(t *testing.T) {
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
		if dropped := h.Drops() == 1; dropped != (err == nil) || h.Drops() > 1 { // with an error it is nobody's
			t.Fatalf("%v: dropped %d times", err, h.Drops())
		}
	}
}

func TestBesideOneThatWaitsTheOthersAreAsLikelyToWin(t *testing.T) {
	const races = 800
	direct := func(task *edo.Task, off int) (int, error) {
		var fns []func(task *edo.Task) (int, error)
		for i := range 3 {
			fns = append(fns, func(task *edo.Task) (int, error) {
				if i == off {
					return edo.Await(task, edo.Future[int](&ticker{}))
				}
				return i, nil
			})
		}
		return future.RaceTask(task, fns...)
	}
	stackless := func(task *edo.Task, off int) (int, error) {
		fs := []edo.Future[int]{future.Ready(0), future.Ready(1), future.Ready(2)}
		fs[off] = &ticker{}
		return edo.Await(task, edo.Future[int](future.Race(fs...)))
	}
	for name, race := range map[string]func(task *edo.Task, off int) (int, error){"Race": stackless, "RaceTask": direct} {
		for off := range 3 {
			var wins [3]int
			simulated(t, func(task *edo.Task) error {
				for range races {
					v, err := race(task, off)
					if err != nil {
						return err
					}
					wins[v]++
				}
				return nil
			})
			for i, won := range wins {
				if i != off && (won < races/2-71 || won > races/2+71) { // five standard deviations
					t.Errorf("%s without %d: %d has won %d times of %d", name, off, i, won, races)
				}
			}
		}
	}
}
