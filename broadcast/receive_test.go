package broadcast_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
)

func TestReceiverThatLagsGetsOneErrorPerGapAndThenTheOldestRetained(t *testing.T) {
	tx, slow := broadcast.New[int](3)
	defer tx.Close()
	fast, middle := tx.Subscribe(), tx.Subscribe()
	for i := range 5 {
		send(t, tx, i, 3)
		recv(t, fast, i)
		if i < 2 {
			recv(t, middle, i)
		}
	}
	recv(t, middle, 2) // its next value is the oldest retained
	lags(t, slow, 2)
	recv(t, slow, 2, 3) // after one error it goes on
	for i := 5; i < 9; i++ {
		send(t, tx, i, 3)
	}
	lags(t, slow, 2) // a second gap
	lags(t, middle, 3)
	lags(t, fast, 1)
	for _, rx := range []*broadcast.Receiver[int]{slow, middle, fast} {
		recv(t, rx, 6, 7, 8)
		fails(t, rx, edo.ErrEmpty)
	}
	check(t, tx)
}

func TestGapThatGrowsBeforeItIsReportedIsOneGap(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	defer tx.Close()
	for i := range 100 {
		send(t, tx, i, 1)
		check(t, tx)
	}
	lags(t, rx, 99)
	send(t, tx, 100, 1)
	lags(t, rx, 1) // its next value was 99, which was overwritten
	recv(t, rx, 100)
}

func TestLaggedErrorSaysHowManyValuesWereMissedAndIsNoOtherError(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	for i := range 4 {
		send(t, tx, i, 1)
	}
	tx.Close()
	_, err := rx.TryRecv()
	var lag *broadcast.LaggedError
	if !errors.As(err, &lag) || lag.Missed != 3 {
		t.Fatalf("TryRecv: %v", err)
	}
	if got, want := err.Error(), "broadcast: lagged behind by 3 messages"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if errors.Is(err, edo.ErrClosed) || errors.Is(err, edo.ErrEmpty) {
		t.Errorf("%v matches another error", err)
	}
	recv(t, rx, 3)
}

func TestAllFacesReportTheGapAndThenGoOn(t *testing.T) {
	task := edotest.NewTask()
	for name, receive := range map[string]func(rx *broadcast.Receiver[int]) (int, edo.Poll, error){
		"PollNext":   func(rx *broadcast.Receiver[int]) (int, edo.Poll, error) { return edotest.PollNext(task, rx) },
		"RecvFuture": func(rx *broadcast.Receiver[int]) (int, edo.Poll, error) { return edotest.Poll(task, rx.RecvFuture()) },
		"Recv": func(rx *broadcast.Receiver[int]) (int, edo.Poll, error) {
			return edotest.Poll(task, edo.Async(rx.Recv))
		},
		"PollRecv": func(rx *broadcast.Receiver[int]) (v int, p edo.Poll, err error) {
			task.Enter(func(cx *edo.Context) { v, p, err = rx.PollRecv(cx) })
			return v, p, err
		},
	} {
		tx, rx := broadcast.New[int](2)
		for i := range 5 {
			send(t, tx, i, 1)
		}
		tx.Close()
		v, p, err := receive(rx)
		requireLag(t, v, err, 3)
		if p != edo.Ready {
			t.Errorf("%s: a gap is %v", name, p)
		}
		for _, want := range []int{3, 4} {
			if v, p, err := receive(rx); v != want || p != edo.Ready || err != nil {
				t.Errorf("%s: %v, %v, %v, want %d", name, v, p, err, want)
			}
		}
		_, p, err = receive(rx)
		if end := p == edo.End && err == nil; end != (name == "PollNext") {
			t.Errorf("%s: the end is %v, %v", name, p, err)
		} else if !end && !errors.Is(err, edo.ErrClosed) {
			t.Errorf("%s: the end is %v, %v", name, p, err)
		}
	}
	edotest.RequireWoken(t, task, 0)
}

func TestAfterTheLastSenderReceiversGetTheRestAndThenTheEnd(t *testing.T) {
	tx, rx1 := broadcast.New[int](2)
	rx2, tx2 := tx.Subscribe(), tx.Clone()
	for i := range 3 {
		send(t, tx, i, 2)
	}
	tx.Close()
	send(t, tx2, 3, 2)
	if rx1.IsClosed() {
		t.Fatal("closed with a sender")
	}
	tx2.Close()
	if !rx1.IsClosed() {
		t.Fatal("not closed without senders")
	}
	for _, rx := range []*broadcast.Receiver[int]{rx1, rx2} {
		lags(t, rx, 2)
		recv(t, rx, 2, 3)
		for range 2 {
			fails(t, rx, edo.ErrClosed)
			edotest.RequireEnd(t, edotest.NewTask(), rx)
		}
	}
	fails(t, rx1.Resubscribe(), edo.ErrClosed)
	check(t, tx)
}

func TestCloseOfTheLastSenderWakesTheTasksThatWait(t *testing.T) {
	tx, rx1 := broadcast.New[int](2)
	rx2, tx2 := tx.Subscribe(), tx.Clone()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	edotest.RequireNextPending(t, t1, rx1)
	edotest.RequirePending(t, t2, rx2.RecvFuture())
	tx.Close()
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 0)
	tx2.Close()
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireEnd(t, t1, rx1)
	edotest.RequireError(t, t2, rx2.RecvFuture(), edo.ErrClosed)
	tx2.Close()
	edotest.RequireWoken(t, t1, 0)
}

func TestTryRecvTellsEmptyClosedAndLaggedApart(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	fails(t, rx, edo.ErrEmpty)
	send(t, tx, 1, 1)
	send(t, tx, 2, 1)
	lags(t, rx, 1)
	recv(t, rx, 2)
	fails(t, rx, edo.ErrEmpty)
	tx.Close()
	fails(t, rx, edo.ErrClosed)
}

func TestTryRecvDoesNotForgetTheTaskThatWaits(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	defer tx.Close()
	task := edotest.NewTask()
	edotest.RequireNextPending(t, task, rx)
	fails(t, rx, edo.ErrEmpty)
	send(t, tx, 1, 1)
	edotest.RequireWoken(t, task, 1)
}

func TestOnlyTheTaskThatPolledAReceiverLastIsWoken(t *testing.T) {
	tx, rx := broadcast.New[int](1)
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	edotest.RequireNextPending(t, t1, rx)
	edotest.RequireNextPending(t, t2, rx)
	edotest.RequireNextPending(t, t2, rx) // a poll without a wake
	send(t, tx, 1, 1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}

func TestResubscribeStartsAtTheTail(t *testing.T) {
	tx, rx := broadcast.New[int](2)
	defer tx.Close()
	for i := range 5 {
		send(t, tx, i, 1)
	}
	late := rx.Resubscribe()
	fails(t, late, edo.ErrEmpty)
	send(t, tx, 5, 2)
	recv(t, late, 5)
	lags(t, rx, 4)
	recv(t, rx, 4, 5)
	rx.Drop()
	again := rx.Resubscribe() // also of a receiver that was dropped
	send(t, tx, 6, 2)
	recv(t, again, 6)
	check(t, tx)
}

func TestClosedReceiverReceivesNothingAndTheOthersGoOn(t *testing.T) {
	tx, rx1 := broadcast.New[int](4)
	defer tx.Close()
	rx2 := tx.Subscribe()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	edotest.RequirePending(t, t1, rx1.RecvFuture())
	edotest.RequirePending(t, t2, rx2.RecvFuture())
	rx1.Close()
	rx1.Close()
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	edotest.RequireError(t, t1, rx1.RecvFuture(), edo.ErrClosed)
	edotest.RequireEnd(t, t1, rx1)
	if !rx1.IsClosed() || rx2.IsClosed() {
		t.Fatal("IsClosed is not that of the receiver")
	}
	send(t, tx, 1, 1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	fails(t, rx1, edo.ErrClosed)
	recv(t, rx2, 1)
	check(t, tx)
}

func TestDroppedReceiverIsWokenNoMore(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	rx2 := tx.Subscribe()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	edotest.RequireNextPending(t, t1, rx)
	edotest.RequireNextPending(t, t2, rx2)
	rx.Drop()
	rx.Drop()
	send(t, tx, 1, 1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	check(t, tx)
}

// TestValueIsClearedWhenNoReceiverHasYetToReceiveIt checks the slots (rule 3), and that the
// garbage collector frees the value.
func TestValueIsClearedWhenNoReceiverHasYetToReceiveIt(t *testing.T) {
	type big struct{ _ [100]byte }
	freed := make(chan int, 10)
	tx, rx1 := broadcast.New[*big](4)
	rx2 := tx.Subscribe()
	value := func(i int) *big {
		b := new(big)
		runtime.AddCleanup(b, func(i int) { freed <- i }, i)
		return b
	}
	requireFreed := func(want int) {
		t.Helper()
		for range 1000 {
			runtime.GC()
			select {
			case i := <-freed:
				if i != want {
					t.Fatalf("value %d was freed, want %d", i, want)
				}
				return
			default:
				runtime.Gosched()
			}
		}
		t.Fatalf("value %d is not freed", want)
	}
	requireRetained := func(want int) {
		t.Helper()
		if n := tx.Len(); n != want {
			t.Fatalf("Len() = %d, want %d", n, want)
		}
		check(t, tx)
	}
	for i := range 4 {
		send(t, tx, value(i), 2)
	}
	rx1.TryRecv()
	requireRetained(4) // rx2 has yet to receive value 0
	rx2.TryRecv()
	requireRetained(3)
	requireFreed(0)
	rx2.Drop() // rx1 has yet to receive value 1
	requireRetained(3)
	rx1.TryRecv()
	requireFreed(1)
	send(t, tx, value(4), 1)
	send(t, tx, value(5), 1)
	send(t, tx, value(6), 1) // overwrites value 2
	requireRetained(4)
	requireFreed(2)
	rx1.Drop()
	requireRetained(0)
	seen := map[int]bool{}
	for range 1000 {
		runtime.GC()
		select {
		case i := <-freed:
			seen[i] = true
		default:
			runtime.Gosched()
		}
		if len(seen) == 4 {
			break
		}
	}
	if len(seen) != 4 {
		t.Fatalf("of the values 3 to 6 only %v were freed", seen)
	}
	runtime.KeepAlive(tx)
}

func TestValuesAreSharedAndNeverDropped(t *testing.T) {
	tx, rx1 := broadcast.New[*owntest.Handle](1)
	rx2 := tx.Subscribe()
	v, w := owntest.NewHandle(0), owntest.NewHandle(1)
	send(t, tx, v, 2)
	recv(t, rx1, v)
	recv(t, rx2, v) // the same value
	send(t, tx, v, 2)
	send(t, tx, w, 2) // overwrites v
	rx1.Drop()
	rx2.Drop()
	send(t, tx, v, 0) // is refused
	tx.Close()
	if v.Drops() != 0 || w.Drops() != 0 {
		t.Fatalf("dropped %d and %d times", v.Drops(), w.Drops())
	}
}

func TestPollWithoutBudgetReceivesNothing(t *testing.T) {
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	send(t, tx, 1, 1)
	task := edotest.NewTask()
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, _ := rx.PollNext(cx); p != edo.Pending {
			t.Fatalf("PollNext = %v", p)
		}
		if p := tx.PollClosed(cx); p != edo.Pending {
			t.Fatalf("PollClosed = %v", p)
		}
	})
	edotest.RequireWoken(t, task, 1) // by the budget
	recv(t, rx, 1)
	rx.Drop()
	edotest.RequireWoken(t, task, 0) // PollClosed has not kept its waker
}
