package watch_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/watch"
)

// pollChanged is PollChanged as a future.
type pollChanged struct{ rx *watch.Receiver[int] }

func (f pollChanged) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	p, err := f.rx.PollChanged(cx)
	return edo.Unit{}, p, err
}

// changedDirect returns a future that waits in Changed, in direct style.
func changedDirect(rx *watch.Receiver[int]) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, rx.Changed(task) })
}

// changedForms are the three forms of the wait for a change.
var changedForms = []struct {
	name   string
	future func(rx *watch.Receiver[int]) edo.Future[edo.Unit]
}{
	{"poll", func(rx *watch.Receiver[int]) edo.Future[edo.Unit] { return pollChanged{rx} }},
	{"direct", changedDirect},
	{"future", func(rx *watch.Receiver[int]) edo.Future[edo.Unit] { return rx.ChangedFuture() }},
}

func TestFirstValueCountsAsSeen(t *testing.T) {
	tx, rx := watch.New(1)
	defer tx.Close()
	requireValue(t, rx, 1)
	requireChanged(t, rx, false, nil)
	edotest.RequireNextPending(t, edotest.NewTask(), rx)
	for _, c := range changedForms {
		edotest.RequirePending(t, edotest.NewTask(), c.future(tx.Subscribe()))
	}
}

func TestChangedReturnsAtOnceForAnUnseenValueAndMarksIt(t *testing.T) {
	for _, c := range changedForms {
		t.Run(c.name, func(t *testing.T) {
			tx, rx := watch.New(0)
			task := edotest.NewTask()
			send(t, tx, 1, nil)
			send(t, tx, 2, nil)
			edotest.RequireReady(t, task, c.future(rx))
			requireChanged(t, rx, false, nil)
			requireValue(t, rx, 2)
			f := c.future(rx)
			edotest.RequirePending(t, task, f) // one Changed was for both values
			edotest.RequirePending(t, task, f) // a poll without a wake
			send(t, tx, 3, nil)
			edotest.RequireWoken(t, task, 1)
			edotest.RequireReady(t, task, f)
		})
	}
}

func TestChangedIsClosedOnlyWithoutSendersAndWithNothingUnseen(t *testing.T) {
	for _, c := range changedForms {
		t.Run(c.name, func(t *testing.T) {
			tx, rx := watch.New(0)
			tx2 := tx.Clone()
			task := edotest.NewTask()
			f := c.future(rx)
			edotest.RequirePending(t, task, f)
			tx.Close()
			edotest.RequireWoken(t, task, 0) // there is another sender
			send(t, tx2, 1, nil)
			edotest.RequireWoken(t, task, 1)
			tx2.Close()
			requireChanged(t, rx, true, nil)
			edotest.RequireReady(t, task, f) // closed, and a value is unseen
			for range 2 {
				edotest.RequireError(t, task, c.future(rx), edo.ErrClosed)
				requireChanged(t, rx, false, edo.ErrClosed)
			}
			requireValue(t, rx, 1) // the last value stays
			edotest.RequireWoken(t, task, 0)
		})
	}
}

func TestCloseOfTheLastSenderWakesTheTasksThatWait(t *testing.T) {
	for _, c := range changedForms {
		t.Run(c.name, func(t *testing.T) {
			tx, rx := watch.New(0)
			task, f := edotest.NewTask(), c.future(rx)
			edotest.RequirePending(t, task, f)
			tx.Drop()
			edotest.RequireWoken(t, task, 1)
			edotest.RequireError(t, task, f, edo.ErrClosed)
		})
	}
}

func TestBorrowDoesNotMarkAndBorrowAndUpdateDoes(t *testing.T) {
	tx, rx := watch.New(0)
	send(t, tx, 1, nil)
	requireValue(t, rx, 1)
	requireChanged(t, rx, true, nil)
	if v := rx.BorrowAndUpdate(); v != 1 {
		t.Fatalf("BorrowAndUpdate() = %d", v)
	}
	requireChanged(t, rx, false, nil)
	edotest.RequirePending(t, edotest.NewTask(), rx.ChangedFuture())
}

func TestMarkChangedAndMarkUnchanged(t *testing.T) {
	tx, rx := watch.New(7)
	task := edotest.NewTask()
	rx.MarkChanged()
	rx.MarkChanged()
	requireChanged(t, rx, true, nil)
	if v := edotest.RequireNext(t, task, rx); v != 7 { // the stream begins with the current value
		t.Fatalf("got %d", v)
	}
	edotest.RequireNextPending(t, task, rx)
	send(t, tx, 8, nil)
	rx.MarkUnchanged()
	requireChanged(t, rx, false, nil)
	edotest.RequireNextPending(t, task, rx)
	tx.Close()
	rx.MarkChanged()
	edotest.RequireReady(t, task, rx.ChangedFuture())
	edotest.RequireError(t, task, rx.ChangedFuture(), edo.ErrClosed)
}

func TestCloneHasSeenTheSameAsItsOriginalAndSubscribeTheCurrentValue(t *testing.T) {
	tx, rx := watch.New(0)
	send(t, tx, 1, nil)
	clone, fresh := rx.Clone(), tx.Subscribe()
	requireChanged(t, clone, true, nil)
	requireChanged(t, fresh, false, nil)
	edotest.RequireReady(t, edotest.NewTask(), clone.ChangedFuture())
	requireChanged(t, clone, false, nil)
	requireChanged(t, rx, true, nil) // the original does not notice the clone
	if n := tx.ReceiverCount(); n != 3 {
		t.Fatalf("ReceiverCount() = %d", n)
	}
}

func TestReceiverIsAStreamOfValuesThatItHasNotSeen(t *testing.T) {
	tx, rx := watch.New(0)
	task := edotest.NewTask()
	edotest.RequireNextPending(t, task, rx)
	for i := 1; i <= 3; i++ {
		send(t, tx, i, nil)
		edotest.RequireWoken(t, task, 1)
		if v := edotest.RequireNext(t, task, rx); v != i {
			t.Fatalf("got %d, want %d", v, i)
		}
		edotest.RequireNextPending(t, task, rx)
	}
	send(t, tx, 4, nil)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	if v := edotest.RequireNext(t, task, rx); v != 4 {
		t.Fatalf("got %d, want 4", v)
	}
	for range 2 {
		edotest.RequireEnd(t, task, rx)
	}
}

func TestClosedReceiverFailsAndTheOthersGoOn(t *testing.T) {
	tx, rx1 := watch.New(0)
	rx2 := rx1.Clone()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	edotest.RequirePending(t, t1, rx1.ChangedFuture())
	edotest.RequirePending(t, t2, rx2.ChangedFuture())
	rx1.Close()
	rx1.Close()
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	edotest.RequireError(t, t1, rx1.ChangedFuture(), edo.ErrClosed)
	edotest.RequireEnd(t, t1, rx1)
	requireChanged(t, rx1.Clone(), false, edo.ErrClosed)
	if n := tx.ReceiverCount(); n != 1 {
		t.Fatalf("ReceiverCount() = %d, want 1", n)
	}
	send(t, tx, 1, nil)
	requireChanged(t, rx1, false, edo.ErrClosed)
	requireValue(t, rx1, 1) // a closed receiver may still Borrow
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireReady(t, t2, rx2.ChangedFuture())
	edotest.RequirePending(t, t2, rx2.ChangedFuture())
	rx2.Drop()
	rx2.Drop()
	send(t, tx, 2, edo.ErrClosed)
	tx.SendReplace(2)
	edotest.RequireWoken(t, t2, 0) // dropped: it is not woken
	check(t, tx)
}

func TestOnlyTheTaskThatPolledAReceiverLastIsWoken(t *testing.T) {
	tx, rx := watch.New(0)
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	edotest.RequirePending(t, t1, rx.ChangedFuture())
	edotest.RequireNextPending(t, t2, rx)
	send(t, tx, 1, nil)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}

func TestCancelledWaitMarksNothingAsSeen(t *testing.T) {
	tx, rx := watch.New(0)
	task := edotest.NewTask()
	for i, f := range []edo.Future[edo.Unit]{
		changedDirect(rx),
		edo.Async(func(task *edo.Task) (u edo.Unit, err error) {
			_, err = rx.WaitFor(task, func(v int) bool { return v < 0 })
			return u, err
		}),
	} {
		edotest.RequirePending(t, task, f)
		send(t, tx, 1+i, nil)
		edo.Drop(f)
		edotest.RequireError(t, task, f, edo.ErrCancelled)
		requireChanged(t, rx, true, nil)
		rx.MarkUnchanged()
	}
	for _, drop := range []func() error{
		func() error {
			f := rx.ChangedFuture()
			edotest.RequirePending(t, task, f)
			send(t, tx, 5, nil)
			edo.Drop(f)
			return nil
		},
		func() error {
			f := rx.WaitForFuture(func(v int) bool { return v < 0 })
			edotest.RequirePending(t, task, f)
			send(t, tx, 6, nil)
			edo.Drop(f)
			return nil
		},
	} {
		drop()
		requireChanged(t, rx, true, nil)
		rx.MarkUnchanged()
	}
}

func TestPollWithoutBudgetSeesNothing(t *testing.T) {
	tx, rx := watch.New(0)
	send(t, tx, 1, nil)
	task := edotest.NewTask()
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if p, _ := rx.PollChanged(cx); p != edo.Pending {
			t.Fatalf("PollChanged = %v", p)
		}
		if _, p, _ := rx.PollNext(cx); p != edo.Pending {
			t.Fatalf("PollNext = %v", p)
		}
		if _, p, _ := rx.PollWaitFor(cx, func(int) bool { t.Error("the predicate was called"); return true }); p != edo.Pending {
			t.Fatalf("PollWaitFor = %v", p)
		}
		if p := tx.PollClosed(cx); p != edo.Pending {
			t.Fatalf("PollClosed = %v", p)
		}
	})
	edotest.RequireWoken(t, task, 1) // by the budget
	requireChanged(t, rx, true, nil)
	send(t, tx, 2, nil)
	edotest.RequireWoken(t, task, 0)
}

func TestWaitForThatAlwaysHasAValueGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	tx, rx := watch.New(0)
	task := edotest.NewTask()
	calls := 0
	f := rx.WaitForFuture(func(v int) bool {
		calls++
		send(t, tx, v+1, nil) // so that there is always a value to try
		return false
	})
	edotest.RequirePending(t, task, f)
	edotest.RequireWoken(t, task, 1)
	if calls != 128 {
		t.Fatalf("%d calls, want the budget of 128", calls)
	}
	requireChanged(t, rx, true, nil) // the value that the predicate was not called with is unseen
}

func TestErrorsMatchOneKind(t *testing.T) {
	tx, rx := watch.New(0)
	tx.Close()
	_, err := rx.HasChanged()
	if !errors.Is(err, edo.ErrClosed) || errors.Is(err, edo.ErrEmpty) || err.Error() != "watch: no change can come without senders" {
		t.Fatalf("%v", err)
	}
}
