package selector_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
)

// A turn of a Select of two channels, one of which always has a message.
func BenchmarkSelectReady(b *testing.B) {
	b.ReportAllocs()
	tx, rx := mpsc.New[int](1024)
	tx2, rx2 := mpsc.New[int](1)
	defer tx.Close()
	defer tx2.Close()
	edo.Run(func(task *edo.Task) error {
		sum := 0
		add := func(v int, err error) error { sum += v; return err }
		sel := selector.New(selector.On(rx, add), selector.On(rx2, add))
		for b.Loop() {
			tx.TrySend(1)
			if err := sel.Next(task); err != nil {
				b.Fatal(err)
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
}

// The same with Go's channels and select statement.
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

// The cost of the channel alone.
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

// Two producers that wait for room, and a Select that waits for their messages.
func BenchmarkSelectWaits(b *testing.B) {
	b.ReportAllocs()
	edo.Run(func(task *edo.Task) error {
		var branches []selector.Branch
		n := 0
		for range 2 {
			tx, rx := mpsc.New[int](1)
			edo.Go(task, func(task *edo.Task) error {
				for tx.Send(task, 1) == nil {
				}
				return nil
			})
			defer rx.Drop()
			branches = append(branches, selector.On(rx, func(int, error) error { n++; return nil }))
		}
		sel := selector.New(branches...)
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
		_, err := edo.Await(task, edo.Future[uint32](tasktest.PollFunc[uint32](func(cx *edo.Context) (x uint32, _ edo.Poll, _ error) {
			in := (*sched.Context)(cx)
			for b.Loop() {
				x += in.Rand()
			}
			return x, edo.Ready, nil
		})))
		return err
	})
}
