package edo_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpsc"
)

func TestATurnOfASelectAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := mpsc.New[int](4)
	tx2, rx2 := mpsc.New[int](4)
	defer tx.Close()
	defer tx2.Close()
	sum := 0
	add := func(v int, err error) error { sum += v; return err }
	sel := edo.NewSelect(edo.On(rx, add), edo.On(rx2, add).If(func() bool { return sum >= 0 }))
	edotest.NewTask().Enter(func(cx *edo.Context) {
		if n := testing.AllocsPerRun(1000, func() {
			cx.Internal(internal.Key{}).SetBudget(100)
			sel.PollNext(cx) // pending
			tx2.TrySend(1)
			sel.PollNext(cx)
		}); n != 0 {
			t.Errorf("a turn in a poll is %v allocations", n)
		}
	})
	var n float64
	err := edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			for tx.Send(task, 1) == nil {
			}
			return nil
		})
		n = testing.AllocsPerRun(1000, func() { sel.Next(task) })
		rx.Drop()
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil || n != 0 {
		t.Errorf("a turn in direct style is %v allocations, %v", n, err)
	}
}

// A turn of a Select of two channels of which one always has a message.
func BenchmarkSelectReady(b *testing.B) {
	b.ReportAllocs()
	tx, rx := mpsc.New[int](1024)
	tx2, rx2 := mpsc.New[int](1)
	defer tx.Close()
	defer tx2.Close()
	edo.Run(func(task *edo.Task) error {
		sum := 0
		add := func(v int, err error) error { sum += v; return err }
		sel := edo.NewSelect(edo.On(rx, add), edo.On(rx2, add))
		for b.Loop() {
			tx.TrySend(1)
			if err := sel.Next(task); err != nil {
				b.Fatal(err)
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
}

// The same with channels of Go.
func BenchmarkGoSelectReady(b *testing.B) {
	b.ReportAllocs()
	c, c2 := make(chan int, 1024), make(chan int, 1)
	sum := 0
	for b.Loop() {
		c <- 1
		select {
		case v := <-c:
			sum += v
		case v := <-c2:
			sum += v
		}
	}
}

// What the channel alone costs.
func BenchmarkTrySendAndRecv(b *testing.B) {
	tx, rx := mpsc.New[int](1024)
	defer tx.Close()
	edo.Run(func(task *edo.Task) error {
		for b.Loop() {
			tx.TrySend(1)
			rx.Recv(task)
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
}

// Two producers that wait for their turn, with a Select that waits for them.
func BenchmarkSelectWaits(b *testing.B) {
	b.ReportAllocs()
	edo.Run(func(task *edo.Task) error {
		var branches []edo.Branch
		n := 0
		for range 2 {
			tx, rx := mpsc.New[int](1)
			edo.Go(task, func(task *edo.Task) error {
				for tx.Send(task, 1) == nil {
				}
				return nil
			})
			defer rx.Drop()
			branches = append(branches, edo.On(rx, func(int, error) error { n++; return nil }))
		}
		sel := edo.NewSelect(branches...)
		for b.Loop() {
			if err := sel.Next(task); err != nil {
				b.Fatal(err)
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
}

func BenchmarkGoSelectWaits(b *testing.B) {
	b.ReportAllocs()
	c, c2, stop := make(chan int, 1), make(chan int, 1), make(chan int)
	for _, c := range []chan int{c, c2} {
		go func() {
			for {
				select {
				case c <- 1:
				case <-stop:
					return
				}
			}
		}()
	}
	for b.Loop() {
		select {
		case <-c:
		case <-c2:
		}
	}
	close(stop)
}

func BenchmarkRand(b *testing.B) {
	edo.Run(func(task *edo.Task) error {
		_, err := edo.Await(task, edo.Future[uint32](pollFunc[uint32](func(cx *edo.Context) (x uint32, _ edo.Poll, _ error) {
			in := cx.Internal(internal.Key{})
			for b.Loop() {
				x += in.Rand()
			}
			return x, edo.Ready, nil
		})))
		return err
	})
}
