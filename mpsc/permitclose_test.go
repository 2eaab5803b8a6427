package mpsc_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpsc"
)

func TestPermitIsDeliveredAfterTheReceiversClose(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	p1, p2 := tryReserve(t, tx), tryReserve(t, tx)
	rx.Close()
	if _, err := tx.TryReserve(); !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("TryReserve after Close = %v", err)
	}
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	chantest.RecvFails(t, rx, edo.ErrEmpty) // permits are out
	chantest.SendWithPermit(t, p1, 1, nil)
	edotest.RequireWoken(t, task, 1)
	chantest.TrySend(t, tx, -1, edo.ErrClosed)
	chantest.Next(t, task, rx, 1, edo.Ready)
	chantest.Next(t, task, rx, 0, edo.Pending)
	p2.Drop() // the last one
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 0, edo.End)
	chantest.RecvFails(t, rx, edo.ErrClosed)
	check(t, rx)
}

func TestCloseWithAPermitOutIsNotTheEnd(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	p := tryReserve(t, tx)
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	rx.Close()
	edotest.RequireWoken(t, task, 0)
	chantest.SendWithPermit(t, p, 1, nil)
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 1, edo.Ready)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestPermitKeepsTheChannelOpenWithoutHandles(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	p := tryReserve(t, tx)
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	tx.Close()
	edotest.RequireWoken(t, task, 0)
	if rx.IsClosed() {
		t.Fatal("IsClosed() = true with a permit out")
	}
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	p.Drop()
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 0, edo.End)
	if !rx.IsClosed() {
		t.Fatal("IsClosed() = false at the end")
	}
}

func TestCancelledReserveThatHadCollectedIsTheEnd(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	p := tryReserve(t, tx)
	reserve, t1 := tx.ReserveManyFuture(2), edotest.NewTask()
	chantest.Poll(t, t1, reserve, edo.Pending, nil) // has one
	tx.Close()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	p.Drop() // goes to the reserve
	edotest.RequireWoken(t, task, 0)
	edotest.RequireWoken(t, t1, 1)
	reserve.Drop()
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestPartlyCollectedReserveThatIsCancelledIsTheEnd(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	task, t1, t2 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	chantest.TrySend(t, tx, 1, nil)
	first, second := tx.ReserveManyFuture(2), tx.ReserveManyFuture(2)
	chantest.Poll(t, t1, first, edo.Pending, nil) // has one
	chantest.Poll(t, t2, second, edo.Pending, nil)
	tx.Close()
	chantest.Next(t, task, rx, 1, edo.Ready) // the first has both
	edotest.RequireWoken(t, t1, 1)
	chantest.Next(t, task, rx, 0, edo.Pending)
	permits := edotest.RequireReady(t, t1, first)
	one, _ := permits.Next()
	one.Drop() // the second has one
	edotest.RequireWoken(t, t2, 0)
	permits.Drop()
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireWoken(t, task, 0)
	second.Drop()
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestCloseRefusesReservesAndTakesBackWhatTheyCollected(t *testing.T) {
	tx, rx := mpsc.New[int](2)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task, f := edotest.NewTask(), tx.ReserveManyFuture(2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	recvTask := edotest.NewTask()
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, recvTask, rx, 1, edo.Ready)
	chantest.Next(t, recvTask, rx, 0, edo.End) // although the reserve has not been polled
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	check(t, rx)
}

func TestPermitOfADroppedReceiverLeavesTheValueWithTheSender(t *testing.T) {
	tx, rx := mpsc.New[*owntest.Handle](2)
	defer tx.Close()
	p, v := tryReserve(t, tx), owntest.NewHandle(0)
	rx.Close()
	rx.Drop()
	chantest.SendWithPermit(t, p, v, edo.ErrClosed)
	if v.Drops() != 0 {
		t.Fatal("a refused value was dropped")
	}
	chantest.Next[*owntest.Handle](t, edotest.NewTask(), rx, nil, edo.End)
}
