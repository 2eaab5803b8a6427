package broadcast_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

func TestSendAndReceiveAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	rx2 := tx.Subscribe()
	task := edotest.NewTask()
	allocs := func(what string, fn func(cx *edo.Context)) {
		t.Helper()
		task.Enter(func(cx *edo.Context) {
			turn := func() {
				(*sched.Context)(cx).SetBudget(100)
				fn(cx)
			}
			for range 10 { // until the ring and the sets are large enough
				turn()
			}
			if n := testing.AllocsPerRun(1000, turn); n != 0 {
				t.Errorf("%s: %v allocations, want none", what, n)
			}
		})
	}
	allocs("Send and TryRecv", func(*edo.Context) {
		tx.Send(1)
		rx.TryRecv()
		rx2.TryRecv()
	})
	allocs("pending receives, a send, receives", func(cx *edo.Context) {
		rx.PollNext(cx)
		rx2.RecvFuture().Poll(cx)
		tx.SendBy(cx, 1)
		rx.RecvFuture().Poll(cx)
		rx2.PollRecv(cx)
	})
	allocs("a pending PollClosed", func(cx *edo.Context) { tx.PollClosed(cx) })
	var many []*broadcast.Receiver[int]
	for range 100 {
		many = append(many, tx.Subscribe())
	}
	allocs("a hundred receivers that wait", func(cx *edo.Context) {
		for _, rx := range many {
			(*sched.Context)(cx).SetBudget(100)
			rx.PollNext(cx)
		}
		tx.Send(1)
		rx.TryRecv()
		rx2.TryRecv()
		for _, rx := range many {
			rx.TryRecv()
		}
	})
	allocs("overwriting", func(cx *edo.Context) { tx.Send(1) })
}

func TestDirectStyleAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := broadcast.New[int](4)
	defer tx.Close()
	f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for {
			if _, err := rx.Recv(task); err != nil {
				return edo.Unit{}, err
			}
		}
	})
	task := edotest.NewTask()
	turn := func() {
		edotest.Poll(task, f)
		tx.Send(1)
	}
	for range 10 {
		turn()
	}
	if n := testing.AllocsPerRun(1000, turn); n != 0 {
		t.Errorf("a Recv that waits: %v allocations, want none", n)
	}
	rx.Close()
	edotest.RequireError(t, task, f, edo.ErrClosed)

	f = edo.Async(func(task *edo.Task) (edo.Unit, error) {
		for {
			if err := tx.Closed(task); err != nil {
				return edo.Unit{}, err
			}
			rx = tx.Subscribe() // the one allocation
		}
	})
	turn = func() {
		edotest.Poll(task, f)
		rx.Drop()
	}
	for range 10 {
		turn()
	}
	if n := testing.AllocsPerRun(1000, turn); n > 1 {
		t.Errorf("Closed: %v allocations", n)
	}
	edotest.Poll(task, f)
	tx.Close()
	edo.Drop(f)
	edotest.Poll(task, f)
}

// slice is a form in plain Go: a Go channel for each receiver.
type slice struct {
	mu  sync.Mutex
	chs []chan int
}

func (s *slice) send(v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.chs {
		select {
		case ch <- v:
		default: // a receiver that is too slow misses the value, and does not learn of it
		}
	}
}

func (s *slice) close() {
	for _, ch := range s.chs {
		close(ch)
	}
}

// condition is another form in plain Go: a ring with a mutex and a condition.
type condition struct {
	mu   sync.Mutex
	cond sync.Cond
	ring [1024]int
	tail int
}

func newCondition() *condition {
	c := &condition{}
	c.cond.L = &c.mu
	return c
}

func (c *condition) send(v int) {
	c.mu.Lock()
	c.ring[c.tail%len(c.ring)] = v
	c.tail++
	c.mu.Unlock()
	c.cond.Broadcast()
}

func (c *condition) recv(next *int) int {
	c.mu.Lock()
	for *next == c.tail {
		c.cond.Wait()
	}
	v := c.ring[*next%len(c.ring)]
	c.mu.Unlock()
	*next++
	return v
}

// BenchmarkSendAndReceive is one send, and a receive by each receiver, without waiting.
func BenchmarkSendAndReceive(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("edo/%d", n), func(b *testing.B) {
			tx, rx := broadcast.New[int](1024)
			rxs := []*broadcast.Receiver[int]{rx}
			for len(rxs) < n {
				rxs = append(rxs, tx.Subscribe())
			}
			b.ReportAllocs()
			for b.Loop() {
				tx.Send(1)
				for _, rx := range rxs {
					rx.TryRecv()
				}
			}
		})
		b.Run(fmt.Sprintf("slice/%d", n), func(b *testing.B) {
			s := &slice{}
			for range n {
				s.chs = append(s.chs, make(chan int, 1024))
			}
			for b.Loop() {
				s.send(1)
				for _, ch := range s.chs {
					<-ch
				}
			}
		})
		b.Run(fmt.Sprintf("cond/%d", n), func(b *testing.B) {
			c, next := newCondition(), make([]int, n)
			for b.Loop() {
				c.send(1)
				for i := range next {
					c.recv(&next[i])
				}
			}
		})
	}
}

// BenchmarkWakeReceivers is one send to receivers that all wait, until the last of them has
// received and has woken the sender.
func BenchmarkWakeReceivers(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("edo/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			err := edo.Run(func(task *edo.Task) error {
				tx, rx := broadcast.New[int](16)
				rx.Drop()
				lastReceived, done := broadcast.New[int](1)
				var left atomic.Int64
				for range n {
					edo.Spawn(task, &counter{rx: tx.Subscribe(), left: &left, tx: lastReceived})
				}
				if err := edo.Yield(task); err != nil {
					return err
				}
				for b.Loop() {
					left.Store(int64(n))
					tx.Send(1)
					if _, err := done.Recv(task); err != nil {
						return err
					}
				}
				tx.Close()
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
		b.Run(fmt.Sprintf("slice/%d", n), func(b *testing.B) {
			s := &slice{}
			defer s.close()
			chantest.BenchmarkGoroutines(b, n, func(received func()) {
				ch := make(chan int, 16)
				s.chs = append(s.chs, ch)
				go func() {
					for range ch {
						received()
					}
				}()
			}, func() { s.send(1) })
		})
		b.Run(fmt.Sprintf("cond/%d", n), func(b *testing.B) {
			c := newCondition()
			defer c.send(0)
			chantest.BenchmarkGoroutines(b, n, func(received func()) {
				go func() {
					for next := 0; c.recv(&next) != 0; {
						received()
					}
				}()
			}, func() { c.send(1) })
		})
	}
}

// counter receives. The counter that counts left down to 0 sends to tx.
type counter struct {
	rx   *broadcast.Receiver[int]
	left *atomic.Int64
	tx   *broadcast.Sender[int]
}

func (c *counter) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		switch v, p, _ := c.rx.PollNext(cx); {
		case p == edo.Pending:
			return edo.Unit{}, edo.Pending, nil
		case p == edo.End:
			return edo.Unit{}, edo.Ready, nil
		case c.left.Add(-1) == 0:
			c.tx.SendBy(cx, v)
		}
	}
}

func BenchmarkCloneClose(b *testing.B) {
	tx, _ := broadcast.New[int](1)
	b.ReportAllocs()
	for b.Loop() {
		tx.Clone().Close()
	}
}

func BenchmarkSubscribeDrop(b *testing.B) {
	tx, _ := broadcast.New[int](1024)
	for range 1000 {
		tx.Send(1)
	}
	b.ReportAllocs()
	for b.Loop() {
		tx.Subscribe().Drop()
	}
}
