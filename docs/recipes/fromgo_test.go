package recipes

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// sumInGo is a small pipeline with goroutines.
func sumInGo(ctx context.Context) (sum int, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	numbers := make(chan int, 8)
	failed := make(chan error, 1)
	go func() {
		defer close(numbers)
		for i := range 10 {
			select {
			case numbers <- i:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
		failed <- nil
	}()
	for n := range numbers {
		sum += n
	}
	return sum, <-failed
}

// sumInEdo is the same with tasks.
func sumInEdo(task *edo.Task) (sum int, err error) {
	err = scope.Run(task, func(s *scope.Scope) error {
		tx, rx := mpsc.New[int](8)
		edo.Go(s, func(task *edo.Task) error {
			for i := range 10 {
				if err := tx.Send(task, i); err != nil {
					return err
				}
			}
			return nil
		}, edo.Owns(tx))
		for n, err := range stream.All(task, rx) {
			if err != nil {
				return err
			}
			sum += n
		}
		return task.Err()
	}, scope.Timeout(time.Minute))
	return sum, err
}

func Example_fromGo() {
	fmt.Println(sumInGo(context.Background()))
	sim.Run(1, func(task *edo.Task) error {
		fmt.Println(sumInEdo(task))
		return nil
	})
	// Output:
	// 45 <nil>
	// 45 <nil>
}

// counterInGo waits with a condition, and cannot be cancelled while it does.
type counterInGo struct {
	mu   sync.Mutex
	some *sync.Cond
	n    int
}

func (c *counterInGo) take() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.n == 0 {
		c.some.Wait()
	}
	c.n--
}

// counter is the same for tasks.
type counter struct {
	mu   sync.Mutex // held for an instant, and never while a task waits
	some lock.Notify
	n    int
}

func (c *counter) take(task *edo.Task) error {
	for {
		waiting := c.some.WaitFuture() // from here on no NotifyAll is missed
		if c.tryTake() {
			waiting.Drop()
			return nil
		}
		_, err := edo.Await(task, waiting)
		waiting.Drop()
		if err != nil {
			return err
		}
	}
}

func (c *counter) tryTake() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == 0 {
		return false
	}
	c.n--
	return true
}

func (c *counter) put() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.some.NotifyAll()
}

func Example_condition() {
	g := &counterInGo{n: 1}
	g.some = sync.NewCond(&g.mu)
	g.take()
	err := sim.Run(1, func(task *edo.Task) error {
		var c counter
		for range 3 {
			edo.Go(task, func(task *edo.Task) error { return c.take(task) })
		}
		for range 3 {
			timer.Sleep(task, time.Second)
			c.put()
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// <nil>
}

func Example_selectWithDefaultAndTimeout() {
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		defer tx.Close()

		v, err := rx.TryRecv() // select { case v := <-c: … default: … }
		fmt.Println(v, errors.Is(err, edo.ErrEmpty))

		err = tx.TrySend(1) // select { case c <- 1: … default: … }
		fmt.Println(err)
		fmt.Println(errors.Is(tx.TrySend(2), edo.ErrFull))

		v, err = rx.RecvTimeout(task, time.Second) // case <-time.After(time.Second)
		fmt.Println(v, err)
		_, err = rx.RecvTimeout(task, time.Second)
		fmt.Println(errors.Is(err, context.DeadlineExceeded))
		return nil
	})
	fmt.Println(err)
	// Output:
	// 0 true
	// <nil>
	// true
	// 1 <nil>
	// true
	// <nil>
}

func Example_panicOfATask() {
	err := edo.Run(func(task *edo.Task) error {
		h := edo.GoValue(task, func(*edo.Task) (int, error) {
			panic("no such key")
		}, edo.Name("counts"))
		_, err := h.Await(task)
		var p *edo.PanicError
		fmt.Println(errors.As(err, &p), p.Task, p.Value)
		return nil
	})
	fmt.Println(err)
	// Output:
	// true counts no such key
	// <nil>
}
