package mpsc_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
)

// crowded returns a full channel of 0, 1, …, and n senders in line, of which each has
// the next value.
func crowded(t *testing.T, capacity, n int) (*mpsc.Sender[int], *mpsc.Receiver[int], []*edotest.Task, []*mpsc.SendFuture[int]) {
	tx, rx := mpsc.New[int](capacity)
	for range capacity { // so that there is memory for all of them in one piece
		chantest.TrySend(t, tx, 0, nil)
	}
	for range capacity {
		chantest.Recv(t, rx, 0)
	}
	for i := range capacity {
		chantest.TrySend(t, tx, i, nil)
	}
	tasks, sends := make([]*edotest.Task, n), make([]*mpsc.SendFuture[int], n)
	for i := range n {
		tasks[i], sends[i] = edotest.NewTask(), tx.SendFuture(capacity+i)
		chantest.Poll(t, tasks[i], sends[i], edo.Pending, nil)
	}
	return tx, rx, tasks, sends
}

// nextIn receives v inside a poll.
func nextIn(t *testing.T, cx *edo.Context, rx *mpsc.Receiver[int], want int) {
	t.Helper()
	if v, p, err := rx.PollNext(cx); v != want || p != edo.Ready || err != nil {
		t.Fatalf("PollNext = %d, %v, %v, want %d", v, p, err, want)
	}
}

func woken(tasks []*edotest.Task) (n int) {
	for _, task := range tasks {
		n += task.Wakes()
	}
	return n
}

func TestPollThatReceivesManyServesTheLineAtItsEnd(t *testing.T) {
	tx, rx, tasks, sends := crowded(t, 16, 5)
	defer tx.Close()
	first := edotest.NewTask()
	first.Enter(func(cx *edo.Context) {
		nextIn(t, cx, rx, 0) // sees the messages in the channel, and serves the line
		for i := range 3 {
			nextIn(t, cx, rx, 1+i)
		}
		if n := woken(tasks); n != 1 {
			t.Errorf("%d senders were woken inside the poll, want the first", n)
		}
		if n := rx.Len(); n != 16-3 {
			t.Errorf("Len() = %d: a message whose slot is owed to the line counts as received", n)
		}
		chantest.TrySend(t, tx, -1, edo.ErrFull) // it would overtake the line
		if _, err := tx.TryReserve(); err == nil {
			t.Error("TryReserve has overtaken the line")
		}
	})
	if n := woken(tasks); n != 4 {
		t.Errorf("%d senders were woken after the poll, want one for each message", n)
	}
	edotest.RequireWoken(t, tasks[4], 0)
	check(t, rx)
	for i := range 4 {
		chantest.Poll(t, tasks[i], sends[i], edo.Ready, nil)
	}
	for i := range 12 + 5 {
		chantest.Recv(t, rx, 4+i)
	}
	chantest.Poll(t, tasks[4], sends[4], edo.Ready, nil)
}

func TestNoMoreThanAQuarterOfTheCapacityIsDeferred(t *testing.T) {
	for _, capacity := range []int{1, 3, 4, 16, 256, 1024} {
		most := min(capacity/4, 64)
		tx, rx, tasks, _ := crowded(t, capacity, 100)
		edotest.NewTask().Enter(func(cx *edo.Context) {
			for i := range min(capacity, 100) {
				nextIn(t, cx, rx, i)
				if owed := i + 1 - woken(tasks); owed > most {
					t.Fatalf("capacity %d: %d messages received, and %d senders not served", capacity, i+1, owed)
				}
			}
		})
		check(t, rx)
		tx.Close()
	}
}

func TestSenderThatGetsInLineDuringADeferralIsServed(t *testing.T) {
	tx, rx := mpsc.New[int](16)
	defer tx.Close()
	for i := range 16 {
		chantest.TrySend(t, tx, i, nil)
	}
	task, f := edotest.NewTask(), tx.SendFuture(20)
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for i := range 3 {
			nextIn(t, cx, rx, i)
		}
		for i := range 3 {
			chantest.TrySend(t, tx, 16+i, nil) // the room is there, as without a deferral
		}
		chantest.Poll(t, task, f, edo.Pending, nil)
		nextIn(t, cx, rx, 3)
	})
	edotest.RequireWoken(t, task, 1)
	check(t, rx)
}

func TestOutsideOfAPollNothingIsDeferred(t *testing.T) {
	tx, rx, tasks, _ := crowded(t, 16, 5)
	defer tx.Close()
	p := chantest.NewGoroutineTask()
	chantest.Recv(t, rx, 0)
	nextIn(t, p.Context(), rx, 1) // no other goroutine settles for it
	chantest.Recv(t, rx, 2)
	chantest.Recv(t, rx, 3)
	if n := woken(tasks); n != 4 {
		t.Errorf("%d senders were woken, want one for each message", n)
	}
	check(t, rx)
}

func TestPollOwesOneChannelOnly(t *testing.T) {
	tx1, rx1, tasks1, _ := crowded(t, 16, 8)
	defer tx1.Close()
	tx2, rx2, tasks2, _ := crowded(t, 16, 8)
	defer tx2.Close()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for i := range 3 {
			nextIn(t, cx, rx1, i)
			nextIn(t, cx, rx2, i)
		}
		if a, b := woken(tasks1), woken(tasks2); a != 1 || b != 3 {
			t.Errorf("woken %d and %d, want 1 and 3", a, b)
		}
	})
	if a, b := woken(tasks1), woken(tasks2); a != 3 || b != 3 {
		t.Errorf("woken %d and %d in the end, want 3 and 3", a, b)
	}
	check(t, rx1)
	check(t, rx2)
}

func TestPermitThatIsSentDuringADeferralFits(t *testing.T) {
	tx, rx := mpsc.New[int](16)
	defer tx.Close()
	permit := tryReserve(t, tx)
	for i := range 15 {
		chantest.TrySend(t, tx, i, nil)
	}
	task, f := edotest.NewTask(), tx.SendFuture(16)
	chantest.Poll(t, task, f, edo.Pending, nil)
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for i := range 4 {
			nextIn(t, cx, rx, i)
		}
		if err := permit.Send(15); err != nil {
			t.Error(err)
		}
	})
	check(t, rx)
	for i := range 11 {
		chantest.Recv(t, rx, 4+i)
	}
}

// senders has n tasks send one message each to a full channel, and returns when they
// are in line.
func senders(task *edo.Task, tx *mpsc.Sender[int], n int) []*edo.JoinHandle[edo.Unit] {
	var all []*edo.JoinHandle[edo.Unit]
	for tx.TrySend(0) == nil {
	}
	for range n {
		tx := tx.Clone()
		all = append(all, edo.Go(task, func(task *edo.Task) error {
			defer tx.Close()
			return tx.Send(task, 1)
		}))
	}
	for range 20 * n {
		edo.Yield(task)
	}
	return all
}

func TestReceiverThatWaitsForSomethingElseOwesNothing(t *testing.T) {
	for _, workers := range []int{1, 2} {
		err := edo.Run(func(task *edo.Task) error {
			for range 100 {
				tx, rx := mpsc.New[int](64)
				answer, asked := oneshot.New[int]()
				for tx.TrySend(0) == nil {
				}
				edo.Go(task, func(task *edo.Task) error {
					defer tx.Close()
					for range 8 {
						if err := tx.Send(task, 1); err != nil {
							return err
						}
					}
					return answer.Send(1)
				})
				edo.Yield(task)
				for range 8 {
					if _, err := rx.Recv(task); err != nil {
						return err
					}
				}
				if _, err := asked.Recv(task); err != nil {
					return err
				}
				rx.Drop()
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReceiverThatBlocksInAPollDoesNotHoldUpTheLine(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](64)
		defer rx.Drop()
		defer tx.Close()
		sent := make(chan error, 4)
		for tx.TrySend(0) == nil {
		}
		for range cap(sent) {
			edo.Go(task, func(task *edo.Task) error {
				sent <- tx.Send(task, 1)
				return nil
			})
		}
		edo.Yield(task) // until they are in line
		for range cap(sent) {
			if _, err := rx.Recv(task); err != nil {
				return err
			}
		}
		for range cap(sent) {
			if err := <-sent; err != nil { // blocks the worker
				return err
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestReceiverThatPanicsInAPollOwesNothing(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpsc.New[int](64)
		defer rx.Drop()
		all := senders(task, tx, 8)
		tx.Close()
		h := edo.Go(task, func(task *edo.Task) error {
			for range 8 {
				if _, err := rx.Recv(task); err != nil {
					return err
				}
			}
			panic("on purpose")
		})
		if _, err := h.Await(task); err == nil {
			t.Error("no panic")
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{Workers: 1}))
	if err != nil {
		t.Fatal(err)
	}
}
