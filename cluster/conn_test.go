package cluster_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestCloseWaitsForTheWorkersAndNamesThem(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, t.TempDir())
		if err != nil {
			return err
		}
		defer conn.Drop()
		q, err := cluster.NewQueue[int](task, conn, "slow", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		if _, err := q.Publish(task, 1); err != nil {
			return err
		}
		var g gate
		begun, done := newTally(1), newTally(1)
		works := edo.Spawn(task, edo.Future[edo.Unit](cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
			begun.add(job.ID)
			if err := g.wait(task); err != nil {
				return err
			}
			done.add(job.ID)
			return nil
		})))
		if err := begun.await(task); err != nil {
			return err
		}
		closes := edo.Go(task, conn.Close)
		if err := untilReported(task, "waits for cluster: the end of the workers of a connection, from a worker of the queue slow"); err != nil {
			return err
		}
		// A Close that gives up drops the rest; this one waits.
		if _, err := q.Info(task); !errors.Is(err, cluster.ErrClosed) || !errors.Is(err, edo.ErrClosed) {
			t.Errorf("an operation while it closes: %v", err)
		}
		if _, err := edo.Await(task, edo.Future[edo.Unit](cluster.Work(q, 1, func(*edo.Task, *cluster.Job[int]) error { return nil }))); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("a worker that begins while it closes: %v", err)
		}
		g.open(1)
		if _, err := works.Await(task); err != nil {
			return err
		}
		if _, err := closes.Await(task); err != nil {
			return err
		}
		if _, err := q.Publish(task, 2); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("Publish after Close: %v", err)
		}
		return done.check()
	})
}

func TestACancelledCloseDropsTheConn(t *testing.T) {
	folder := t.TempDir()
	goroutines := tasktest.CountGoroutines()
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		q, err := cluster.NewQueue[int](task, conn, "slow", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		if _, err := q.Publish(task, 1); err != nil {
			return err
		}
		begun := newTally(1)
		works := edo.Spawn(task, edo.Future[edo.Unit](cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
			begun.add(job.ID)
			return task.Cancelled()
		})))
		if err := begun.await(task); err != nil {
			return err
		}
		closes := edo.Go(task, conn.Close)
		if err := untilReported(task, "the end of the workers of a connection"); err != nil {
			return err
		}
		closes.Abort()
		if _, err := closes.Await(task); !errors.Is(err, edo.ErrCancelled) {
			t.Errorf("Close = %v", err)
		}
		again, err := cluster.Open(task, folder) // the folder is free
		if err != nil {
			return err
		}
		works.Abort()
		works.Await(task)
		return again.Close(task)
	})
	tasktest.RequireGoroutines(t, goroutines)
}

// Operations wait while the broker is away, without a goroutine each, and go on when it is back.
func TestOperationsWaitForABrokerThatIsAway(t *testing.T) {
	withBrokerApart(t, func(task *edo.Task, broker, conn *cluster.Conn, open func() (*cluster.Conn, error)) error {
		defer func() { broker.Drop() }() // it is opened again
		q, err := cluster.NewQueue[int](task, conn, "away", cluster.QueueConfig{Lanes: 1, Once: time.Hour})
		if err != nil {
			return err
		}
		const n = 1500 // more than are sent at a time
		done := newTally(n)
		worker := cluster.Work(q, 3, func(task *edo.Task, job *cluster.Job[int]) error {
			done.add(fmt.Sprint(job.Value))
			return nil
		})
		return working(task, worker, func() error {
			if _, err := q.Publish(task, -1); err != nil {
				return err
			}
			if err := empty(task, q); err != nil {
				return err
			}
			if err := broker.Close(task); err != nil {
				return err
			}
			before := tasktest.CountGoroutines()
			var sent []*edo.JoinHandle[cluster.Receipt]
			for i := range n - 1 {
				sent = append(sent, edo.Spawn(task, q.PublishFuture(i)))
			}
			if err := untilReported(task, "1024 × *cluster.publishing: cluster: the confirmation of a job by the queue away"); err != nil {
				return err
			}
			if err := untilReported(task, "475 × *cluster.publishing: cluster: a turn to send, behind 1024 other messages: the confirmation of a job by the queue away"); err != nil {
				return err
			}
			if now := tasktest.CountGoroutines(); now > before+20 {
				t.Errorf("%d goroutines, %d before %d tasks waited", now, before, n)
			}
			dropped := edo.Spawn(task, q.PublishFuture(5000)) // which gives up
			dropped.Abort()
			dropped.Await(task)
			if broker, err = open(); err != nil {
				return err
			}
			for _, h := range sent {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			if err := done.await(task); err != nil {
				return err
			}
			return done.check()
		})
	})
}

// withBrokerApart runs fn with a broker, and a connection that has joined it. open opens the folder again.
func withBrokerApart(t *testing.T, fn func(task *edo.Task, broker, conn *cluster.Conn, open func() (*cluster.Conn, error)) error) {
	t.Helper()
	folder := t.TempDir()
	run(t, func(task *edo.Task) error {
		open := func() (*cluster.Conn, error) { return (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder) }
		broker, err := open()
		if err != nil {
			return err
		}
		defer broker.Drop()
		conn, err := open()
		if err != nil {
			return err
		}
		defer conn.Drop()
		return fn(task, broker, conn, open)
	})
}

func TestWaitsEndWhenTheConnIsDropped(t *testing.T) {
	withBrokerApart(t, func(task *edo.Task, broker, conn *cluster.Conn, open func() (*cluster.Conn, error)) error {
		q, err := cluster.NewQueue[int](task, conn, "dropped", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		works := edo.Spawn(task, edo.Future[edo.Unit](cluster.Work(q, 1, func(*edo.Task, *cluster.Job[int]) error { return nil })))
		if err := untilReported(task, "waits for cluster: a job of the queue dropped, from edo.q.dropped.>"); err != nil {
			return err
		}
		if err := broker.Close(task); err != nil {
			return err
		}
		publishes := edo.Spawn(task, q.PublishFuture(1))
		asks := edo.GoValue(task, q.Info)
		if err := untilReported(task, "the confirmation of a job by the queue dropped"); err != nil {
			return err
		}
		conn.Drop()
		if _, err := publishes.Await(task); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("Publish = %v", err)
		}
		if _, err := asks.Await(task); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("Info = %v", err)
		}
		_, err = works.Await(task)
		return err
	})
}

func TestADaemonWorkerDoesNotHoldRunOpen(t *testing.T) {
	folder := t.TempDir()
	goroutines := tasktest.CountGoroutines()
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		q, err := cluster.NewQueue[int](task, conn, "daemon", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		begun := newTally(1)
		worker := cluster.Work(q, 2, func(task *edo.Task, job *cluster.Job[int]) error {
			begun.add(job.ID)
			return task.Cancelled()
		})
		edo.Spawn(task, edo.Future[edo.Unit](worker), edo.Daemon(), edo.Owns(conn))
		if _, err := q.Publish(task, 1); err != nil {
			return err
		}
		return begun.await(task)
	})
	tasktest.RequireGoroutines(t, goroutines)
}

func TestAFutureOfAPublishIsForOneTask(t *testing.T) {
	withBrokerApart(t, func(task *edo.Task, broker, conn *cluster.Conn, open func() (*cluster.Conn, error)) error {
		q, err := cluster.NewQueue[int](task, conn, "one", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		if err := broker.Close(task); err != nil {
			return err
		}
		f := q.PublishFuture(1)
		first := edo.Go(task, func(task *edo.Task) error { _, err := edo.Await(task, f); return err })
		if err := untilReported(task, "the confirmation of a job by the queue one"); err != nil {
			return err
		}
		_, err = edo.Await(task, f)
		if _, ok := errors.AsType[*edo.BusyError](err); !ok {
			t.Errorf("the second task got %v", err)
		}
		conn.Drop()
		if _, err := first.Await(task); !errors.Is(err, cluster.ErrClosed) {
			t.Errorf("the first task got %v", err)
		}
		if _, err := edo.Await(task, f); err == nil || !strings.Contains(err.Error(), "polled after its end") {
			t.Errorf("after its end: %v", err)
		}
		return nil
	})
}

func TestACancelledPublishMayBeRepeatedWithItsID(t *testing.T) {
	withBrokerApart(t, func(task *edo.Task, broker, conn *cluster.Conn, open func() (*cluster.Conn, error)) error {
		q, err := cluster.NewQueue[int](task, conn, "repeated", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		for i := range 50 { // cancelled somewhere between the send and the confirmation
			h := edo.GoValue(task, func(task *edo.Task) (cluster.Receipt, error) { return q.Publish(task, i, cluster.ID(fmt.Sprint(i))) })
			for range i {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			h.Abort()
			if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("Publish = %v", err)
			}
			if _, err := q.Publish(task, i, cluster.ID(fmt.Sprint(i))); err != nil {
				return err
			}
		}
		if info, err := q.Info(task); err != nil || info.Waiting != 50 {
			t.Errorf("the queue stands at %+v, %v", info, err)
		}
		if err := broker.Close(task); err != nil {
			return err
		}
		looks := edo.GoValue(task, q.Info)
		reads := edo.GoValue(task, func(task *edo.Task) ([]cluster.DeadLetter[int], error) { return q.Dead(task, 0, 1) })
		sends := edo.Go(task, func(task *edo.Task) error { return errors.Join(q.SendAgain(task, 1), q.Discard(task, 1)) })
		makes := edo.GoValue(task, func(task *edo.Task) (*cluster.Queue[int], error) {
			return cluster.NewQueue[int](task, conn, "repeated", cluster.QueueConfig{})
		})
		finds := edo.GoValue(task, func(task *edo.Task) (*cluster.Queue[int], error) {
			return cluster.FindQueue[int](task, conn, "repeated", cluster.QueueConfig{})
		})
		lists := edo.GoValue(task, func(task *edo.Task) ([]string, error) { return cluster.Queues(task, conn) })
		if err := untilReported(task, "a call of github.com/edo-go/edo/cluster.NewQueue"); err != nil {
			return err
		}
		looks.Abort()
		reads.Abort()
		sends.Abort()
		makes.Abort()
		finds.Abort()
		lists.Abort()
		_, errLook := looks.Await(task)
		_, errRead := reads.Await(task)
		_, errSend := sends.Await(task)
		_, errMake := makes.Await(task)
		_, errFind := finds.Await(task)
		_, errList := lists.Await(task)
		for i, err := range []error{errLook, errRead, errSend, errMake, errFind, errList} {
			if !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("question %d: %v", i, err)
			}
		}
		return nil
	})
}
