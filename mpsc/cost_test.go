package mpsc_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/mpsc"
)

func TestSendAndReceiveAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](4)
	defer tx.Close()
	var f, g mpsc.SendFuture[int]
	task := edotest.NewTask()
	allocs := func(what string, fn func(cx *edo.Context)) {
		t.Helper()
		task.Enter(func(cx *edo.Context) {
			if n := testing.AllocsPerRun(1000, func() {
				(*sched.Context)(cx).SetBudget(100)
				fn(cx)
			}); n != 0 {
				t.Errorf("%s: %v allocations, want none", what, n)
			}
		})
	}
	allocs("TrySend and TryRecv", func(*edo.Context) {
		tx.TrySend(1)
		rx.TryRecv()
	})
	allocs("a pending receive, a send, a receive", func(cx *edo.Context) {
		rx.PollNext(cx)
		f.Reset(tx, 1)
		f.Poll(cx)
		rx.RecvFuture().Poll(cx)
	})
	for range 4 {
		tx.TrySend(1)
	}
	allocs("a send that waits", func(cx *edo.Context) {
		f.Reset(tx, 1)
		g.Reset(tx, 2)
		f.Poll(cx)
		g.Poll(cx)
		rx.PollNext(cx)
		rx.PollNext(cx)
		f.Poll(cx)
		g.Poll(cx)
	})
}

func TestPermitsAndBatchesAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](4)
	defer tx.Close()
	var one mpsc.ReserveFuture[int]
	var many mpsc.ReserveManyFuture[int]
	buf := make([]int, 0, 8)
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for what, fn := range map[string]func(){
			"reserves, sends and a batch": func() {
				one.Reset(tx)
				many.Reset(tx, 3)
				permit, _, _ := one.Poll(cx)
				permits, _, _ := many.Poll(cx)
				permit.Send(1)
				for range 3 {
					permits.Send(2)
				}
				rx.PollRecvMany(cx, buf, 8)
			},
			"a reserve that waits": func() {
				one.Reset(tx)
				many.Reset(tx, 4)
				permit, _, _ := one.Poll(cx)
				many.Poll(cx)
				permit.Send(1)
				rx.PollRecvMany(cx, buf, 8)
				permits, _, _ := many.Poll(cx)
				permits.Drop()
			},
			"a reserve that is given up": func() {
				one.Reset(tx)
				many.Reset(tx, 4)
				permit, _, _ := one.Poll(cx)
				many.Poll(cx)
				many.Drop()
				permit.Drop()
			},
		} {
			if n := testing.AllocsPerRun(1000, func() {
				(*sched.Context)(cx).SetBudget(100)
				fn()
			}); n != 0 {
				t.Errorf("%s: %v allocations, want none", what, n)
			}
		}
	})
	if tx.Cap() != 4 {
		t.Errorf("Cap() = %d: a reserve was lost", tx.Cap())
	}
	if n := testing.AllocsPerRun(1000, func() { tryReserve(t, tx).Drop() }); n != 1 {
		t.Errorf("TryReserve: %v allocations, want the permit", n)
	}
}

func TestDirectPermitsAndBatchesAllocateNothingElse(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](4)
	defer tx.Close()
	var n float64
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		buf := make([]int, 0, 8)
		n = testing.AllocsPerRun(1000, func() {
			permit, _ := tx.Reserve(task)
			permits, _ := tx.ReserveMany(task, 2)
			permits.Send(1)
			permits.Drop()
			permit.Send(2)
			rx.RecvMany(task, buf, 8)
		})
		return edo.Unit{}, nil
	})
	task := edotest.NewTask()
	for p := edo.Pending; p == edo.Pending; { // it yields when its budget is used up
		_, p, _ = edotest.Poll(task, f)
	}
	if n != 2 {
		t.Errorf("%v allocations, want the two permits", n)
	}
}

func TestDirectStyleAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	var n float64
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		n = testing.AllocsPerRun(1000, func() {
			tx.Send(task, 1)
			rx.Recv(task)
		})
		return edo.Unit{}, nil
	})
	task := edotest.NewTask()
	for p := edo.Pending; p == edo.Pending; { // it yields when its budget is used up
		_, p, _ = edotest.Poll(task, f)
	}
	if n != 0 {
		t.Errorf("Send and Recv: %v allocations, want none", n)
	}

	// Sends that wait: each is resumed by the receive that follows.
	f = edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for {
			if err := tx.Send(task, 1); err != nil {
				return edo.Unit{}, err
			}
		}
	})
	turn := func() {
		edotest.Poll(task, f)
		rx.TryRecv()
	}
	for range 10 {
		turn()
	}
	if n := testing.AllocsPerRun(1000, turn); n != 0 {
		t.Errorf("a Send that waits: %v allocations, want none", n)
	}
	rx.Drop()
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
}

func TestUnboundedChannelThatIsLongAgainAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.NewUnbounded[int]()
	defer tx.Close()
	turn := func() {
		for range 1500 { // more than a segment has
			tx.TrySend(1)
		}
		for range 1500 {
			rx.TryRecv()
		}
	}
	for range 10 {
		turn()
	}
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestWaitingForTheEndAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](1)
	defer rx.Drop()
	handles := []*mpsc.Sender[int]{tx}
	for range 1100 {
		handles = append(handles, tx.Clone())
	}
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for _, tx := range handles {
			if err := tx.Closed(task); err != nil {
				return edo.Unit{}, err
			}
		}
		return edo.Unit{}, nil
	})
	task, open := edotest.NewTask(), handles
	turn := func() {
		edotest.Poll(task, f)
		open[0].Close()
		open = open[1:]
	}
	for range 10 {
		turn()
	}
	if n := testing.AllocsPerRun(1000, turn); n > 1 {
		t.Errorf("Closed: %v allocations, want none beside the waker's place in Close", n)
	}
	for len(open) > 0 {
		turn()
	}
	chantest.Poll(t, task, f, edo.Ready, nil)
}
