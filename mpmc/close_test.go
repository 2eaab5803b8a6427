package mpmc_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/oneshot"
)

func TestEndNeedsAllSendersClosed(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	tx2 := tx.Clone()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	tx.Close()
	tx.Close() // twice is once
	tx.Drop()
	edotest.RequireWoken(t, task, 0)
	chantest.Next(t, task, rx, 0, edo.Pending)
	chantest.TrySend(t, tx2, 1, nil)
	edotest.RequireWoken(t, task, 1)
	tx2.Drop()
	if !rx.IsClosed() {
		t.Fatal("IsClosed() = false without senders: there is a message left, but none can come")
	}
	chantest.Next(t, task, rx, 1, edo.Ready)
	chantest.Next(t, task, rx, 0, edo.End)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestLastSenderClosedWakesTheReceiver(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestClosedHandleRefuses(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	tx2 := tx.Clone()
	defer tx2.Close()
	f := tx.SendFuture(1)
	tx.Close()
	chantest.TrySend(t, tx, 1, edo.ErrClosed)
	chantest.Poll(t, edotest.NewTask(), f, edo.Ready, edo.ErrClosed)
	if !tx.IsClosed() || tx2.IsClosed() || rx.IsClosed() {
		t.Fatalf("IsClosed() = %v, %v, %v, want true, false, false", tx.IsClosed(), tx2.IsClosed(), rx.IsClosed())
	}
	chantest.TrySend(t, tx.Clone(), 1, edo.ErrClosed) // a clone of it is closed too
	if n := tx2.StrongCount(); n != 1 {
		t.Fatalf("StrongCount() = %d, want 1", n)
	}
	chantest.TrySend(t, tx2, 2, nil)
}

func TestSendInLineOutlivesItsHandle(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	chantest.TrySend(t, tx, 1, nil)
	task, f := edotest.NewTask(), tx.SendFuture(2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	tx.Close()
	edotest.RequireWoken(t, task, 0)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, nil)
	chantest.Recv(t, rx, 2)
	chantest.RecvFails(t, rx, edo.ErrClosed)
}

func TestReceiverClosedDeliversWhatWasAccepted(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	chantest.TrySend(t, tx, 1, nil)
	chantest.TrySend(t, tx, 2, nil)
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	f1, f2 := tx.SendFuture(3), tx.SendFuture(4)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	rx.Close()
	rx.Close()
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 1)
	chantest.Poll(t, t1, f1, edo.Ready, edo.ErrClosed)
	if v, ok := f1.Unsent(); v != 3 || !ok {
		t.Fatalf("Unsent() = %d, %v, want 3", v, ok)
	}
	f2.Drop() // without having asked
	chantest.TrySend(t, tx, 5, edo.ErrClosed)
	if !tx.IsClosed() || !rx.IsClosed() {
		t.Fatal("IsClosed() = false after Close")
	}
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 1, edo.Ready)
	chantest.TrySend(t, tx, 5, edo.ErrClosed) // room makes no difference
	chantest.Next(t, task, rx, 2, edo.Ready)
	chantest.Next(t, task, rx, 0, edo.End)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestCloseWakesAReceiverThatWaitsElsewhere(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	defer tx.Close()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestDroppedReceiverDropsTheBufferedMessages(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](3)
	defer tx.Close()
	got, left1, left2, waiting := owntest.NewHandle(0), owntest.NewHandle(0), owntest.NewHandle(0), owntest.NewHandle(0)
	chantest.TrySend(t, tx, got, nil)
	chantest.TrySend(t, tx, left1, nil)
	chantest.TrySend(t, tx, left2, nil)
	task, f := edotest.NewTask(), tx.SendFuture(waiting)
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.Recv(t, rx, got) // and waiting gets in
	edotest.RequireWoken(t, task, 1)
	refused := owntest.NewHandle(0)
	f2 := tx.SendFuture(refused)
	chantest.Poll(t, task, f2, edo.Pending, nil)

	rx.Drop()
	rx.Drop()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, nil)
	chantest.Poll(t, task, f2, edo.Ready, edo.ErrClosed)
	for _, c := range []struct {
		v    *owntest.Handle
		want int
	}{{got, 0}, {left1, 1}, {left2, 1}, {waiting, 1}, {refused, 0}} {
		if c.v.Drops() != c.want {
			t.Errorf("dropped %d times, want %d", c.v.Drops(), c.want)
		}
	}
	chantest.TrySend(t, tx, refused, edo.ErrClosed)
	chantest.RecvFails(t, rx, edo.ErrClosed)
	chantest.Next[*owntest.Handle](t, task, rx, nil, edo.End)
}

func TestDroppedReceiverLetsRequestersKnow(t *testing.T) {
	tx, rx := mpmc.New[*oneshot.Sender[int]](4)
	defer tx.Close()
	reply, answer := oneshot.New[int]()
	chantest.TrySend(t, tx, reply, nil)
	task := edotest.NewTask()
	chantest.Poll(t, task, answer, edo.Pending, nil)
	rx.Drop()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, answer, edo.Ready, edo.ErrClosed)
}

func TestDroppedReceiverDropsEveryMessageAlsoWhenADropPanics(t *testing.T) {
	tx, rx := mpmc.New[*chantest.Clumsy](8)
	defer tx.Close()
	all := make([]chantest.Clumsy, 6)
	for i := range all {
		chantest.TrySend(t, tx, &all[i], nil)
	}
	chantest.Panics(t, rx.Drop)
	rx.Drop()
	for i := range all {
		if n := all[i].Drops(); n != 1 {
			t.Errorf("message %d was dropped %d times", i, n)
		}
	}
}

func TestDroppedReceiverPassesOverNilPointers(t *testing.T) {
	tx, rx := mpmc.New[*owntest.Handle](2)
	defer tx.Close()
	v := owntest.NewHandle(0)
	chantest.TrySend(t, tx, nil, nil)
	chantest.TrySend(t, tx, v, nil)
	tx.SendFuture(nil).Drop()
	rx.Drop()
	if v.Drops() != 1 {
		t.Errorf("dropped %d times", v.Drops())
	}
}

func TestMessageThatClosesItsOwnChannelCanBeDropped(t *testing.T) {
	tx, rx := mpmc.New[edo.Dropper](4)
	chantest.TrySend(t, tx, edo.Dropper(tx), nil)
	rx.Drop()
	if !tx.IsClosed() || tx.StrongCount() != 0 {
		t.Fatalf("the buffered sender was not dropped")
	}
}

func TestClosedCompletesWhenTheReceiverGoes(t *testing.T) {
	for name, end := range map[string]func(*mpmc.Receiver[int]){
		"Close": (*mpmc.Receiver[int]).Close, "Drop": (*mpmc.Receiver[int]).Drop,
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := mpmc.New[int](4)
			defer tx.Close()
			tx2 := tx.Clone()
			defer tx2.Close()
			tx3 := tx.Clone() // of two mock tasks, the last one that polls a handle is woken
			defer tx3.Close()
			chantest.TrySend(t, tx, 1, nil)
			t1, t2, t3, t4 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
			f1, f2, dropped := tx.ClosedFuture(), tx.ClosedFuture(), tx2.ClosedFuture()
			chantest.Poll(t, t1, f1, edo.Pending, nil)
			chantest.Poll(t, t1, f2, edo.Pending, nil)
			chantest.Poll(t, t2, f2, edo.Pending, nil) // polled last by t2
			chantest.Poll(t, t3, dropped, edo.Pending, nil)
			dropped.Drop()
			dropped.Drop()
			pollClosed(t, t3, tx2, edo.Pending)
			pollClosed(t, t4, tx3, edo.Pending)
			pollClosed(t, t4, tx3, edo.Pending)
			end(rx)
			edotest.RequireWoken(t, t1, 1)
			edotest.RequireWoken(t, t2, 1)
			edotest.RequireWoken(t, t3, 1) // each task that has asked
			edotest.RequireWoken(t, t4, 1)
			chantest.Poll(t, t1, f1, edo.Ready, nil)
			chantest.Poll(t, t2, f2, edo.Ready, nil)
			pollClosed(t, t4, tx2, edo.Ready)
			pollClosed(t, t1, tx, edo.Ready)
			chantest.Poll(t, t1, tx.ClosedFuture(), edo.Ready, nil)
			if !tx.IsClosed() || !tx2.IsClosed() {
				t.Fatal("IsClosed() = false")
			}
		})
	}
}

func pollClosed[T any](t *testing.T, task *edotest.Task, tx *mpmc.Sender[T], want edo.Poll) {
	t.Helper()
	task.Enter(func(cx *edo.Context) {
		if p := tx.PollClosed(cx); p != want {
			t.Fatalf("PollClosed = %v, want %v", p, want)
		}
	})
}

func TestClosedHandleWakesThoseWhoWaitThroughIt(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	tx2 := tx.Clone()
	defer tx2.Close()
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	f1, f2 := tx.ClosedFuture(), tx2.ClosedFuture()
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	pollClosed(t, t3, tx, edo.Pending)
	tx.Close()
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	edotest.RequireWoken(t, t3, 1)
	chantest.Poll(t, t1, f1, edo.Ready, nil)
	pollClosed(t, t3, tx, edo.Ready)
	rx.Drop()
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t3, 0)
}

func TestClosedHandleWakesAllThoseThatAreLeftOfWhoWaitedThroughIt(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer rx.Drop()
	tx2 := tx.Clone()
	defer tx2.Close()
	direct := func(tx *mpmc.Sender[int]) edo.Future[edo.Unit] {
		return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) })
	}
	left, aborted := tx.ClosedFuture(), direct(tx)
	all := []struct {
		f    edo.Future[edo.Unit]
		want int
	}{{left, 0}, {tx.ClosedFuture(), 1}, {tx2.ClosedFuture(), 0}, {aborted, 1}, {direct(tx), 1}, {tx.ClosedFuture(), 1}, {direct(tx2), 0}}
	var tasks []*edotest.Task
	for _, w := range all {
		task := edotest.NewTask()
		tasks = append(tasks, task)
		chantest.Poll(t, task, w.f, edo.Pending, nil)
		chantest.Poll(t, task, w.f, edo.Pending, nil) // without effect
	}
	left.Drop()
	left.Drop()
	edo.Drop(aborted)
	chantest.Poll(t, tasks[3], aborted, edo.Ready, edo.ErrCancelled)
	tx.Close()
	for i, w := range all {
		if n := tasks[i].Wakes(); n != w.want {
			t.Errorf("number %d was woken %d times, want %d", i, n, w.want)
		}
		if w.want == 1 && w.f != aborted {
			chantest.Poll(t, tasks[i], w.f, edo.Ready, nil)
		}
	}
}

func TestUsedUpBudgetDoesNotWaitForTheEnd(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	defer tx.Close()
	with, without := edotest.NewTask(), edotest.NewTask()
	faces := []struct {
		f       edo.Future[edo.Unit]
		without *edotest.Task
	}{
		{pollOf[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, tx.PollClosed(cx), nil }), without},
		{tx.ClosedFuture(), without},
		{edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) }), with}, // one task's alone
	}
	pollWithout := func() {
		for i, face := range faces {
			face.without.EnterWithBudget(0, func(cx *edo.Context) {
				if _, p, err := face.f.Poll(cx); p != edo.Pending || err != nil {
					t.Errorf("face %d without budget: %v, %v", i, p, err)
				}
			})
		}
		with.TakeWakes() // by the budget
	}
	for _, face := range faces {
		chantest.Poll(t, with, face.f, edo.Pending, nil)
	}
	pollWithout()
	rx.Close()
	edotest.RequireWoken(t, with, 3) // the task that has polled last with a budget
	pollWithout()
	for _, face := range faces {
		chantest.Poll(t, with, face.f, edo.Ready, nil)
	}
}

func TestCountsAndIdentity(t *testing.T) {
	tx, rx := mpmc.New[int](4)
	other, _ := mpmc.New[int](4)
	defer other.Close()
	tx2 := tx.Clone()
	if tx.StrongCount() != 2 || rx.StrongCount() != 2 {
		t.Fatalf("StrongCount() = %d and %d, want 2", tx.StrongCount(), rx.StrongCount())
	}
	if !tx.SameChannel(tx2) || tx.SameChannel(other) {
		t.Fatal("SameChannel is wrong")
	}
	tx.Close()
	tx2.Close()
	if tx.StrongCount() != 0 || rx.StrongCount() != 0 {
		t.Fatalf("StrongCount() = %d and %d, want 0", tx.StrongCount(), rx.StrongCount())
	}
}
