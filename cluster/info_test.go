package cluster_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// The consumer of the broker learns of a job some time after its publisher: Info does not ask the consumer what waits.
func TestInfoKnowsAJobAsSoonAsItIsConfirmed(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "known", cluster.QueueConfig{Priorities: 3})
		if err != nil {
			return err
		}
		want := cluster.QueueInfo{}
		for range 20 {
			var sent []*edo.JoinHandle[cluster.Receipt]
			for i := range 100 {
				sent = append(sent, edo.Spawn(task, q.PublishFuture(i, cluster.Priority(i%3))))
			}
			if _, err := q.Publish(task, 1, cluster.After(time.Hour)); err != nil {
				return err
			}
			for _, h := range sent {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			want.Waiting += len(sent)
			want.Scheduled++
			if info, err := q.Info(task); err != nil || info != want {
				return fmt.Errorf("the queue stands at %+v, %v, want %+v", info, err, want)
			}
		}
		return nil
	})
}

func TestInfoCountsAJobThatRestsAsTaken(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		hour := func(int) time.Duration { return time.Hour }
		q, err := cluster.NewQueue[string](task, conn, "rests", cluster.QueueConfig{Backoff: hour})
		if err != nil {
			return err
		}
		for _, job := range []string{"bad", "worse"} {
			if _, err := q.Publish(task, job); err != nil {
				return err
			}
		}
		tried := newTally(2)
		err = working(task, cluster.Work(q, 2, func(task *edo.Task, job *cluster.Job[string]) error {
			tried.add(job.Value)
			return errors.New("it rests now")
		}), func() error { return tried.await(task) })
		if err != nil {
			return err
		}
		if info, err := q.Info(task); err != nil || info != (cluster.QueueInfo{Taken: 2}) {
			return fmt.Errorf("the queue stands at %+v, %v", info, err)
		}
		return nil
	})
}

// The broker counts the messages of a stream at one instant, and those of its subjects at another.
func TestInfoKnowsWhatIsScheduledWhileJobsComeAndGo(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "comes", cluster.QueueConfig{Priorities: 2})
		if err != nil {
			return err
		}
		for range 3 {
			if _, err := q.Publish(task, 1, cluster.After(time.Hour)); err != nil {
				return err
			}
		}
		worker := cluster.Work(q, 8, func(task *edo.Task, job *cluster.Job[int]) error { return nil })
		return working(task, worker, func() error {
			var isOver atomic.Bool
			var publishers []*edo.JoinHandle[edo.Unit]
			for range 8 {
				publishers = append(publishers, edo.Go(task, func(task *edo.Task) error {
					for i := 0; !isOver.Load(); i++ {
						if _, err := q.Publish(task, i, cluster.Priority(i%2)); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			var err error
			for i := 0; i < 150 && err == nil; i++ {
				var info cluster.QueueInfo
				if info, err = q.Info(task); err == nil && info.Scheduled != 3 {
					err = fmt.Errorf("the queue stands at %+v, want 3 that are scheduled", info)
				}
			}
			isOver.Store(true)
			for _, h := range publishers {
				_, e := h.Await(task)
				err = errors.Join(err, e)
			}
			return err
		})
	})
}

// Of that many Info does not have the broker name each.
func TestInfoCountsThousandsOfScheduledJobs(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "later", cluster.QueueConfig{Priorities: 3})
		if err != nil {
			return err
		}
		for _, want := range []cluster.QueueInfo{{Scheduled: 998, Waiting: 2}, {Scheduled: 999, Waiting: 2}, {Scheduled: 1500, Waiting: 4}} {
			has, err := q.Info(task)
			if err != nil {
				return err
			}
			var sent []*edo.JoinHandle[cluster.Receipt]
			for range want.Scheduled - has.Scheduled {
				sent = append(sent, edo.Spawn(task, q.PublishFuture(1, cluster.After(time.Hour))))
			}
			for i := has.Waiting; i < want.Waiting; i++ {
				sent = append(sent, edo.Spawn(task, q.PublishFuture(1, cluster.Priority(i%2))))
			}
			for _, h := range sent {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			if info, err := q.Info(task); err != nil || info != want {
				return fmt.Errorf("the queue stands at %+v, %v, want %+v", info, err, want)
			}
		}
		return nil
	})
}
