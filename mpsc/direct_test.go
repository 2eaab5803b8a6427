package mpsc_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpsc"
)

func send(tx *mpsc.Sender[int], v int) edo.Future[edo.Unit] {
	return edo.Async(func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Send(task, v) })
}

func TestDirectSendWaitsInLine(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	chantest.Poll(t, t1, send(tx, 1), edo.Ready, nil)
	f1, f2 := send(tx, 2), send(tx, 3)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	chantest.TrySend(t, tx, -1, edo.ErrFull)
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 0)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	chantest.Poll(t, t1, f1, edo.Ready, nil)
	chantest.Recv(t, rx, 2)
	edotest.RequireWoken(t, t2, 1)
	chantest.Poll(t, t2, f2, edo.Ready, nil)
	chantest.Recv(t, rx, 3)
}

func TestCancelledDirectSendLeavesTheLine(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	chantest.TrySend(t, tx, 1, nil)
	f1, f2 := send(tx, 2), send(tx, 3)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	edo.Drop(f1) // cancels it
	chantest.Poll(t, t1, f1, edo.Ready, edo.ErrCancelled)
	t1.TakeWakes()
	chantest.Recv(t, rx, 1)
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	chantest.Recv(t, rx, 3)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
	chantest.Poll(t, t2, f2, edo.Ready, nil)
}

func TestDirectSendThatWasAcceptedWhenCancelledWasSent(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	task := edotest.NewTask()
	chantest.TrySend(t, tx, 1, nil)
	f := send(tx, 2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.Recv(t, rx, 1) // accepts it
	edo.Drop(f)
	chantest.Poll(t, task, f, edo.Ready, nil)
	chantest.Recv(t, rx, 2)
	chantest.RecvFails(t, rx, edo.ErrEmpty)
}

func TestDirectSendInLineIsRefusedByClose(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	task := edotest.NewTask()
	chantest.TrySend(t, tx, 1, nil)
	f := send(tx, 2)
	chantest.Poll(t, task, f, edo.Pending, nil)
	rx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
	chantest.Poll(t, task, send(tx, 3), edo.Ready, edo.ErrClosed)
}

func TestDirectSendGivesWayWhenTheBudgetIsUsedUp(t *testing.T) {
	tx, rx := mpsc.NewUnbounded[int]()
	defer tx.Close()
	task := edotest.NewTask()
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for i := range 1000 {
			if err := tx.Send(task, i); err != nil {
				return edo.Unit{}, err
			}
		}
		return edo.Unit{}, nil
	})
	chantest.Poll(t, task, f, edo.Pending, nil)
	edotest.RequireWoken(t, task, 1)
	if n := rx.Len(); n != 128 {
		t.Fatalf("%d messages in one poll, want the budget of 128", n)
	}
	for p := edo.Pending; p == edo.Pending; {
		_, p, _ = edotest.Poll(task, f)
	}
	for i := range 1000 {
		chantest.Recv(t, rx, i)
	}
}

func TestDirectRecvWaitsForTheNextMessage(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	task := edotest.NewTask()
	f := edo.Async(rx.Recv)
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.TrySend(t, tx, 7, nil)
	edotest.RequireWoken(t, task, 1)
	if v, p, err := edotest.Poll(task, f); v != 7 || p != edo.Ready || err != nil {
		t.Fatalf("Recv = %v, %v, %v", v, p, err)
	}
	f = edo.Async(rx.Recv)
	chantest.Poll(t, task, f, edo.Pending, nil)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
}

func TestCancelledDirectRecvLosesNothing(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	task := edotest.NewTask()
	f := edo.Async(rx.Recv)
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.TrySend(t, tx, 7, nil)
	edo.Drop(f)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrCancelled)
	chantest.Recv(t, rx, 7)
}

func TestDirectClosedWaitsForTheReceiverToGo(t *testing.T) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	closed := func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, tx.Closed(task) }
	t1, t2 := edotest.NewTask(), edotest.NewTask()
	f1, f2 := edo.Async(closed), edo.Async(closed)
	chantest.Poll(t, t1, f1, edo.Pending, nil)
	chantest.Poll(t, t2, f2, edo.Pending, nil)
	edo.Drop(f1)
	chantest.Poll(t, t1, f1, edo.Ready, edo.ErrCancelled)
	t1.TakeWakes()
	rx.Drop()
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	chantest.Poll(t, t2, f2, edo.Ready, nil)
	chantest.Poll(t, t1, edo.Async(closed), edo.Ready, nil)
}

func TestTasksSendToOneReceiver(t *testing.T) {
	for _, workers := range []int{1, 4} {
		for _, capacity := range []int{1, 16, 1024} {
			t.Run(fmt.Sprintf("%d workers, capacity %d", workers, capacity), func(t *testing.T) {
				const senders, each = 16, 500
				sum := 0
				err := edo.Run(func(task *edo.Task) error {
					tx, rx := mpsc.New[int](capacity)
					for range senders {
						tx := tx.Clone()
						edo.Go(task, func(task *edo.Task) error {
							defer tx.Close()
							for i := range each {
								if err := tx.Send(task, i); err != nil {
									return err
								}
							}
							return nil
						}, edo.Owns(tx))
					}
					tx.Close()
					for {
						v, err := rx.Recv(task)
						if errors.Is(err, edo.ErrClosed) {
							return nil
						} else if err != nil {
							return err
						}
						sum += v
					}
				}, edo.WithConfig(edo.Config{Workers: workers}))
				if want := senders * each * (each - 1) / 2; err != nil || sum != want {
					t.Fatalf("Run = %v, sum %d, want %d", err, sum, want)
				}
			})
		}
	}
}

func TestAbortedSendersLetTheOthersThrough(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()
		if err := tx.Send(task, 0); err != nil {
			return err
		}
		var handles []*edo.JoinHandle[edo.Unit]
		for i := range 10 {
			handles = append(handles, edo.Go(task, func(task *edo.Task) error { return tx.Send(task, i) }))
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		for i, h := range handles {
			if i%2 == 0 {
				h.Abort()
				if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
					return fmt.Errorf("aborted sender %d ended with %v", i, err)
				}
			}
		}
		for _, want := range []int{0, 1, 3, 5, 7, 9} {
			if v, err := rx.Recv(task); v != want || err != nil {
				return fmt.Errorf("received %d, %v, want %d", v, err, want)
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil {
		t.Fatal(err)
	}
}
