package mpsc_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
)

// atWork makes two handles at one place.
func atWork(tx *mpsc.Sender[int]) (handles []*mpsc.Sender[int]) {
	for range 2 {
		handles = append(handles, tx.Clone())
	}
	return handles
}

func TestReceiveWaitsForTheSendersByWhereTheyWereMade(t *testing.T) {
	tx, rx := mpsc.New[int](16)
	handles := append(atWork(tx), atWork(tx)...)
	weak := tx.Downgrade()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	const here = " made at waits_test.go:1 (func mpsc_test.TestReceiveWaitsForTheSendersByWhereTheyWereMade)"
	for face, got := range map[string][]edo.Wait{
		"stream": edotest.WaitsNext(task, rx),
		"future": edotest.Waits(task, rx.RecvFuture()),
		"many":   edotest.Waits(task, rx.RecvManyFuture(nil, 4)),
		"direct": edotest.Waits(task, edo.Async(rx.Recv)),
	} {
		t.Log(face)
		chantest.RequireWait(t, got, "mpsc: receive (empty, capacity 16)",
			"4 senders made at waits_test.go:1 (func mpsc_test.atWork)", "a sender"+here)
	}
	edotest.RequireWoken(t, task, 0)

	tx.Close()
	handles[0].Close()
	strong := upgrade(t, weak, true)
	p1, p2 := tryReserve(t, strong), tryReserve(t, strong)
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "mpsc: receive (empty, capacity 16)",
		"3 senders made at waits_test.go:1 (func mpsc_test.atWork)",
		"a sender made at weak_test.go:1 (func mpsc_test.upgrade[...])", "2 permits")
	for _, h := range append(handles, strong) {
		h.Close()
	}
	p1.Drop()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "mpsc: receive (empty, capacity 16)", "a permit")
	rx.Close()
	chantest.RequireWait(t, edotest.WaitsNext(task, rx), "mpsc: receive (closed, empty, capacity 16)", "a permit")
	p2.Drop()
	edotest.RequireWoken(t, task, 1) // inspections have left its waker where it was
}

func TestReceiveOfAnUnboundedChannelSaysSo(t *testing.T) {
	tx, rx := mpsc.NewUnbounded[int]()
	chantest.TrySend(t, tx, 1, nil)
	tx.Close()
	chantest.RequireWait(t, edotest.WaitsNext(edotest.NewTask(), rx), "mpsc: receive (a message, unbounded)")
}

func TestSendAndReserveWaitForTheReceiver(t *testing.T) {
	tx, rx := mpsc.New[int](3)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	permit := tryReserve(t, tx)
	var tasks [4]*edotest.Task
	for i := range tasks {
		tasks[i] = edotest.NewTask()
	}
	many, one, future := tx.ReserveManyFuture(3), tx.ReserveFuture(), tx.SendFuture(2)
	direct := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Send(task, 3) })
	chantest.RequireWait(t, edotest.Waits(tasks[0], many), "mpsc: reserve (capacity 3)", "the receiver")
	chantest.RequireWait(t, edotest.Waits(tasks[2], future), "mpsc: send (capacity 3)", "the receiver")
	chantest.Poll(t, tasks[0], many, edo.Pending, nil)
	chantest.Poll(t, tasks[1], one, edo.Pending, nil)
	chantest.Poll(t, tasks[2], future, edo.Pending, nil)
	chantest.Poll(t, tasks[3], direct, edo.Pending, nil)
	chantest.RequireWait(t, edotest.Waits(tasks[0], many),
		"mpsc: reserve of 3, of which it has 1 (full, capacity 3, 0 before it in line)", "the receiver", "a permit", "a permit, collected by a reserve in line")
	chantest.RequireWait(t, edotest.Waits(tasks[1], one), "mpsc: reserve (full, capacity 3, 1 before it in line)", "the receiver", "a permit", "a permit, collected by a reserve in line")
	chantest.RequireWait(t, edotest.Waits(tasks[2], future), "mpsc: send (full, capacity 3, 2 before it in line)", "the receiver", "a permit", "a permit, collected by a reserve in line")
	chantest.RequireWait(t, edotest.Waits(tasks[3], direct), "mpsc: send (full, capacity 3, 3 before it in line)", "the receiver", "a permit", "a permit, collected by a reserve in line")
	many.Drop()
	edotest.RequireWoken(t, tasks[1], 1)
	chantest.RequireWait(t, edotest.Waits(tasks[1], one), "mpsc: reserve (granted and not taken, capacity 3)")
	chantest.RequireWait(t, edotest.Waits(tasks[3], direct), "mpsc: send (full, capacity 3, 1 before it in line)",
		"the receiver", "a permit", "a permit, granted and not taken")
	one.Drop()
	edotest.RequireWoken(t, tasks[2], 1)
	chantest.RequireWait(t, edotest.Waits(tasks[2], future), "mpsc: send (accepted, capacity 3)")
	chantest.RequireWait(t, edotest.Waits(tasks[3], direct), "mpsc: send (full, capacity 3, 0 before it in line)", "the receiver", "a permit")
	permit.Drop()
	edotest.RequireWoken(t, tasks[3], 1)

	for range 3 {
		rx.TryRecv()
	}
	s := tx.Clone().Sink()
	defer s.Drop()
	for i := range 3 {
		chantest.StartSend(t, s, i, nil)
	}
	chantest.StartSend(t, s, 3, nil)
	ready := pollOf[edo.Unit](func(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) { p, err = s.PollReady(cx); return })
	chantest.RequireWait(t, edotest.Waits(tasks[0], ready), "mpsc: send (full, capacity 3, 0 before it in line)", "the receiver")
	rx.TryRecv()
	edotest.RequireReady(t, tasks[0], ready)
	chantest.RequireWait(t, edotest.Waits(tasks[0], ready), "mpsc: send (capacity 3)")
}

func TestSendThatWasGivenUpIsInNoLine(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task, f := edotest.NewTask(), tx.SendFuture(2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	f.Unsent()
	chantest.RequireWait(t, edotest.Waits(task, f), "mpsc: send (nothing)")
	check(t, rx)
}

func TestDirectReserveSaysHowManyItHas(t *testing.T) {
	tx, _ := mpsc.New[int](3)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task := edotest.NewTask()
	f := edo.Async(func(task *edo.Task) (*mpsc.Permits[int], error) { return tx.ReserveMany(task, 3) })
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.RequireWait(t, edotest.Waits(task, f),
		"mpsc: reserve of 3, of which it has 2 (full, capacity 3, 0 before it in line)",
		"the receiver", "2 permits, collected by a reserve in line")
	edo.Drop(f)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrCancelled)
}

func TestThoseBeforeOneInALongLineAreNotAllCounted(t *testing.T) {
	tx, _ := mpsc.New[int](1)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	task := edotest.NewTask()
	var last *mpsc.SendFuture[int]
	for range 1500 {
		last = tx.SendFuture(1)
		chantest.Poll(t, task, last, edo.Pending, nil)
	}
	chantest.RequireWait(t, edotest.Waits(task, last), "mpsc: send (full, capacity 1, 1000 or more before it in line)", "the receiver")
}

func TestClosedWaitsForTheReceiverToGo(t *testing.T) {
	tx, rx := mpsc.New[int](3)
	defer tx.Close()
	task := edotest.NewTask()
	future := tx.ClosedFuture()
	direct := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) })
	poll := pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, tx.PollClosed(cx), nil })
	for _, f := range []edo.Future[edo.Unit]{future, direct, poll} {
		chantest.Poll(t, task, f, edo.Pending, nil)
		chantest.RequireWait(t, edotest.Waits(task, f), "mpsc: closed (capacity 3)", "the receiver", "a Close of this sender")
	}
	rx.Close()
	edotest.RequireWoken(t, task, 3)
}

func TestSendTimeoutSaysUntilWhen(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, _ := mpsc.New[int](1)
		defer tx.Close()
		if err := tx.TrySend(1); err != nil {
			return err
		}
		f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, tx.SendTimeout(task, 2, time.Hour)
		})
		got, err := edotest.WaitsIn(task, func(cx *edo.Context) edo.Poll { _, p, _ := f.Poll(cx); return p })
		if err != nil {
			return err
		}
		chantest.RequireWait(t, got, "mpsc: send (full, capacity 1, 0 before it in line)", "the receiver")
		if want := time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC); !got[0].Until.Equal(want) {
			return fmt.Errorf("it waits until %v, want %v", got[0].Until, want)
		}
		edo.Drop(f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
