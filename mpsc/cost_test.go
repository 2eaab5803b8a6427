package mpsc_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
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

func BenchmarkTrySendTryRecv(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	b.ReportAllocs()
	for b.Loop() {
		tx.TrySend(1)
		rx.TryRecv()
	}
}

func BenchmarkTrySendTryRecvInBatchesOf64(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%64 == 0 {
			for range 64 {
				tx.TrySend(1)
			}
		}
		rx.TryRecv()
	}
}

func BenchmarkPollSendPollRecv(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	var f mpsc.SendFuture[int]
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			(*sched.Context)(cx).SetBudget(100)
			f.Reset(tx, 1)
			f.Poll(cx)
			rx.PollNext(cx)
		}
	})
}

func BenchmarkDirectSendRecv(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	b.ReportAllocs()
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for b.Loop() {
			tx.Send(task, 1)
			rx.Recv(task)
		}
		return edo.Unit{}, nil
	})
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for p := edo.Pending; p == edo.Pending; {
			(*sched.Context)(cx).SetBudget(1 << 30)
			_, p, _ = f.Poll(cx)
		}
	})
}

func BenchmarkStepSendRecv(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	b.ReportAllocs()
	stepBenchmark(b, func(task *edo.Task, st *edo.Step) {
		tx.SendStep(task, st, 1)
		rx.RecvStep(task)
	})
}

// BenchmarkStepWaitingSend has every message pass through the line.
func BenchmarkStepWaitingSend(b *testing.B) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	tx.TrySend(0)
	b.ReportAllocs()
	stepBenchmark(b, func(task *edo.Task, st *edo.Step) {
		tx.SendStep(task, st, 1)
		rx.RecvStep(task)
		tx.SendStep(task, st, 1)
	})
}

// stepBenchmark measures fn in the frame of a compiled function.
func stepBenchmark(b *testing.B, fn func(task *edo.Task, st *edo.Step)) {
	if err := edo.Run(func(task *edo.Task) error {
		_, err := tasktest.GoFrame(task, func(task *edo.Task, st *edo.Step) (bool, error) {
			for b.Loop() {
				inside.Task(task).Cx.SetBudget(1 << 20)
				fn(task, st)
			}
			return true, nil
		}).Await(task)
		return err
	}, tasktest.Quiet(tasktest.CurrentThread)); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWaitingSend has every message pass through the line.
func BenchmarkWaitingSend(b *testing.B) {
	tx, rx := mpsc.New[int](1)
	defer tx.Close()
	tx.TrySend(0)
	var f mpsc.SendFuture[int]
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			(*sched.Context)(cx).SetBudget(100)
			f.Reset(tx, 1)
			f.Poll(cx)
			rx.PollNext(cx)
			f.Poll(cx)
		}
	})
}

// BenchmarkSendInALineOf64 has every message pass through the line, and 64 of them be
// received in one poll.
func BenchmarkSendInALineOf64(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	for tx.TrySend(0) == nil {
	}
	var sends [64]mpsc.SendFuture[int]
	sender, receiver := edotest.NewTask(), edotest.NewTask()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%64 != 0 {
			continue
		}
		sender.Enter(func(cx *edo.Context) {
			for i := range sends {
				sends[i].Poll(cx) // that it was accepted, but for the first time
				(*sched.Context)(cx).SetBudget(100)
				sends[i].Reset(tx, i)
				sends[i].Poll(cx)
			}
		})
		receiver.Enter(func(cx *edo.Context) {
			for range sends {
				rx.PollNext(cx)
			}
		})
	}
}

// BenchmarkSendersAndReceiverApart has senders and the receiver contend for the channel,
// each on a processor of its own when there are so many.
func BenchmarkSendersAndReceiverApart(b *testing.B) {
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tx, rx := mpsc.New[int](1024)
			defer tx.Close()
			var stop atomic.Bool
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					for !stop.Load() {
						if tx.TrySend(1) != nil {
							runtime.Gosched()
						}
					}
				})
			}
			b.ReportAllocs()
			for b.Loop() {
				for _, err := rx.TryRecv(); err != nil; _, err = rx.TryRecv() {
					runtime.Gosched()
				}
			}
			stop.Store(true)
			wg.Wait()
		})
	}
}

func BenchmarkRecvManyOf64(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	buf := make([]int, 0, 64)
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for n := 0; b.Loop(); n++ {
			tx.TrySend(1)
			if n%64 == 63 {
				(*sched.Context)(cx).SetBudget(100)
				rx.PollRecvMany(cx, buf, 64)
			}
		}
	})
}

func BenchmarkReserveSendRecv(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	var f mpsc.ReserveFuture[int]
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			(*sched.Context)(cx).SetBudget(100)
			f.Reset(tx)
			permit, _, _ := f.Poll(cx)
			permit.Send(1)
			rx.PollNext(cx)
		}
	})
}

func BenchmarkDowngradeUpgradeClose(b *testing.B) {
	tx, _ := mpsc.New[int](1)
	defer tx.Close()
	b.ReportAllocs()
	for b.Loop() {
		w := tx.Downgrade()
		strong, _ := w.Upgrade()
		strong.Close()
		w.Drop()
	}
}

func BenchmarkCloneClose(b *testing.B) {
	tx, _ := mpsc.New[int](1)
	defer tx.Close()
	b.ReportAllocs()
	for b.Loop() {
		tx.Clone().Close()
	}
}

// BenchmarkCloseAmongManyWatchers closes one of 10,000 handles, each with a PollClosed that
// waits.
func BenchmarkCloseAmongManyWatchers(b *testing.B) {
	tx, _ := mpsc.New[int](1)
	defer tx.Close()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		ask := func() *mpsc.Sender[int] {
			(*sched.Context)(cx).SetBudget(100)
			clone := tx.Clone()
			clone.PollClosed(cx)
			return clone
		}
		for range 10_000 {
			defer ask().Close()
		}
		b.ReportAllocs()
		for b.Loop() {
			ask().Close()
		}
	})
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		tx, _ := mpsc.New[int](1024)
		tx.Close()
	}
}
