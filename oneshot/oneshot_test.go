package oneshot_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/oneshot"
)

var (
	_ edo.Future[int] = (*oneshot.Receiver[int])(nil)
	_ edo.Leaf        = (*oneshot.Receiver[int])(nil)
	_ edo.Dropper     = (*oneshot.Receiver[int])(nil)
	_ edo.Dropper     = (*oneshot.Sender[int])(nil)
)

// polled polls f by task and fails the test when that does not give want.
func polled[T comparable](t *testing.T, task *edotest.Task, f edo.Future[T], want T, wantP edo.Poll, wantErr error) {
	t.Helper()
	v, p, err := edotest.Poll(task, f)
	if v != want || p != wantP || !errors.Is(err, wantErr) {
		t.Fatalf("Poll = %v, %v, %v, want %v, %v, %v", v, p, err, want, wantP, wantErr)
	}
}

func pollClosed[T any](t *testing.T, task *edotest.Task, tx *oneshot.Sender[T], want edo.Poll) {
	t.Helper()
	task.Enter(func(cx *edo.Context) {
		if p := tx.PollClosed(cx); p != want {
			t.Fatalf("PollClosed = %v, want %v", p, want)
		}
	})
}

func TestSendWakesThePendingReceiver(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task := edotest.NewTask()
	polled(t, task, rx, 0, edo.Pending, nil)
	edotest.RequireWoken(t, task, 0)
	if err := tx.Send(7); err != nil {
		t.Fatal(err)
	}
	edotest.RequireWoken(t, task, 1)
	polled(t, task, rx, 7, edo.Ready, nil)
}

func TestSendByWakesThePendingReceiver(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task, sender := edotest.NewTask(), edotest.NewTask()
	polled(t, task, rx, 0, edo.Pending, nil)
	sender.Enter(func(cx *edo.Context) {
		if err := tx.SendBy(cx, 7); err != nil {
			t.Fatal(err)
		}
	})
	edotest.RequireWoken(t, task, 1)
	edotest.RequireWoken(t, sender, 0)
	polled(t, task, rx, 7, edo.Ready, nil)
}

func TestValueSentBeforeTheReceiverAsksIsDelivered(t *testing.T) {
	tx, rx := oneshot.New[int]()
	if err := tx.Send(7); err != nil {
		t.Fatal(err)
	}
	task := edotest.NewTask()
	polled(t, task, rx, 7, edo.Ready, nil)
	edotest.RequireWoken(t, task, 0)
}

func TestEveryAskAfterTheValueIsClosed(t *testing.T) {
	tx, rx := oneshot.New[int]()
	tx.Send(7)
	if v, err := rx.TryRecv(); v != 7 || err != nil {
		t.Fatalf("TryRecv() = %v, %v", v, err)
	}
	for range 2 {
		polled(t, edotest.NewTask(), rx, 0, edo.Ready, edo.ErrClosed)
		if v, err := rx.TryRecv(); v != 0 || !errors.Is(err, edo.ErrClosed) {
			t.Fatalf("TryRecv() = %v, %v, want ErrClosed", v, err)
		}
	}
}

func TestSendAfterTheReceiverHasGoneIsRefused(t *testing.T) {
	for name, end := range map[string]func(*oneshot.Receiver[*owntest.Handle]){
		"Close": (*oneshot.Receiver[*owntest.Handle]).Close, "Drop": (*oneshot.Receiver[*owntest.Handle]).Drop,
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[*owntest.Handle]()
			end(rx)
			end(rx)
			v := owntest.NewHandle(0)
			if !tx.IsClosed() {
				t.Error("IsClosed() = false")
			}
			if err := tx.Send(v); !errors.Is(err, edo.ErrClosed) {
				t.Errorf("Send = %v, want ErrClosed", err)
			}
			rx.Drop()
			if v.Drops() != 0 {
				t.Error("the value that was refused is the caller's, and was dropped")
			}
			polled(t, edotest.NewTask(), rx, nil, edo.Ready, edo.ErrClosed)
		})
	}
}

func TestSecondSendIsRefused(t *testing.T) {
	tx, rx := oneshot.New[int]()
	tx.Send(1)
	if err := tx.Send(2); !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("Send = %v, want ErrClosed", err)
	}
	tx.Close() // nothing is left to close
	polled(t, edotest.NewTask(), rx, 1, edo.Ready, nil)
}

func TestSenderThatGoesUnsentWakesTheReceiver(t *testing.T) {
	for name, end := range map[string]func(*oneshot.Sender[int]){
		"Close": (*oneshot.Sender[int]).Close, "Drop": (*oneshot.Sender[int]).Drop,
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[int]()
			task := edotest.NewTask()
			polled(t, task, rx, 0, edo.Pending, nil)
			end(tx)
			edotest.RequireWoken(t, task, 1)
			end(tx)
			edotest.RequireWoken(t, task, 0)
			polled(t, task, rx, 0, edo.Ready, edo.ErrClosed)
			if err := tx.Send(1); !errors.Is(err, edo.ErrClosed) {
				t.Fatalf("Send = %v, want ErrClosed", err)
			}
		})
	}
}

func TestValueSentBeforeCloseCanStillBeReceived(t *testing.T) {
	tx, rx := oneshot.New[int]()
	tx.Send(7)
	rx.Close()
	if v, err := rx.TryRecv(); v != 7 || err != nil {
		t.Fatalf("TryRecv() = %v, %v, want 7", v, err)
	}
	if _, err := rx.TryRecv(); !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("TryRecv() = %v, want ErrClosed", err)
	}
}

func TestClosedCompletesWhenTheReceiverGoes(t *testing.T) {
	for name, end := range map[string]func(*oneshot.Receiver[int]){
		"Close": (*oneshot.Receiver[int]).Close, "Drop": (*oneshot.Receiver[int]).Drop,
	} {
		t.Run(name, func(t *testing.T) {
			tx, rx := oneshot.New[int]()
			t1, t2 := edotest.NewTask(), edotest.NewTask()
			polled(t, t1, tx.ClosedFuture(), edo.Unit{}, edo.Pending, nil)
			pollClosed(t, t2, tx, edo.Pending)
			if tx.IsClosed() {
				t.Fatal("IsClosed() = true while the receiver lives")
			}
			end(rx)
			edotest.RequireWoken(t, t1, 0) // t2 has polled last
			edotest.RequireWoken(t, t2, 1)
			pollClosed(t, t2, tx, edo.Ready)
			polled(t, t1, tx.ClosedFuture(), edo.Unit{}, edo.Ready, nil)
			if !tx.IsClosed() {
				t.Fatal("IsClosed() = false")
			}
		})
	}
}

func TestClosedCompletesWhenNothingIsLeftToSend(t *testing.T) {
	tx, _ := oneshot.New[int]()
	task := edotest.NewTask()
	pollClosed(t, task, tx, edo.Pending)
	tx.Send(1)
	edotest.RequireWoken(t, task, 1)
	pollClosed(t, task, tx, edo.Ready)

	tx, _ = oneshot.New[int]()
	pollClosed(t, task, tx, edo.Pending)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	pollClosed(t, task, tx, edo.Ready)
}

func TestDroppedClosedFutureLeavesTheSender(t *testing.T) {
	tx, rx := oneshot.New[int]()
	edo.Drop(tx.ClosedFuture())
	if err := tx.Send(1); err != nil {
		t.Fatal(err)
	}
	polled(t, edotest.NewTask(), rx, 1, edo.Ready, nil)
}

func TestCloseWakesAReceiverThatWaitsElsewhere(t *testing.T) {
	_, rx := oneshot.New[int]()
	task := edotest.NewTask()
	polled(t, task, rx, 0, edo.Pending, nil)
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	polled(t, task, rx, 0, edo.Ready, edo.ErrClosed)
}

func TestDroppedReceiverWakesOnlyTheSender(t *testing.T) {
	tx, rx := oneshot.New[int]()
	receiver, sender := edotest.NewTask(), edotest.NewTask()
	polled(t, receiver, rx, 0, edo.Pending, nil)
	pollClosed(t, sender, tx, edo.Pending)
	rx.Drop()
	edotest.RequireWoken(t, receiver, 0)
	edotest.RequireWoken(t, sender, 1)
}

func TestEmptyIsNotClosed(t *testing.T) {
	tx, rx := oneshot.New[int]()
	_, err := rx.TryRecv()
	if !errors.Is(err, edo.ErrEmpty) || errors.Is(err, edo.ErrClosed) {
		t.Fatalf("TryRecv() = %v, want ErrEmpty", err)
	}
	tx.Close()
	_, err = rx.TryRecv()
	if errors.Is(err, edo.ErrEmpty) || !errors.Is(err, edo.ErrClosed) {
		t.Fatalf("TryRecv() = %v, want ErrClosed", err)
	}
}

func TestOnlyTheTaskThatPolledLastIsWoken(t *testing.T) {
	tx, rx := oneshot.New[int]()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	polled(t, t1, rx, 0, edo.Pending, nil)
	polled(t, t1, rx, 0, edo.Pending, nil)
	polled(t, t2, rx, 0, edo.Pending, nil)
	tx.Send(1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
}

func TestTerminatedOnlyOnceSomethingWasRead(t *testing.T) {
	tx, rx := oneshot.New[int]()
	if rx.Terminated() {
		t.Fatal("Terminated() = true on a fresh receiver")
	}
	tx.Send(1)
	if rx.Terminated() {
		t.Fatal("Terminated() = true with a value unread")
	}
	polled(t, edotest.NewTask(), rx, 1, edo.Ready, nil)
	if !rx.Terminated() {
		t.Fatal("Terminated() = false after the value was read")
	}

	tx, rx = oneshot.New[int]()
	tx.Close()
	if rx.Terminated() {
		t.Fatal("Terminated() = true with the error unread")
	}
	rx.TryRecv()
	if !rx.Terminated() {
		t.Fatal("Terminated() = false after the error was read")
	}
}

func TestUnreadValueIsDroppedOnce(t *testing.T) {
	tx, rx := oneshot.New[*owntest.Handle]()
	v := owntest.NewHandle(0)
	tx.Send(v)
	rx.Close()
	if v.Drops() != 0 {
		t.Fatal("Close dropped the value: it can still be received")
	}
	rx.Drop()
	rx.Drop()
	if v.Drops() != 1 {
		t.Fatalf("dropped %d times, want once", v.Drops())
	}

	tx, rx = oneshot.New[*owntest.Handle]()
	v = owntest.NewHandle(0)
	tx.Send(v)
	rx.TryRecv()
	rx.Drop()
	if v.Drops() != 0 {
		t.Fatal("a value that was received is not the receiver's, and was dropped")
	}
}

func TestUnreadNilPointerIsNotDropped(t *testing.T) {
	tx, rx := oneshot.New[*owntest.Handle]()
	tx.Send(nil)
	rx.Drop() // does not call a method of nil
}

func TestUsedUpBudgetReceivesNothing(t *testing.T) {
	tx, rx := oneshot.New[int]()
	tx.Send(1)
	task := edotest.NewTask()
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, p, _ := rx.Poll(cx); p != edo.Pending {
			t.Fatalf("Poll = %v without budget", p)
		}
		if p := tx.PollClosed(cx); p != edo.Pending {
			t.Fatalf("PollClosed = %v without budget", p)
		}
	})
	edotest.RequireWoken(t, task, 1) // by the budget
	polled(t, task, rx, 1, edo.Ready, nil)
}
