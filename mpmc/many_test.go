package mpmc_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpmc"
)

// waiting polls a receive that must wait, of each of so many clones of rx, and returns
// them in order.
func waiting(t *testing.T, rx *mpmc.Receiver[int], n int) (tasks []*edotest.Task, fs []*mpmc.RecvFuture[int], clones []*mpmc.Receiver[int]) {
	t.Helper()
	for range n {
		clone, task := rx.Clone(), edotest.NewTask()
		f := clone.RecvFuture()
		chantest.Poll(t, task, f, edo.Pending, nil)
		tasks, fs, clones = append(tasks, task), append(fs, f), append(clones, clone)
	}
	return tasks, fs, clones
}

// got polls a receive that must be ready with v.
func got(t *testing.T, task *edotest.Task, f edo.Future[int], v int) {
	t.Helper()
	if got := edotest.RequireReady(t, task, f); got != v {
		t.Fatalf("received %d, want %d", got, v)
	}
}

func TestEachMessageComesToOneReceiver(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	other := rx.Clone()
	for i := range 4 {
		chantest.TrySend(t, tx, i, nil)
	}
	chantest.Recv(t, rx, 0)
	chantest.Recv(t, other, 1)
	chantest.Recv(t, other, 2)
	chantest.Recv(t, rx, 3)
	chantest.RecvFails(t, other, edo.ErrEmpty)
	if !rx.SameChannel(other) || tx.ReceiverCount() != 2 {
		t.Fatalf("%d receivers, of the same channel: %v", tx.ReceiverCount(), rx.SameChannel(other))
	}
	if _, rx2 := mpmc.New[int](1); rx.SameChannel(rx2) {
		t.Fatal("receivers of two channels are of the same")
	}
	rx.Drop()
	other.Drop()
}

func TestReceiversAreServedInTheOrderInWhichTheyCame(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	tasks, fs, _ := waiting(t, rx, 3)
	chantest.TrySend(t, tx, 0, nil)
	edotest.RequireWoken(t, tasks[0], 1)
	edotest.RequireWoken(t, tasks[1], 0)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, tasks[1], 1)
	edotest.RequireWoken(t, tasks[2], 0)
	chantest.RecvFails(t, rx, edo.ErrEmpty) // both are promised
	late, task := rx.RecvFuture(), edotest.NewTask()
	chantest.Poll(t, task, late, edo.Pending, nil)
	chantest.Poll(t, tasks[2], fs[2], edo.Pending, nil)
	got(t, tasks[1], fs[1], 0) // the first in the channel, whichever task runs first
	got(t, tasks[0], fs[0], 1)
	chantest.TrySend(t, tx, 2, nil)
	edotest.RequireWoken(t, tasks[2], 1)
	edotest.RequireWoken(t, task, 0)
	got(t, tasks[2], fs[2], 2)
	late.Drop()
	check(t, rx)
}

func TestReceiverThatGivesUpPassesItsTurnOn(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	tasks, fs, clones := waiting(t, rx, 4)
	fs[1].Drop() // in line: it is skipped
	chantest.TrySend(t, tx, 0, nil)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, tasks[1], 0)
	edotest.RequireWoken(t, tasks[2], 1)
	edotest.RequireWoken(t, tasks[3], 0)
	clones[0].Close() // its future was promised a message, and takes it
	got(t, tasks[0], fs[0], 0)
	fs[2].Drop()
	edotest.RequireWoken(t, tasks[3], 1)
	got(t, tasks[3], fs[3], 1)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	check(t, rx)
}

// A message that was handed to a receiver could come back behind one that another has
// taken. One that was promised cannot.
func TestMessagesStayInOrderWhenATurnIsPassedOn(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	tasks, fs, _ := waiting(t, rx, 2)
	chantest.TrySend(t, tx, 0, nil)
	chantest.TrySend(t, tx, 1, nil)
	got(t, tasks[1], fs[1], 0)
	fs[0].Drop()
	f := rx.RecvFuture()
	got(t, tasks[1], f, 1)
}

func TestStreamAndFuturesOfOneHandleWaitEachInItsPlace(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	f1, f3 := rx.RecvFuture(), edo.Async(rx.Recv)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Next(t, t2, rx, 0, edo.Pending)
	chantest.Poll(t, t3, f3, edo.Pending, nil)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	chantest.TrySend(t, tx, 2, nil)
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireWoken(t, t3, 1) // t2 need not come back, and has the same handle
	chantest.Next(t, t2, rx, 1, edo.Ready)
	chantest.Poll(t, t3, f3, edo.Pending, nil)
	got(t, t1, f1, 2)
	chantest.TrySend(t, tx, 3, nil)
	edotest.RequireWoken(t, t3, 1)
	got(t, t3, f3, 3)
	check(t, rx)
}

// The task that has polled a handle may do something else by the time a message comes, or
// have given the handle away.
func TestPlaceOfAHandleServesWhicheverTaskReceivesByIt(t *testing.T) {
	for name, receive := range map[string]func(rx *mpmc.Receiver[int]) (edo.Future[int], bool){
		"Recv":       func(rx *mpmc.Receiver[int]) (edo.Future[int], bool) { return edo.Async(rx.Recv), true },
		"RecvFuture": func(rx *mpmc.Receiver[int]) (edo.Future[int], bool) { return rx.RecvFuture(), true },
		"PollNext":   func(rx *mpmc.Receiver[int]) (edo.Future[int], bool) { return pollOf[int](rx.PollNext), false },
		"PollRecv":   func(rx *mpmc.Receiver[int]) (edo.Future[int], bool) { return pollOf[int](rx.PollRecv), false },
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := mpmc.New[int](1)
			defer tx.Close()
			other := rx.Clone()
			before, after := edotest.NewTask(), edotest.NewTask()
			chantest.Next(t, before, rx, 0, edo.Pending) // and never again
			f, beside := receive(rx)
			chantest.Poll(t, after, f, edo.Pending, nil)
			chantest.TrySend(t, tx, 1, nil)
			edotest.RequireWoken(t, before, btoi(beside))
			edotest.RequireWoken(t, after, 1)
			chantest.RecvFails(t, other, edo.ErrEmpty)
			got(t, after, f, 1)
			check(t, rx)

			chantest.Next(t, before, rx, 0, edo.Pending)
			chantest.TrySend(t, tx, 2, nil)
			f, _ = receive(rx)
			got(t, after, f, 2)
			check(t, rx)
		})
	}
}

func TestWithdrawPassesOnWhatWasPromisedToAStream(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	other := rx.Clone()
	defer other.Drop()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	chantest.Next(t, t1, rx, 0, edo.Pending)
	chantest.Next(t, t2, other, 0, edo.Pending)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	rx.Withdraw()
	rx.Withdraw()
	edotest.RequireWoken(t, t2, 1)
	chantest.Next(t, t2, other, 1, edo.Ready)
	chantest.Next(t, t1, rx, 0, edo.Pending)
	rx.Withdraw() // in line
	chantest.TrySend(t, tx, 2, nil)
	edotest.RequireWoken(t, t1, 0)
	chantest.Recv(t, other, 2)
	rx.Drop()
	rx.Withdraw()
	check(t, other)
}

func TestBatchTakesNothingThatIsPromisedToOthers(t *testing.T) {
	tx, rx := mpmc.New[int](8)
	defer tx.Close()
	tasks, fs, _ := waiting(t, rx, 2)
	for i := range 5 {
		chantest.TrySend(t, tx, i, nil)
	}
	var buf []int
	edotest.NewTask().Enter(func(cx *edo.Context) { buf, _, _ = rx.PollRecvMany(cx, nil, 8) })
	if !slices.Equal(buf, []int{0, 1, 2}) {
		t.Fatalf("a batch of %v, with two of five promised", buf)
	}
	got(t, tasks[1], fs[1], 3)
	got(t, tasks[0], fs[0], 4)
}

func TestEndWakesAllReceiversThatWait(t *testing.T) {
	for name, end := range map[string]func(tx *mpmc.Sender[int], rx *mpmc.Receiver[int]){
		"the last sender is closed":     func(tx *mpmc.Sender[int], rx *mpmc.Receiver[int]) { tx.Close() },
		"a receiver closes the channel": func(tx *mpmc.Sender[int], rx *mpmc.Receiver[int]) { rx.CloseAll(); rx.CloseAll() },
	} {
		t.Run(name, func(t *testing.T) {
			const n = 40 // more than are woken at a time
			tx, rx := mpmc.New[int](1)
			defer tx.Close()
			tasks, fs, clones := waiting(t, rx, n)
			task := edotest.NewTask()
			chantest.Next(t, task, rx, 0, edo.Pending)
			end(tx, rx)
			edotest.RequireWoken(t, task, 1)
			chantest.Next(t, task, rx, 0, edo.End)
			chantest.Next(t, task, rx, 0, edo.End)
			for i, f := range fs {
				edotest.RequireWoken(t, tasks[i], 1)
				chantest.Poll(t, tasks[i], f, edo.Ready, edo.ErrClosed)
				chantest.RecvFails(t, clones[i], edo.ErrClosed)
			}
			check(t, rx)
		})
	}
}

func TestLastMessagesComeBeforeTheEndAlsoToThoseThatWait(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	tasks, fs, _ := waiting(t, rx, 2)
	chantest.TrySend(t, tx, 1, nil)
	tx.Close()
	edotest.RequireWoken(t, tasks[1], 0) // the first may give up
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	fs[0].Drop()
	edotest.RequireWoken(t, tasks[1], 1)
	late, task := rx.RecvFuture(), edotest.NewTask()
	chantest.Poll(t, task, late, edo.Pending, nil)
	got(t, tasks[1], fs[1], 1)
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, late, edo.Ready, edo.ErrClosed)
	chantest.RecvFails(t, rx, edo.ErrClosed)
}

func TestReceiverThatIsClosedIsMissedByNone(t *testing.T) {
	for name, end := range map[string]func(*mpmc.Receiver[int]){
		"Close": (*mpmc.Receiver[int]).Close, "Drop": (*mpmc.Receiver[int]).Drop,
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := mpmc.New[int](2)
			defer tx.Close()
			other := rx.Clone()
			t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
			f, g := other.RecvFuture(), edo.Async(other.Recv)
			chantest.Poll(t, t1, f, edo.Pending, nil)
			chantest.Next(t, t2, other, 0, edo.Pending)
			chantest.Poll(t, t3, g, edo.Pending, nil)
			end(other)
			end(other)
			edotest.RequireWoken(t, t1, 1)
			edotest.RequireWoken(t, t2, 1)
			edotest.RequireWoken(t, t3, 1)
			chantest.Poll(t, t1, f, edo.Ready, edo.ErrClosed)
			chantest.Next(t, t2, other, 0, edo.End)
			chantest.Poll(t, t3, g, edo.Ready, edo.ErrClosed)
			chantest.TrySend(t, tx, 1, nil)
			chantest.RecvFails(t, other, edo.ErrClosed)
			if _, err := other.TryRecv(); err.Error() != "mpmc: receive on closed receiver" {
				t.Errorf("the error is %q", err)
			}
			clone := other.Clone()
			chantest.RecvFails(t, clone, edo.ErrClosed)
			clone.Drop()
			if !other.IsClosed() || rx.IsClosed() || tx.ReceiverCount() != 1 {
				t.Errorf("closed: %v; the other: %v; %d receivers", other.IsClosed(), rx.IsClosed(), tx.ReceiverCount())
			}
			other.CloseAll() // it has no say any more
			chantest.TrySend(t, tx, 2, nil)
			chantest.Recv(t, rx, 1)
			chantest.Recv(t, rx, 2)
			check(t, rx)
		})
	}
}

func TestCloseOfTheLastReceiverLetsItDrainTheChannel(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	other := rx.Clone()
	chantest.TrySend(t, tx, 1, nil)
	chantest.TrySend(t, tx, 2, nil)
	task, f := edotest.NewTask(), tx.SendFuture(3)
	chantest.Poll(t, task, f, edo.Pending, nil)
	other.Close()
	edotest.RequireWoken(t, task, 0)
	chantest.RecvFails(t, other, edo.ErrClosed)
	rx.Close()
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	chantest.Recv(t, rx, 1)
	chantest.Recv(t, rx, 2)
	chantest.RecvFails(t, rx, edo.ErrClosed)
}

func TestWithoutReceiversASendIsRefusedAndMessagesAreDropped(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](2)
	defer tx.Close()
	other := rx.Clone()
	a, b, c := owntest.NewHandle(0), owntest.NewHandle(1), owntest.NewHandle(2)
	chantest.TrySend(t, tx, a, nil)
	permit, err := tx.TryReserve()
	if err != nil {
		t.Fatal(err)
	}
	task, f := edotest.NewTask(), tx.SendFuture(b)
	chantest.Poll(t, task, f, edo.Pending, nil)
	rx.Drop()
	edotest.RequireWoken(t, task, 0)
	other.Drop()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	if err := permit.Send(c); !errors.Is(err, edo.ErrClosed) {
		t.Errorf("a permit: %v", err)
	}
	chantest.TrySend(t, tx, c, edo.ErrClosed)
	f.Drop()
	if a.Drops() != 1 || b.Drops() != 1 || c.Drops() != 0 {
		t.Errorf("dropped %d, %d and %d times", a.Drops(), b.Drops(), c.Drops())
	}
	if tx.ReceiverCount() != 0 || tx.Len() != 0 {
		t.Errorf("%d receivers, %d messages", tx.ReceiverCount(), tx.Len())
	}
	check(t, rx)
}

func TestMessagePromisedToAReceiveIsDroppedWithTheLastReceiver(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](2)
	defer tx.Close()
	task, f, m := edotest.NewTask(), rx.RecvFuture(), owntest.NewHandle(0)
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.TrySend(t, tx, m, nil)
	rx.Drop()
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	f.Drop()
	if m.Drops() != 1 {
		t.Errorf("dropped %d times", m.Drops())
	}
	check(t, rx)
}
