package watch_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/watch"
)

func TestSendAndSeeAllocateNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	tx, rx := watch.New(0)
	defer tx.Close()
	task := edotest.NewTask()
	allocs := func(what string, fn func(cx *edo.Context)) {
		t.Helper()
		task.Enter(func(cx *edo.Context) {
			turn := func() {
				(*sched.Context)(cx).SetBudget(100)
				fn(cx)
			}
			for range 10 { // until the sets are large enough
				turn()
			}
			if n := testing.AllocsPerRun(1000, turn); n != 0 {
				t.Errorf("%s: %v allocations, want none", what, n)
			}
		})
	}
	allocs("what does not wait", func(*edo.Context) {
		tx.Send(1)
		tx.SendReplace(2)
		tx.SendModify(func(v *int) { *v++ })
		tx.SendIfModified(func(v *int) bool { return *v == 3 })
		rx.HasChanged()
		rx.Borrow()
		rx.BorrowAndUpdate()
	})
	allocs("waits that are woken", func(cx *edo.Context) {
		rx.PollChanged(cx)
		tx.SendBy(cx, 1)
		rx.ChangedFuture().Poll(cx)
		rx.PollNext(cx)
		tx.Send(2)
		rx.PollWaitFor(cx, func(v int) bool { return v == 2 })
	})
	allocs("a pending PollClosed", func(cx *edo.Context) { tx.PollClosed(cx) })
	var many []*watch.Receiver[int]
	for range 100 {
		many = append(many, tx.Subscribe())
	}
	allocs("a hundred receivers that wait", func(cx *edo.Context) {
		for _, rx := range many {
			(*sched.Context)(cx).SetBudget(100)
			rx.PollChanged(cx)
			rx.PollChanged(cx)
		}
		tx.Send(1)
	})
}

func TestDirectStyleAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	for name, wait := range map[string]func(task *edo.Task, rx *watch.Receiver[int]) error{
		"Changed": func(task *edo.Task, rx *watch.Receiver[int]) error { return rx.Changed(task) },
		"WaitFor": func(task *edo.Task, rx *watch.Receiver[int]) error {
			_, err := rx.WaitFor(task, func(v int) bool { return v < 0 })
			return err
		},
	} {
		tx, rx := watch.New(0)
		f := edo.Async(func(task *edo.Task) (edo.Unit, error) {
			for {
				if err := wait(task, rx); err != nil {
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
			t.Errorf("a %s that waits: %v allocations, want none", name, n)
		}
		tx.Close()
		edotest.Poll(task, f)
		edotest.Poll(task, f)
	}
}

// condition is a form in plain Go: a value, a version, a mutex, and a condition.
type condition struct {
	mu      sync.Mutex
	cond    sync.Cond
	value   int
	version int
}

func newCondition() *condition {
	c := &condition{}
	c.cond.L = &c.mu
	return c
}

func (c *condition) send(v int) {
	c.mu.Lock()
	c.value = v
	c.version++
	c.mu.Unlock()
	c.cond.Broadcast()
}

func (c *condition) wait(seen *int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for *seen == c.version {
		c.cond.Wait()
	}
	*seen = c.version
	return c.value
}

// slice is another form in plain Go: a Go channel of length 1 for each receiver, where a send
// replaces the value.
type slice struct {
	mu  sync.Mutex
	chs []chan int
}

func (s *slice) send(v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.chs {
		select {
		case <-ch:
		default:
		}
		ch <- v
	}
}

func (s *slice) close() {
	for _, ch := range s.chs {
		close(ch)
	}
}

// BenchmarkSendAndSee is one send, and a read by each receiver, without waiting.
func BenchmarkSendAndSee(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("edo/%d", n), func(b *testing.B) {
			tx, rx := watch.New(0)
			rxs := []*watch.Receiver[int]{rx}
			for len(rxs) < n {
				rxs = append(rxs, tx.Subscribe())
			}
			b.ReportAllocs()
			for b.Loop() {
				tx.Send(1)
				for _, rx := range rxs {
					rx.BorrowAndUpdate()
				}
			}
		})
		b.Run(fmt.Sprintf("cond/%d", n), func(b *testing.B) {
			c, seen := newCondition(), make([]int, n)
			for b.Loop() {
				c.send(1)
				for i := range seen {
					c.wait(&seen[i])
				}
			}
		})
		b.Run(fmt.Sprintf("slice/%d", n), func(b *testing.B) {
			s := &slice{}
			for range n {
				s.chs = append(s.chs, make(chan int, 1))
			}
			for b.Loop() {
				s.send(1)
				for _, ch := range s.chs {
					<-ch
				}
			}
		})
	}
}

// BenchmarkWakeReceivers is one send to receivers that all wait, until the last of them has
// seen the value and has woken the sender.
func BenchmarkWakeReceivers(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("edo/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			err := edo.Run(func(task *edo.Task) error {
				tx, rx := watch.New(0)
				rx.Drop()
				lastSeen, done := watch.New(0)
				var left atomic.Int64
				for range n {
					edo.Spawn(task, &counter{rx: tx.Subscribe(), left: &left, tx: lastSeen})
				}
				if err := edo.Yield(task); err != nil {
					return err
				}
				for b.Loop() {
					left.Store(int64(n))
					tx.Send(1)
					if err := done.Changed(task); err != nil {
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
		b.Run(fmt.Sprintf("cond/%d", n), func(b *testing.B) {
			c := newCondition()
			defer c.send(0)
			chantest.BenchmarkGoroutines(b, n, func(received func()) {
				go func() {
					for seen := 0; c.wait(&seen) != 0; {
						received()
					}
				}()
			}, func() { c.send(1) })
		})
		b.Run(fmt.Sprintf("slice/%d", n), func(b *testing.B) {
			s := &slice{}
			defer s.close()
			chantest.BenchmarkGoroutines(b, n, func(received func()) {
				ch := make(chan int, 1)
				s.chs = append(s.chs, ch)
				go func() {
					for range ch {
						received()
					}
				}()
			}, func() { s.send(1) })
		})
	}
}

// counter sees values. The counter that counts left down to 0 sends to tx.
type counter struct {
	rx   *watch.Receiver[int]
	left *atomic.Int64
	tx   *watch.Sender[int]
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

func BenchmarkSendModify(b *testing.B) {
	tx, _ := watch.New(0)
	b.ReportAllocs()
	for b.Loop() {
		tx.SendModify(func(v *int) { *v++ })
	}
}
