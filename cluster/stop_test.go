package cluster_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/timer"
)

// patient is the config of a queue of which no test waits for the broker's patience.
var patient = cluster.QueueConfig{Patience: time.Hour, Backoff: atOnce}

// The broker has questions for jobs of a worker that stops: a job that comes before the broker knows
// of the end, and one that is published after it, must not wait for the broker's patience.
func TestAWorkerThatStopsTakesNoJobWithIt(t *testing.T) {
	const rounds = 60
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "stops", patient)
		if err != nil {
			return err
		}
		_, err = timer.Timeout(task, time.Minute, func(task *edo.Task) (edo.Unit, error) {
			for i := range rounds {
				done := newTally(2)
				handler := func(task *edo.Task, job *cluster.Job[int]) error { done.add(fmt.Sprint(job.Value)); return nil }
				first := cluster.Work(q, 4, handler)
				works := edo.Spawn(task, edo.Future[edo.Unit](first))
				if _, err := q.Publish(task, 2*i); err != nil {
					return edo.Unit{}, err
				}
				if i%2 == 0 { // the next job comes at the same time as the end
					publishes := edo.Go(task, func(task *edo.Task) error { _, err := q.Publish(task, 2*i+1); return err })
					first.Stop()
					if _, err := publishes.Await(task); err != nil {
						return edo.Unit{}, err
					}
				} else {
					first.Stop()
				}
				if _, err := works.Await(task); err != nil {
					return edo.Unit{}, err
				}
				if i%2 == 1 { // or after it
					if _, err := q.Publish(task, 2*i+1); err != nil {
						return edo.Unit{}, err
					}
				}
				second := cluster.Work(q, 4, handler)
				if err := working(task, second, func() error { return done.await(task) }); err != nil {
					return edo.Unit{}, fmt.Errorf("round %d: %w", i, err)
				}
				if err := empty(task, q); err != nil {
					return edo.Unit{}, err
				}
			}
			return edo.Unit{}, nil
		})
		return err
	})
}

// Stop may be called from any goroutine, also while the worker begins.
func TestAWorkerMayBeStoppedWhileItBegins(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "begins", patient)
		if err != nil {
			return err
		}
		for range 300 {
			w := cluster.Work(q, 1, func(*edo.Task, *cluster.Job[int]) error { return nil })
			var all sync.WaitGroup
			all.Go(w.Stop)
			if _, err := edo.Spawn(task, edo.Future[edo.Unit](w)).Await(task); err != nil {
				return err
			}
			all.Wait()
		}
		return nil
	})
}

// This is how docs/cluster.md ends a worker whose handlers are to go on to their end when its task is cancelled.
func TestAWorkerThatIsAwaitedInAShieldLetsItsHandlersEnd(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[string](task, conn, "shielded", cluster.QueueConfig{Tries: 1})
		if err != nil {
			return err
		}
		if _, err := q.Publish(task, "job"); err != nil {
			return err
		}
		begun, ends := oneshot.New[edo.Unit]()
		var isDone atomic.Bool
		works := edo.Go(task, func(task *edo.Task) error {
			worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[string]) error {
				begun.Send(edo.Unit{})
				for range 100 {
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				isDone.Store(true)
				return nil
			})
			defer worker.Drop()
			_, err := edo.Await(task, worker)
			if task.Err() == nil {
				return err
			}
			worker.Stop()
			return edo.Shielded(task, func(task *edo.Task) error {
				_, err := edo.Await(task, worker)
				return err
			})
		})
		if _, err := ends.Recv(task); err != nil {
			return err
		}
		works.Abort()
		if _, err := works.Await(task); err != nil || !isDone.Load() {
			t.Errorf("the worker ended with %v, and its handler has ended: %t", err, isDone.Load())
		}
		info, err := q.Info(task)
		if info != (cluster.QueueInfo{}) {
			t.Errorf("the queue has %+v", info)
		}
		return err
	})
}
