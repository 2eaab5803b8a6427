package mpmc_test

import (
	"errors"
	"math"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpmc"
)

var (
	_ edo.Stream[int]               = (*mpmc.Receiver[int])(nil)
	_ edo.Dropper                   = (*mpmc.Receiver[int])(nil)
	_ edo.Dropper                   = (*mpmc.Sender[int])(nil)
	_ edo.Future[*mpmc.Sender[int]] = (*mpmc.SendFuture[int])(nil)
	_ edo.Dropper                   = (*mpmc.SendFuture[int])(nil)
	_ edo.Future[edo.Unit]          = (*mpmc.ClosedFuture[int])(nil)
	_ edo.Dropper                   = (*mpmc.ClosedFuture[int])(nil)
	_ edo.Sink[int]                 = (*mpmc.Sink[int])(nil)
	_ edo.Dropper                   = (*mpmc.Sink[int])(nil)
)

func TestMessagesOfOneSenderArriveInOrder(t *testing.T) {
	tx, rx := mpmc.New[int](100)
	defer tx.Close()
	for i := range 100 {
		chantest.TrySend(t, tx, i, nil)
	}
	for i := range 100 {
		chantest.Recv(t, rx, i)
	}
}

func TestCapacityIsExact(t *testing.T) {
	for _, capacity := range []int{1, 2, 3, 4, 5, 7, 8, 9, 100, 1000} {
		tx, rx := mpmc.New[int](capacity)
		if got := tx.Cap(); got != capacity {
			t.Fatalf("Cap() = %d, want %d", got, capacity)
		}
		sent, received := 0, 0
		for round := range 3 {
			for sent-received < capacity {
				chantest.TrySend(t, tx, sent, nil)
				sent++
			}
			chantest.TrySend(t, tx, -1, edo.ErrFull)
			if tx.Len() != capacity || rx.Len() != capacity {
				t.Fatalf("Len() = %d and %d, want %d", tx.Len(), rx.Len(), capacity)
			}
			for range capacity/2 + round%2 {
				chantest.Recv(t, rx, received)
				received++
				chantest.TrySend(t, tx, sent, nil) // a receive makes room at once
				sent++
				chantest.TrySend(t, tx, -1, edo.ErrFull)
			}
			for range (capacity + 1) / 2 {
				chantest.Recv(t, rx, received)
				received++
			}
			if tx.Len() != sent-received || rx.Len() != sent-received {
				t.Fatalf("Len() = %d and %d, want %d", tx.Len(), rx.Len(), sent-received)
			}
		}
		tx.Close()
	}
}

func TestCapacityBelowOneIsRefused(t *testing.T) {
	for _, capacity := range []int{0, -1} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || err.Error()[:5] != "mpmc:" {
					t.Errorf("New(%d) panicked with %v, want an error of mpmc", capacity, err)
				}
			}()
			mpmc.New[int](capacity)
			t.Errorf("New(%d) returned", capacity)
		}()
	}
}

func TestUnboundedIsNeverFull(t *testing.T) {
	tx, rx := mpmc.NewUnbounded[int]()
	defer tx.Close()
	if tx.Cap() != math.MaxInt || rx.Cap() != math.MaxInt {
		t.Fatalf("Cap() = %d and %d, want MaxInt", tx.Cap(), rx.Cap())
	}
	sent, received := 0, 0
	for _, n := range []int{1, 10, 10_000, 3, 50_000} {
		for range n {
			chantest.TrySend(t, tx, sent, nil)
			sent++
		}
		for range n - 1 {
			chantest.Recv(t, rx, received)
			received++
		}
		if rx.Len() != sent-received {
			t.Fatalf("Len() = %d, want %d", rx.Len(), sent-received)
		}
	}
}

func TestFullIsNotClosed(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	err := tx.TrySend(2)
	if !errors.Is(err, edo.ErrFull) || errors.Is(err, edo.ErrClosed) {
		t.Fatalf("TrySend on a full channel = %v", err)
	}
	rx.Close()
	err = tx.TrySend(2)
	if errors.Is(err, edo.ErrFull) || !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("TrySend on a closed channel = %v", err)
	}
}

func TestWaitingSendIsWokenByTheReceiveThatFreesItsSlot(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task, f := edotest.NewTask(), tx.SendFuture(2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	edotest.RequireWoken(t, task, 0)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, task, 1)
	if rx.Len() != 1 {
		t.Fatalf("Len() = %d, want 1: the value is in before its sender runs", rx.Len())
	}
	if back, p, err := edotest.Poll(task, f); back != tx || p != edo.Ready || err != nil {
		t.Fatalf("Poll = %p, %v, %v, want the sender", back, p, err)
	}
	chantest.Recv(t, rx, 2)
	edotest.RequireWoken(t, task, 0)
}

func TestFreeSlotBelongsToTheLongestWaiting(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	chantest.TrySend(t, tx, 0, nil)
	chantest.TrySend(t, tx, 1, nil)
	var tasks [3]*edotest.Task
	var sends [3]*mpmc.SendFuture[int]
	for i := range sends {
		tx := tx.Clone()
		defer tx.Close()
		tasks[i], sends[i] = edotest.NewTask(), tx.SendFuture(2+i)
		chantest.Poll(t, tasks[i], sends[i], edo.Pending, nil)
	}
	for i := range sends {
		chantest.Recv(t, rx, i)
		for j := range tasks {
			edotest.RequireWoken(t, tasks[j], btoi(i == j))
		}
		chantest.TrySend(t, tx, -1, edo.ErrFull)
		late := tx.SendFuture(-1)
		chantest.Poll(t, edotest.NewTask(), late, edo.Pending, nil)
		late.Drop()
		chantest.Poll(t, tasks[i], sends[i], edo.Ready, nil)
	}
	chantest.Recv(t, rx, 3)
	chantest.TrySend(t, tx, 5, nil) // the line is empty
	chantest.Recv(t, rx, 4)
	chantest.Recv(t, rx, 5)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestCancelledWaiterIsSkipped(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 0, nil)
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	f1, f2, f3 := tx.SendFuture(1), tx.SendFuture(2), tx.SendFuture(3)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	chantest.Poll(t, t3, f3, edo.Pending, nil)
	f1.Drop()
	chantest.Recv(t, rx, 0)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireWoken(t, t3, 0)
	f3.Drop()
	chantest.Recv(t, rx, 2)
	edotest.RequireWoken(t, t3, 0)
	chantest.TrySend(t, tx, 4, nil) // the line is empty again
	chantest.Poll(t, t2, f2, edo.Ready, nil)
	chantest.Recv(t, rx, 4)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
}

func TestSendThatWasAcceptedIsNotTakenBack(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	f := tx.SendFuture(2)
	chantest.Poll(t, edotest.NewTask(), f, edo.Pending, nil)
	chantest.Recv(t, rx, 1)
	if v, ok := f.Unsent(); ok {
		t.Fatalf("Unsent() = %d after it was accepted", v)
	}
	f.Drop()
	chantest.Recv(t, rx, 2)
}

func TestOnlyTheTaskThatPolledASendLastIsWoken(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	t1, t2, f := edotest.NewTask(), edotest.NewTask(), tx.SendFuture(2)
	chantest.Poll(t, t1, f, edo.Pending, nil)
	chantest.Poll(t, t2, f, edo.Pending, nil)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}

func TestManyWaitersAreMovedByOneReceiveEach(t *testing.T) {
	const n = 100
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	for i := range 4 {
		chantest.TrySend(t, tx, i, nil)
	}
	tasks := make([]*edotest.Task, n)
	for i := range tasks {
		tasks[i] = edotest.NewTask()
		chantest.Poll(t, tasks[i], tx.SendFuture(4+i), edo.Pending, nil)
	}
	for i := range n {
		chantest.Recv(t, rx, i)
		edotest.RequireWoken(t, tasks[i], 1)
		if i+1 < n {
			edotest.RequireWoken(t, tasks[i+1], 0)
		}
	}
	for i := range 4 {
		chantest.Recv(t, rx, n+i)
	}
	chantest.RecvFails(t, rx, edo.ErrEmpty)
}

func TestLineMovesOnAcrossSegments(t *testing.T) {
	for capacity := 1; capacity < 40; capacity++ { // some fill their segments exactly
		tx, rx := mpmc.New[int](capacity)
		n := 0
		for ; tx.TrySend(n) == nil; n++ {
		}
		task := edotest.NewTask()
		for range 3 * capacity {
			chantest.Poll(t, task, tx.SendFuture(n), edo.Pending, nil)
			n++
		}
		for i := range n {
			chantest.Recv(t, rx, i)
		}
		chantest.RecvFails(t, rx, edo.ErrEmpty)
		tx.Close()
	}
}

func TestSendFutureDoesNothingBeforeItIsPolled(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	f := tx.SendFuture(1)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	f.Drop()
	chantest.Poll(t, edotest.NewTask(), f, edo.Ready, mpmc.ErrSent)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
}

func TestRefusedSendFutureKeepsItsValue(t *testing.T) {
	tx, rx := mpmc.New[string](1)
	defer tx.Close()
	rx.Drop()
	f := tx.SendFuture("mine")
	chantest.Poll(t, edotest.NewTask(), f, edo.Ready, edo.ErrClosed)
	if v, ok := f.Unsent(); v != "mine" || !ok {
		t.Fatalf("Unsent() = %q, %v", v, ok)
	}
	if v, ok := f.Unsent(); ok {
		t.Fatalf("Unsent() = %q again", v)
	}
}

func TestDroppedSendFutureDropsWhatWasNotAccepted(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](1)
	defer tx.Close()
	fresh, waiting, accepted, refused := owntest.NewHandle(0), owntest.NewHandle(0), owntest.NewHandle(0), owntest.NewHandle(0)
	task := edotest.NewTask()

	f := tx.SendFuture(fresh)
	f.Drop()
	f.Drop()

	f = tx.SendFuture(accepted)
	chantest.Poll(t, task, f, edo.Ready, nil)
	f.Drop()

	f = tx.SendFuture(waiting)
	chantest.Poll(t, task, f, edo.Pending, nil)
	f.Drop()
	f.Drop()

	rx.Close()
	f = tx.SendFuture(refused)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	f.Drop()
	f.Drop()

	for name, c := range map[string]struct {
		v    *owntest.Handle
		want int
	}{"fresh": {fresh, 1}, "waiting": {waiting, 1}, "accepted": {accepted, 0}, "refused": {refused, 1}} {
		if c.v.Drops() != c.want {
			t.Errorf("%s value dropped %d times, want %d", name, c.v.Drops(), c.want)
		}
	}
}

func TestSendFutureCanBeUsedAgain(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	var f mpmc.SendFuture[int]
	task := edotest.NewTask()
	for i := range 3 {
		f.Reset(tx, i)
		chantest.Poll(t, task, &f, edo.Ready, nil)
		f.Reset(tx, -1)
		chantest.Poll(t, task, &f, edo.Pending, nil) // given up by the next Reset
		chantest.Recv(t, rx, i)
		chantest.Recv(t, rx, -1) // it was accepted before
		f.Reset(tx, -2)          // and this was not
	}
	chantest.RecvFails(t, rx, edo.ErrEmpty)
}
