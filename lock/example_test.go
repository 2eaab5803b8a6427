package lock_test

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/lock"
)

// A task may hold a Mutex while it waits for something else.
func ExampleMutex() {
	var m lock.Mutex
	balance := 100
	withdraw := func(task *edo.Task, n int) error {
		if err := m.Lock(task); err != nil {
			return err
		}
		defer m.Unlock()
		if balance < n {
			return errors.New("not enough")
		}
		if err := edo.Yield(task); err != nil { // asks the bank
			return err
		}
		balance -= n
		return nil
	}
	err := edo.Run(func(task *edo.Task) error {
		for range 3 {
			edo.Go(task, func(task *edo.Task) error { return withdraw(task, 30) })
		}
		return nil
	})
	fmt.Println(balance, err)
	// Output: 10 <nil>
}

// A child task owns the lock that it shall hold: the lock is unlocked however the child ends,
// also if the child never runs.
func ExampleMutex_Guard() {
	var m lock.Mutex
	edo.Run(func(task *edo.Task) error {
		if err := m.Lock(task); err != nil {
			return err
		}
		child := edo.Go(task, func(*edo.Task) error { return nil }, edo.Owns(m.Guard()))
		child.Abort()
		if err := m.Lock(task); err != nil { // waits for the end of the child
			return err
		}
		fmt.Println("locked again")
		m.Unlock()
		return nil
	})
	// Output: locked again
}

// For combinators a guard is a value like others: to drop it unlocks.
func ExampleMutex_LockFuture() {
	var m lock.Mutex
	n := 0
	increment := future.Map(m.LockFuture(), func(g *lock.Guard) int {
		defer g.Unlock()
		n++
		return n
	})
	fmt.Println(edo.RunFuture(increment))
	// Output: 1 <nil>
}

// Readers share the lock. A writer may turn into a reader when it has written.
func ExampleRWMutex() {
	var m lock.RWMutex
	edo.Run(func(task *edo.Task) error {
		if err := m.Lock(task); err != nil {
			return err
		}
		fmt.Println("write; another reader:", m.TryRLock())
		m.Downgrade()
		fmt.Println("read; another reader:", m.TryRLock())
		m.RUnlock()
		m.RUnlock()
		return nil
	})
	// Output:
	// write; another reader: false
	// read; another reader: true
}

// At most two of the five tasks hold a permit at a time.
func ExampleSemaphore() {
	s := lock.NewSemaphore(2)
	inside, most := 0, 0
	edo.Run(func(task *edo.Task) error {
		for range 5 {
			edo.Go(task, func(task *edo.Task) error {
				if err := s.Acquire(task, 1); err != nil {
					return err
				}
				defer s.Release(1)
				inside++
				most = max(most, inside)
				defer func() { inside-- }()
				return edo.Yield(task)
			})
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	fmt.Println(most, "at most,", s.Available(), "permits back")
	// Output: 2 at most, 2 permits back
}

// A server acquires a permit before it accepts a connection, and the task of the connection
// owns the permit.
func ExampleSemaphore_Own() {
	s := lock.NewSemaphore(3)
	edo.Run(func(task *edo.Task) error {
		for i := range 10 {
			if err := s.Acquire(task, 1); err != nil {
				return err
			}
			serve := func(*edo.Task) error {
				if i == 5 {
					return errors.New("broken connection")
				}
				return nil
			}
			edo.Go(task, serve, edo.Owns(s.Own(1)))
		}
		return nil
	}, edo.WithConfig(edo.Config{OnError: func(error) {}}))
	fmt.Println(s.Available(), "permits back")
	// Output: 3 permits back
}

// Several tasks may take values from a queue: each append notifies one of them, or the next
// task that waits.
func ExampleNotify() {
	var n lock.Notify
	var queue []string
	edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			for len(queue) < 2 {
				if err := n.Wait(task); err != nil {
					return err
				}
			}
			fmt.Println(queue)
			return nil
		})
		for _, v := range []string{"one", "two"} {
			queue = append(queue, v)
			n.NotifyOne()
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output: [one two]
}

// A task that waits for a condition makes the future first and checks the condition then: so
// it misses no notification in between.
func ExampleNotify_WaitFuture() {
	var changed lock.Notify
	ready := false
	edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			for {
				f := changed.WaitFuture()
				if ready {
					fmt.Println("ready")
					return nil
				}
				_, err := edo.Await(task, f)
				f.Drop() // Await does not drop it
				if err != nil {
					return err
				}
			}
		})
		ready = true
		changed.NotifyAll()
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output: ready
}

// All tasks finish the first step before a task begins the second.
func ExampleBarrier() {
	b := lock.NewBarrier(3)
	edo.Run(func(task *edo.Task) error {
		for range 3 {
			edo.Go(task, func(task *edo.Task) error {
				fmt.Println("first step")
				leader, err := b.Wait(task)
				if err != nil {
					return err
				}
				if leader {
					fmt.Println("all have done the first step")
				}
				return nil
			})
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// first step
	// first step
	// first step
	// all have done the first step
}

// The first task that needs the connection makes it; the others wait for it.
func ExampleOnce() {
	var conn lock.Once[string]
	dial := func(task *edo.Task) (string, error) {
		fmt.Println("dials")
		return "connection", edo.Yield(task)
	}
	edo.Run(func(task *edo.Task) error {
		for range 3 {
			edo.Go(task, func(task *edo.Task) error {
				c, err := conn.GetOrInit(task, dial)
				fmt.Println(c, err)
				return err
			})
		}
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	// Output:
	// dials
	// connection <nil>
	// connection <nil>
	// connection <nil>
}

// The initialiser may be a future. After one that fails, the next one tries.
func ExampleOnce_GetOrInitFuture() {
	var o lock.Once[int]
	fails := o.GetOrInitFuture(func() edo.Future[int] { return future.Fail[int](errors.New("no luck")) })
	works := o.GetOrInitFuture(func() edo.Future[int] { return future.Ready(42) })
	fmt.Println(edo.RunFuture(fails))
	fmt.Println(edo.RunFuture(works))
	fmt.Println(o.Get())
	// Output:
	// 0 no luck
	// 42 <nil>
	// 42 true
}
