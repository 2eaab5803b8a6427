package mpmc_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpmc"
)

func reserve(tx *mpmc.Sender[int]) edo.Future[*mpmc.Permit[int]] {
	return edo.Async(func(task *edo.Task) (*mpmc.Permit[int], error) { return tx.Reserve(task) })
}

func reserveMany(tx *mpmc.Sender[int], n int) edo.Future[*mpmc.Permits[int]] {
	return edo.Async(func(task *edo.Task) (*mpmc.Permits[int], error) { return tx.ReserveMany(task, n) })
}

func TestDirectReserveWaitsInLine(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	permit := edotest.RequireReady(t, t1, reserve(tx))
	f1, f2, f3 := reserveMany(tx, 2), reserve(tx), send(tx, 3)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	chantest.Poll(t, t3, f3, edo.Pending, nil)
	chantest.SendWithPermit(t, permit, 0, nil)
	chantest.Recv(t, rx, 0)
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	permits := edotest.RequireReady(t, t1, f1)
	chantest.SendWithPermit(t, permits, 1, nil)
	chantest.SendWithPermit(t, permits, 2, nil)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireWoken(t, t3, 0)
	edotest.RequireReady(t, t2, f2).Drop()
	edotest.RequireWoken(t, t3, 1)
	chantest.Poll(t, t3, f3, edo.Ready, nil)
}

func TestCancelledDirectReserveLeavesTheLineAndGivesBackWhatItHas(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	chantest.TrySend(t, tx, 1, nil)
	f1, f2 := reserveMany(tx, 2), send(tx, 2)
	chantest.Poll(t, t1, f1, edo.Pending, nil) // has one
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	edo.Drop(f1)
	chantest.Poll(t, t1, f1, edo.Ready, edo.ErrCancelled)
	edotest.RequireWoken(t, t2, 1)
	chantest.Poll(t, t2, f2, edo.Ready, nil)
	check(t, rx)
	chantest.Recv(t, rx, 1)
	chantest.Recv(t, rx, 2)
	if tx.Cap() != 2 {
		t.Fatalf("Cap() = %d, want 2: nothing is reserved", tx.Cap())
	}
}

func TestDirectReserveThatWasGrantedWhenCancelledHasItsPermits(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	chantest.TrySend(t, tx, 1, nil)
	chantest.TrySend(t, tx, 2, nil)
	f1, f2 := reserve(tx), reserve(tx)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	chantest.Recv(t, rx, 1)
	edo.Drop(f1)
	permit := edotest.RequireReady(t, t1, f1)
	chantest.SendWithPermit(t, permit, 3, nil)
	chantest.Recv(t, rx, 2)
	permit = edotest.RequireReady(t, t2, f2)
	permit.Drop()
	chantest.Recv(t, rx, 3)
}

func TestDirectReserveIsRefusedByClose(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	task := edotest.NewTask()
	chantest.TrySend(t, tx, 1, nil)
	f := reserveMany(tx, 2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	chantest.Poll(t, task, reserve(tx), edo.Ready, edo.ErrClosed)
	chantest.Recv(t, rx, 1)
	chantest.RecvFails(t, rx, edo.ErrClosed)
}

func TestDirectReserveGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	tx, rx := mpmc.NewUnbounded[int]()
	defer rx.Drop()
	defer tx.Close()
	task := edotest.NewTask()
	done := 0
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for range 1000 {
			permit, err := tx.Reserve(task)
			if err != nil {
				return edo.Unit{}, err
			}
			permit.Drop()
			done++
		}
		return edo.Unit{}, nil
	})
	chantest.Poll(t, task, f, edo.Pending, nil)
	edotest.RequireWoken(t, task, 1)
	if done != 128 {
		t.Fatalf("%d reserves in one poll, want the budget of 128", done)
	}
	for p := edo.Pending; p == edo.Pending; {
		_, p, _ = edotest.Poll(task, f)
	}
}

func TestClosedHandleReservesNothingAndLetsWhoIsInLineGoOn(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	chantest.TrySend(t, tx, 1, nil)
	task, f := edotest.NewTask(), tx.ReserveFuture()
	chantest.Poll(t, task, f, edo.Pending, nil)
	tx.Close()
	chantest.Poll(t, edotest.NewTask(), tx.ReserveFuture(), edo.Ready, edo.ErrClosed)
	if _, err := tx.TryReserveMany(0); err == nil {
		t.Fatal("a closed handle has reserved")
	}
	edotest.RequireWoken(t, task, 0)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, task, 1)
	chantest.RecvFails(t, rx, edo.ErrEmpty) // a permit is out
	chantest.SendWithPermit(t, edotest.RequireReady(t, task, f), 2, nil)
	chantest.Recv(t, rx, 2)
	chantest.RecvFails(t, rx, edo.ErrClosed)
}
