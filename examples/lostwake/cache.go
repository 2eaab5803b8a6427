package main

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// cache is filled once.
type cache struct {
	filled bool
	ready  lock.Notify // notified when it is
}

// fill answers requests until there is no client any more.
func (c *cache) fill(task *edo.Task, requests *mpsc.Receiver[int]) error {
	for {
		if _, err := requests.Recv(task); err != nil {
			return nil // all clients have ended
		}
		if c.filled {
			continue
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		c.filled = true
		c.ready.NotifyAll()
	}
}

// A get waits until the cache is filled.
type get func(c *cache, task *edo.Task, requests *mpsc.Sender[int]) error

// buggy misses a notification that comes while it sends.
func buggy(c *cache, task *edo.Task, requests *mpsc.Sender[int]) error {
	if c.filled {
		return nil
	}
	if err := requests.Send(task, 1); err != nil {
		return err
	}
	return c.ready.Wait(task)
}

// fixed is among the waiters before it checks.
func fixed(c *cache, task *edo.Task, requests *mpsc.Sender[int]) error {
	notified := c.ready.WaitFuture()
	defer notified.Drop()
	if c.filled {
		return nil
	}
	if err := requests.Send(task, 1); err != nil {
		return err
	}
	_, err := edo.Await(task, notified)
	return err
}

// run has three clients get.
func run(task *edo.Task, wait get) error {
	c := &cache{}
	tx, rx := mpsc.New[int](1)
	return scope.Run(task, func(s *scope.Scope) error {
		defer tx.Close()
		edo.Go(s, func(task *edo.Task) error { return c.fill(task, rx) }, edo.Owns(rx), edo.Name("filler"))
		for i := range 3 {
			tx := tx.Clone()
			edo.Go(s, func(task *edo.Task) error {
				if err := edo.Yield(task); err != nil {
					return err
				}
				return wait(c, task, tx)
			}, edo.Owns(tx), edo.Name(fmt.Sprintf("client %d", i)))
		}
		return nil
	})
}
