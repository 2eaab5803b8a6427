package cluster_test

import (
	"errors"
	"fmt"
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
