package mpsc_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
)

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
