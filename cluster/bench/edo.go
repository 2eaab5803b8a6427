package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/scope"
)

// edoBed is what package cluster has.
type edoBed struct {
	runtime *edo.Runtime
	queue   [2]*cluster.Queue[string] // of each pass: the questions of the one before may still be at the broker
	space   *lease.Space
	conn    *cluster.Conn
	serves  bool // it offers the function
}

// openEdo starts a runtime, at the first call, connects, and makes the queue.
func (b *bed) openEdo() (*edoBed, error) {
	e := &b.edo
	if e.runtime != nil {
		return e, nil
	}
	return e, without(func() (err error) {
		if e.runtime, err = edo.New(edo.Config{}); err != nil {
			return err
		}
		b.close = append(b.close, func() { e.runtime.Shutdown(context.Background()) })
		return b.inTask(func(task *edo.Task) error {
			conn, err := b.connectEdo(task)
			if err != nil {
				return err
			}
			e.conn = conn
			b.close = append(b.close, conn.Drop)
			for pass := range e.queue {
				config := cluster.QueueConfig{Patience: patience}
				if e.queue[pass], err = cluster.NewQueue[string](task, conn, fmt.Sprint("bench", pass), config); err != nil {
					return err
				}
			}
			e.space, err = lease.NewSpace(task, conn, "bench", lease.Config{})
			return err
		})
	})
}

// connectEdo connects to the broker, in the process or beside.
func (b *bed) connectEdo(task *edo.Task) (*cluster.Conn, error) {
	if b.address != "" {
		return (&cluster.Client{Token: token}).Connect(task, b.url())
	}
	return cluster.Open(task, b.folder)
}

// inTask runs fn in a task, and waits for its end.
func (b *bed) inTask(fn func(task *edo.Task) error) error {
	return edo.Block(b.edo.runtime, context.Background(), fn)
}

// edoPublish publishes by so many tasks, in direct style or as futures.
func edoPublish(tasks int, isFuture bool) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		e, err := b.openEdo()
		if err != nil {
			return err
		}
		queue := e.queue[b.pass]
		if isFuture {
			return inFutures(b, tasks, n, func(i int) edo.Future[cluster.Receipt] { return queue.PublishFuture(payload, b.id(i)) })
		}
		return inTasks(b, tasks, n, func(task *edo.Task, i int) error {
			_, err := queue.Publish(task, payload, b.id(i))
			return err
		})
	}
}

// id is that of job i of a pass.
func (b *bed) id(i int) cluster.PublishOption { return cluster.ID(fmt.Sprint(b.pass, "/", i)) }

// inTasks does n operations by so many tasks in direct style.
func inTasks(b *bed, tasks, n int, do func(task *edo.Task, i int) error) error {
	var next atomic.Int64
	return b.inTask(func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			for range tasks {
				edo.Go(s, func(task *edo.Task) error {
					for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
						if err := do(task, i); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return nil
		})
	})
}

// inFutures does n operations by so many futures.
func inFutures[T any](b *bed, tasks, n int, do func(i int) edo.Future[T]) error {
	var next atomic.Int64
	return b.inTask(func(task *edo.Task) error {
		return scope.Run(task, func(s *scope.Scope) error {
			for range tasks {
				edo.Spawn(s, edo.Future[edo.Unit](&repeated[T]{do: do, next: &next, n: n}))
			}
			return nil
		})
	})
}

// repeated does one operation after the other, as a future.
type repeated[T any] struct {
	do   func(i int) edo.Future[T]
	next *atomic.Int64
	n    int
	now  edo.Future[T] // nil: none is under way
}

// Poll goes on until there are no more.
func (r *repeated[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	for {
		if r.now == nil {
			i := int(r.next.Add(1)) - 1
			if i >= r.n {
				return edo.Unit{}, edo.Ready, nil
			}
			r.now = r.do(i)
		}
		_, poll, err := r.now.Poll(cx)
		if poll == edo.Pending {
			return edo.Unit{}, edo.Pending, nil
		}
		r.Drop()
		if err != nil {
			return edo.Unit{}, edo.Ready, err
		}
	}
}

// Drop gives up the operation that is under way.
func (r *repeated[T]) Drop() {
	if now := r.now; now != nil {
		r.now = nil
		edo.Drop(now)
	}
}

// nothing is a future that is ready: a job that is done at once.
type nothing struct{ count func() }

// Poll counts the job.
func (f nothing) Poll(*edo.Context) (edo.Unit, edo.Poll, error) {
	f.count()
	return edo.Unit{}, edo.Ready, nil
}

// edoWork does jobs by so many workers, in direct style or as futures.
func edoWork(workers int, isFuture bool) func(b *bed, n int) error {
	return func(b *bed, n int) error {
		e, err := b.openEdo()
		if err != nil {
			return err
		}
		if err := without(func() error { return edoPublish(inFlight, false)(b, n) }); err != nil {
			return err
		}
		var done atomic.Int64
		var all []*cluster.Worker[string]
		count := func() {
			if done.Add(1) == int64(n) { // their ends are confirmed before the workers end
				for _, w := range all {
					w.Stop()
				}
			}
		}
		for range workers {
			if isFuture {
				all = append(all, cluster.WorkFuture(e.queue[b.pass], limit, func(*cluster.Job[string]) edo.Future[edo.Unit] { return nothing{count} }))
				continue
			}
			all = append(all, cluster.Work(e.queue[b.pass], limit, func(*edo.Task, *cluster.Job[string]) error { count(); return nil }))
		}
		return b.inTask(func(task *edo.Task) error {
			var handles []*edo.JoinHandle[edo.Unit]
			for _, w := range all {
				handles = append(handles, edo.Spawn(task, edo.Future[edo.Unit](w)))
			}
			for _, h := range handles {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			if done.Load() != int64(n) {
				return fmt.Errorf("%d of %d jobs are done", done.Load(), n)
			}
			return nil
		})
	}
}

// edoLease acquires a lease, and releases it.
func edoLease(b *bed, n int) error {
	e, err := b.openEdo()
	if err != nil {
		return err
	}
	return b.inTask(func(task *edo.Task) error {
		for range n {
			l, err := e.space.Acquire(task, "it", "bench")
			if err == nil {
				err = l.Release(task)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
