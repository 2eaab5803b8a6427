package oneshot_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/oneshot"
)

func TestRecvWaitsForTheValue(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task := edotest.NewTask()
	f := edo.Async(rx.Recv)
	polled(t, task, f, 0, edo.Pending, nil)
	tx.Send(7)
	edotest.RequireWoken(t, task, 1)
	polled(t, task, f, 7, edo.Ready, nil)
}

func TestCancelledRecvLeavesTheValue(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task := edotest.NewTask()
	f := edo.Async(rx.Recv)
	polled(t, task, f, 0, edo.Pending, nil)
	tx.Send(7)
	edo.Drop(f) // cancels it
	polled(t, task, f, 0, edo.Ready, edo.ErrCancelled)
	if v, err := rx.TryRecv(); v != 7 || err != nil {
		t.Fatalf("TryRecv() = %v, %v, want 7", v, err)
	}
}

func TestClosedWaitsForTheReceiverToGo(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task := edotest.NewTask()
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) })
	polled(t, task, f, edo.Unit{}, edo.Pending, nil)
	rx.Drop()
	edotest.RequireWoken(t, task, 1)
	polled(t, task, f, edo.Unit{}, edo.Ready, nil)
}

func TestCancelledClosedLeavesTheSender(t *testing.T) {
	tx, rx := oneshot.New[int]()
	task := edotest.NewTask()
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) })
	polled(t, task, f, edo.Unit{}, edo.Pending, nil)
	edo.Drop(f) // cancels it
	polled(t, task, f, edo.Unit{}, edo.Ready, edo.ErrCancelled)
	if tx.IsClosed() {
		t.Fatal("IsClosed() = true after a Closed that was cancelled")
	}
	if err := tx.Send(7); err != nil {
		t.Fatal(err)
	}
	polled(t, task, rx, 7, edo.Ready, nil)
}

func TestCancelledRecvLeavesTheReceiverToOthers(t *testing.T) {
	tx, rx := oneshot.New[int]()
	first, second := edotest.NewTask(), edotest.NewTask()
	f := edo.Async(rx.Recv)
	polled(t, first, f, 0, edo.Pending, nil)
	edo.Drop(f)
	polled(t, first, f, 0, edo.Ready, edo.ErrCancelled)
	first.TakeWakes()
	if rx.Terminated() || tx.IsClosed() {
		t.Fatal("a Recv that was cancelled has ended the receiver")
	}
	polled(t, second, rx, 0, edo.Pending, nil)
	tx.Send(7)
	edotest.RequireWoken(t, first, 0)
	edotest.RequireWoken(t, second, 1)
	polled(t, second, rx, 7, edo.Ready, nil)
}

func TestTasksAnswerEachOther(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		for i := range 1000 {
			tx, rx := oneshot.New[int]()
			edo.Go(task, func(*edo.Task) error { return tx.Send(i) })
			if v, err := rx.Recv(task); v != i || err != nil {
				return errors.Join(errors.New("wrong answer"), err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
