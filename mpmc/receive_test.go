package mpmc_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpmc"
)

func TestPendingReceiverIsWokenOncePerSleep(t *testing.T) {
	tx, rx := mpmc.New[int](8)
	defer tx.Close()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, task, 1)
	chantest.TrySend(t, tx, 2, nil)
	edotest.RequireWoken(t, task, 0) // it has not asked since
	chantest.Next(t, task, rx, 1, edo.Ready)
	chantest.Next(t, task, rx, 2, edo.Ready)
	chantest.TrySend(t, tx, 3, nil)
	edotest.RequireWoken(t, task, 0)
	chantest.Next(t, task, rx, 3, edo.Ready)
	chantest.Next(t, task, rx, 0, edo.Pending)
	chantest.Poll(t, edotest.NewTask(), tx.SendFuture(4), edo.Ready, nil)
	edotest.RequireWoken(t, task, 1)
}

func TestOnlyTheTaskThatReceivedLastIsWoken(t *testing.T) {
	tx, rx := mpmc.New[int](8)
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	chantest.Next(t, t1, rx, 0, edo.Pending)
	chantest.Next(t, t2, rx, 0, edo.Pending)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}

func TestTryRecvDoesNotForgetTheTaskThatWaits(t *testing.T) {
	tx, rx := mpmc.New[int](8)
	defer tx.Close()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, task, 1)
}

func TestThreeFacesOfTheEnd(t *testing.T) {
	tx, rx := mpmc.New[int](8)
	chantest.TrySend(t, tx, 1, nil)
	tx.Close()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 1, edo.Ready)
	for range 2 { // repeatable
		chantest.Next(t, task, rx, 0, edo.End)
		chantest.Poll(t, task, rx.RecvFuture(), edo.Ready, edo.ErrClosed)
		chantest.RecvFails(t, rx, edo.ErrClosed)
		task.Enter(func(cx *edo.Context) {
			if _, p, err := rx.PollRecv(cx); p != edo.Ready || err == nil {
				t.Fatalf("PollRecv = %v, %v", p, err)
			}
		})
	}
	edotest.RequireWoken(t, task, 0)
}

func TestRecvFutureTakesTheMessageWhenItIsReady(t *testing.T) {
	tx, rx := mpmc.New[int](8)
	defer tx.Close()
	task, f, g := edotest.NewTask(), rx.RecvFuture(), rx.RecvFuture()
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.Poll(t, task, g, edo.Pending, nil)
	f.Drop()
	f.Drop() // the receiver stays
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, task, 1)
	if n := rx.Len(); n != 1 {
		t.Fatalf("Len() = %d before the message was taken", n)
	}
	if v, p, err := edotest.Poll(task, g); v != 1 || p != edo.Ready || err != nil {
		t.Fatalf("Poll = %v, %v, %v", v, p, err)
	}
	g.Drop() // after it was ready it does nothing
	chantest.Poll(t, task, f, edo.Ready, mpmc.ErrReceived)
	chantest.Poll(t, task, g, edo.Ready, mpmc.ErrReceived)
	chantest.Poll(t, task, &mpmc.RecvFuture[int]{}, edo.Ready, mpmc.ErrReceived)
	check(t, rx)
}

func TestReceivedMessageIsNotDroppedWithTheReceiver(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](4)
	defer tx.Close()
	v := owntest.NewHandle(0)
	chantest.TrySend(t, tx, v, nil)
	chantest.Recv(t, rx, v)
	rx.Drop()
	if v.Drops() != 0 {
		t.Fatal("a message was dropped after it had been received")
	}
}

func TestUsedUpBudgetSendsAndReceivesNothing(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task, f := edotest.NewTask(), tx.SendFuture(2)
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, err := f.Poll(cx); p != edo.Pending || err != nil {
			t.Fatalf("send without budget: %v, %v", p, err)
		}
		if _, p, err := rx.PollNext(cx); p != edo.Pending || err != nil {
			t.Fatalf("receive without budget: %v, %v", p, err)
		}
		if _, p, err := rx.PollRecvMany(cx, nil, 0); p != edo.Pending || err != nil {
			t.Fatalf("a batch of none without budget: %v, %v", p, err)
		}
	})
	edotest.RequireWoken(t, task, 1)
	chantest.Recv(t, rx, 1)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	chantest.Poll(t, task, f, edo.Ready, nil)
	chantest.Recv(t, rx, 2)
}
