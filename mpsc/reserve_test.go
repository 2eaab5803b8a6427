package mpsc_test

import (
	"errors"
	"math"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/mpsc"
)

var (
	_ edo.Dropper                    = (*mpsc.Permit[int])(nil)
	_ edo.Dropper                    = (*mpsc.Permits[int])(nil)
	_ edo.Future[*mpsc.Permit[int]]  = (*mpsc.ReserveFuture[int])(nil)
	_ edo.Future[*mpsc.Permits[int]] = (*mpsc.ReserveManyFuture[int])(nil)
	_ edo.Dropper                    = (*mpsc.ReserveFuture[int])(nil)
	_ edo.Dropper                    = (*mpsc.ReserveManyFuture[int])(nil)
	_ edo.Dropper                    = (*mpsc.WeakSender[int])(nil)
)

// tryReserve reserves at once, or fails the test.
func tryReserve[T any](t *testing.T, tx *mpsc.Sender[T]) *mpsc.Permit[T] {
	t.Helper()
	p, err := tx.TryReserve()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPermitHoldsASlotAndCanAlwaysSend(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	permit := tryReserve(t, tx)
	chantest.TrySend(t, tx, 1, nil)
	chantest.TrySend(t, tx, -1, edo.ErrFull)
	if _, err := tx.TryReserve(); !errors.Is(err, edo.ErrFull) {
		t.Fatalf("TryReserve on a full channel = %v", err)
	}
	if tx.Len() != 1 || tx.Cap() != 1 || tx.MaxCap() != 2 {
		t.Fatalf("Len %d, Cap %d, MaxCap %d, want 1, 1, 2", tx.Len(), tx.Cap(), tx.MaxCap())
	}
	chantest.SendWithPermit(t, permit, 2, nil)
	chantest.SendWithPermit(t, permit, 3, edo.ErrClosed) // it is used
	permit.Drop()
	chantest.TrySend(t, tx, -1, edo.ErrFull)
	chantest.Recv(t, rx, 1)
	chantest.Recv(t, rx, 2)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	if tx.Cap() != 2 {
		t.Fatalf("Cap() = %d once the permit was used, want 2", tx.Cap())
	}
}

func TestUnusedPermitGivenBackWakesTheNextWaiter(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	permit := tryReserve(t, tx)
	task, t1, t2 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	f1, f2 := tx.SendFuture(1), tx.SendFuture(2)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	chantest.Next(t, task, rx, 0, edo.Pending)
	permit.Drop()
	permit.Drop()
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	edotest.RequireWoken(t, task, 1) // the value is in before its sender runs
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, t2, 1)
}

func TestPermitGivenBackWithNobodyInLineIsRoomAgain(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	tryReserve(t, tx).Drop()
	edotest.RequireWoken(t, task, 0) // it is not the end
	chantest.TrySend(t, tx, 1, nil)
}

func TestReserveWaitsInTheLineOfThoseWhoSend(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 0, nil)
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	s1, reserve, s2 := tx.SendFuture(1), tx.ReserveFuture(), tx.SendFuture(2)
	chantest.Poll(t, t1, s1, edo.Pending, nil)
	chantest.Poll(t, t2, reserve, edo.Pending, nil)
	chantest.Poll(t, t3, s2, edo.Pending, nil)
	chantest.Recv(t, rx, 0)
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, t2, 1)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	edotest.RequireWoken(t, t3, 0) // the slot is the permit's
	permit := edotest.RequireReady(t, t2, reserve)
	chantest.SendWithPermit(t, permit, 10, nil)
	edotest.RequireWoken(t, t3, 0)
	chantest.Recv(t, rx, 10)
	edotest.RequireWoken(t, t3, 1)
	chantest.Recv(t, rx, 2)
}

func TestLargeReserveIsNotOvertakenAndCollectsSlotsAsTheyCome(t *testing.T) {
	tx, rx := mpsc.New[int](4)
	defer tx.Close()
	for i := range 3 {
		chantest.TrySend(t, tx, i, nil)
	}
	big, small := edotest.NewTask(), edotest.NewTask()
	reserve, send := tx.ReserveManyFuture(3), tx.SendFuture(3)
	chantest.Poll(t, big, reserve, edo.Pending, nil) // one slot was free
	chantest.Poll(t, small, send, edo.Pending, nil)
	chantest.TrySend(t, tx, -1, edo.ErrFull)
	if n := tx.Cap(); n != 3 {
		t.Fatalf("Cap() = %d, want 3: one slot has been collected", n)
	}
	chantest.Recv(t, rx, 0)
	edotest.RequireWoken(t, big, 0)
	edotest.RequireWoken(t, small, 0)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, big, 1)
	edotest.RequireWoken(t, small, 0)
	permits := edotest.RequireReady(t, big, reserve)
	if permits.Len() != 3 {
		t.Fatalf("%d permits, want 3", permits.Len())
	}
	chantest.Recv(t, rx, 2)
	edotest.RequireWoken(t, small, 1)
	chantest.Recv(t, rx, 3)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	permits.Drop()
	if tx.Cap() != 4 {
		t.Fatalf("Cap() = %d with all permits back, want 4", tx.Cap())
	}
}

func TestCancelledReserveGivesWhatItHasCollectedToTheNext(t *testing.T) {
	tx, rx := mpsc.New[int](3)
	defer tx.Close()
	chantest.TrySend(t, tx, 0, nil)
	var tasks [4]*edotest.Task
	for i := range tasks {
		tasks[i] = edotest.NewTask()
	}
	big := tx.ReserveManyFuture(3) // collects two
	chantest.Poll(t, tasks[0], big, edo.Pending, nil)
	chantest.Poll(t, tasks[1], tx.SendFuture(1), edo.Pending, nil)
	chantest.Poll(t, tasks[2], tx.ReserveFuture(), edo.Pending, nil)
	chantest.Poll(t, tasks[3], tx.SendFuture(3), edo.Pending, nil)
	big.Drop()
	big.Drop()
	for i, want := range []int{0, 1, 1, 0} {
		edotest.RequireWoken(t, tasks[i], want)
	}
	chantest.Recv(t, rx, 0)
	edotest.RequireWoken(t, tasks[3], 1)
	check(t, rx)
}

func TestReserveThatWasGrantedAndDroppedHandsItsSlotsOn(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	chantest.TrySend(t, tx, 0, nil)
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	reserve := tx.ReserveManyFuture(2)
	chantest.Poll(t, t1, reserve, edo.Pending, nil)
	chantest.Poll(t, t2, tx.SendFuture(1), edo.Pending, nil)
	chantest.Poll(t, t3, tx.SendFuture(2), edo.Pending, nil)
	chantest.Recv(t, rx, 0)
	edotest.RequireWoken(t, t1, 1)
	reserve.Drop() // before its task ran
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireWoken(t, t3, 1)
	chantest.Recv(t, rx, 1)
	chantest.Recv(t, rx, 2)
	chantest.Poll(t, t1, reserve, edo.Ready, own.ErrPolledAgain) // it has ended
}

func TestReserveManyOfNoneAndOfTooMany(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	chantest.TrySend(t, tx, 2, nil)
	waiting := tx.SendFuture(3)
	chantest.Poll(t, edotest.NewTask(), waiting, edo.Pending, nil)
	task := edotest.NewTask()
	none, err := tx.TryReserveMany(0)
	if err != nil {
		t.Fatalf("TryReserveMany(0) on a full channel = %v", err)
	}
	chantest.SendWithPermit(t, none, 1, edo.ErrClosed)
	if _, ok := none.Next(); ok || none.Len() != 0 {
		t.Fatal("a permit out of none")
	}
	edotest.RequireReady(t, task, tx.ReserveManyFuture(0))
	edotest.RequireReady(t, task, edo.Async(func(task *edo.Task) (*mpsc.Permits[int], error) {
		return tx.ReserveMany(task, 0)
	}))
	for _, n := range []int{3, -1, math.MinInt, math.MaxInt} {
		for name, f := range map[string]edo.Future[*mpsc.Permits[int]]{
			"future": tx.ReserveManyFuture(n),
			"direct": edo.Async(func(task *edo.Task) (*mpsc.Permits[int], error) { return tx.ReserveMany(task, n) }),
			"try":    edo.Async(func(*edo.Task) (*mpsc.Permits[int], error) { return tx.TryReserveMany(n) }),
		} {
			_, p, err := edotest.Poll(task, f)
			if p != edo.Ready || err == nil || errors.Is(err, edo.ErrFull) || errors.Is(err, edo.ErrClosed) || err.Error()[:5] != "mpsc:" {
				t.Errorf("%s: reserve of %d: %v, %v, want an error of its own", name, n, p, err)
			}
		}
	}
	check(t, rx)
	rx.Close()
	if _, err := tx.TryReserveMany(0); !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("TryReserveMany(0) on a closed channel = %v", err)
	}
}

func TestPermitsAreSentTakenOutOrGivenBack(t *testing.T) {
	tx, rx := mpsc.New[int](5)
	defer tx.Close()
	permits, err := tx.TryReserveMany(5)
	if err != nil {
		t.Fatal(err)
	}
	chantest.SendWithPermit(t, permits, 1, nil)
	var own *mpsc.Permit[int]
	for p := range permits.All() {
		if own == nil {
			own = p
			continue
		}
		chantest.SendWithPermit(t, p, 2, nil)
		break // the permits that are left stay
	}
	if permits.Len() != 2 || tx.Cap() != 2 {
		t.Fatalf("%d permits left, and Cap() = %d; want 2 and 2", permits.Len(), tx.Cap())
	}
	permits.Drop()
	permits.Drop()
	chantest.SendWithPermit(t, permits, -1, edo.ErrClosed)
	if tx.Cap() != 4 {
		t.Fatalf("Cap() = %d, want 4: one permit was taken out", tx.Cap())
	}
	chantest.SendWithPermit(t, own, 3, nil)
	for i := range 3 {
		chantest.Recv(t, rx, 1+i)
	}
}

func TestReserveFutureCanBeUsedAgain(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	var f mpsc.ReserveFuture[int]
	task := edotest.NewTask()
	for i := range 3 {
		f.Reset(tx)
		chantest.SendWithPermit(t, edotest.RequireReady(t, task, &f), i, nil)
		f.Drop() // after it was ready a Drop changes nothing
		chantest.Recv(t, rx, i)
	}
	f.Reset(tx)
	edotest.RequireReady(t, task, &f) // not used
	f.Reset(tx)                       // and so given back
	edotest.RequireReady(t, task, &f)
	f.Drop()
	chantest.TrySend(t, tx, -1, edo.ErrFull) // the permit is still out
	chantest.Poll(t, task, &f, edo.Ready, own.ErrPolledAgain)
}

func TestReserveFutureThatHasWaitedCanWaitAgain(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	task, f := edotest.NewTask(), tx.ReserveManyFuture(2)
	for _, end := range []func(){
		func() { chantest.Recv(t, rx, 1) },                                                // it has both
		func() { f.Drop(); chantest.Recv(t, rx, 1) },                                      // it has one, and gives up
		func() { chantest.Recv(t, rx, 1); f.Drop() },                                      // it has both, and gives up
		func() { chantest.TrySend(t, tx, -1, edo.ErrFull); f.Reset(tx, 0); rx.TryRecv() }, // the same, by Reset
	} {
		chantest.TrySend(t, tx, 1, nil)
		f.Reset(tx, 2)
		chantest.Poll(t, task, f, edo.Pending, nil)
		end()
		edotest.Poll(task, f)
		f.Reset(tx, 1) // gives its permit back
		check(t, rx)
		if tx.Cap() != 2 {
			t.Fatalf("Cap() = %d, want 2", tx.Cap())
		}
		chantest.TrySend(t, tx, 2, nil)
		chantest.TrySend(t, tx, 3, nil)
		other := tx.SendFuture(-1)
		chantest.Poll(t, edotest.NewTask(), other, edo.Pending, nil)
		chantest.Poll(t, task, f, edo.Pending, nil) // behind it, with nothing
		check(t, rx)
		other.Drop()
		f.Drop()
		check(t, rx)
		chantest.Recv(t, rx, 2)
		chantest.Recv(t, rx, 3)
	}
}

func TestUsedUpBudgetReservesNothing(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task, f, many := edotest.NewTask(), tx.ReserveFuture(), tx.ReserveManyFuture(1)
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, err := f.Poll(cx); p != edo.Pending || err != nil {
			t.Fatalf("reserve without budget: %v, %v", p, err)
		}
		if _, p, err := many.Poll(cx); p != edo.Pending || err != nil {
			t.Fatalf("reserve without budget: %v, %v", p, err)
		}
		if _, p, err := rx.PollRecvMany(cx, nil, 2); p != edo.Pending || err != nil {
			t.Fatalf("receive without budget: %v, %v", p, err)
		}
	})
	edotest.RequireWoken(t, task, 1)
	if tx.Cap() != 2 || tx.Len() != 1 {
		t.Fatalf("Cap() = %d, Len() = %d", tx.Cap(), tx.Len())
	}
}
