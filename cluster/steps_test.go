package cluster_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
)

// stepped runs step in a task without a stack, to its end.
func stepped(task *edo.Task, step func(task *edo.Task, st *edo.Step) (done bool, err error)) error {
	_, err := tasktest.GoFrame(task, step).Await(task)
	return err
}

// workFrame is the frame of a handler: it fails for 1, at first, and always for 2.
type workFrame struct {
	job  *cluster.Job[int]
	done *tally
	n    int
}

func (f *workFrame) Poll(task *edo.Task) (done bool, err error) {
	if f.n++; f.n < 3 {
		if done, err := edo.YieldStep(task); !done || err != nil {
			return done, err
		}
	}
	if f.job.Value == 2 || f.job.Value == 1 && f.job.Try == 1 {
		return true, errors.New("it fails")
	}
	f.done.add(fmt.Sprint(f.job.Value))
	return true, nil
}

func (*workFrame) FunctionName() string { return "cluster_test.handler" }

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	folder := t.TempDir()
	run(t, func(task *edo.Task) error {
		b := &cluster.Broker{Listen: "127.0.0.1:0", Token: "token"}
		client := &cluster.Client{Token: "token"}
		var broker, joined, remote *cluster.Conn
		var q *cluster.Queue[int]
		open := func(conn **cluster.Conn, step func(task *edo.Task, st *edo.Step) (bool, *cluster.Conn, error)) {
			err := stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, *conn, err = step(task, st)
				return done, err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		open(&broker, func(task *edo.Task, st *edo.Step) (bool, *cluster.Conn, error) { return b.OpenStep(task, st, folder) })
		defer broker.Drop()
		open(&joined, func(task *edo.Task, st *edo.Step) (bool, *cluster.Conn, error) {
			return cluster.OpenStep(task, st, folder)
		})
		defer joined.Drop()
		open(&remote, func(task *edo.Task, st *edo.Step) (bool, *cluster.Conn, error) {
			return client.ConnectStep(task, st, "nats://"+broker.Address())
		})
		defer remote.Drop()
		err := stepped(task, func(task *edo.Task, st *edo.Step) (bool, error) {
			done, _, err := cluster.ConnectStep(task, st, "nats://"+broker.Address())
			return done, err
		})
		if err == nil {
			t.Error("ConnectStep has connected without a token")
		}
		err = stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, q, err = cluster.NewQueueStep[int](task, st, remote, "steps", cluster.QueueConfig{Backoff: atOnce, Tries: 2})
			return done, err
		})
		if err != nil {
			return err
		}
		for i := range 3 {
			var receipt cluster.Receipt
			err := stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
				done, receipt, err = q.PublishStep(task, st, i, cluster.ID(fmt.Sprint("id", i)))
				return done, err
			})
			if err != nil || receipt.ID != fmt.Sprint("id", i) {
				t.Errorf("receipt %+v, %v", receipt, err)
			}
		}
		done := newTally(2)
		worker := cluster.WorkStep[int, workFrame](q, 2, func(job *cluster.Job[int]) workFrame { return workFrame{job: job, done: done} })
		if err := working(task, worker, func() error { return empty(task, q) }); err != nil {
			return err
		}
		if err := done.check(); err != nil {
			return err
		}
		var info cluster.QueueInfo
		err = stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, info, err = q.InfoStep(task, st)
			return done, err
		})
		if err != nil || info != (cluster.QueueInfo{Dead: 1}) {
			t.Errorf("the queue stands at %+v, %v", info, err)
		}
		var dead []cluster.DeadLetter[int]
		err = stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, dead, err = q.DeadStep(task, st, 0, 5)
			return done, err
		})
		if err != nil || len(dead) != 1 || dead[0].Value != 2 {
			t.Errorf("%+v, %v", dead, err)
		}
		var names []string
		err = stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, names, err = cluster.QueuesStep(task, st, joined)
			return done, err
		})
		if err != nil || len(names) != 1 || names[0] != "steps" {
			t.Errorf("the queues are %q, %v", names, err)
		}
		err = stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, q, err = cluster.FindQueueStep[int](task, st, joined, "steps", cluster.QueueConfig{})
			return done, err
		})
		if err != nil {
			return err
		}
		err = stepped(task, func(task *edo.Task, st *edo.Step) (bool, error) { return q.SendAgainStep(task, st, dead[0].Number) })
		if err != nil {
			return err
		}
		err = stepped(task, func(task *edo.Task, st *edo.Step) (bool, error) { return q.DiscardStep(task, st, dead[0].Number) })
		if !errors.Is(err, cluster.ErrNoDeadLetter) {
			t.Errorf("DiscardStep = %v", err)
		}
		for _, conn := range []*cluster.Conn{remote, joined, broker} {
			err := stepped(task, func(task *edo.Task, _ *edo.Step) (bool, error) { return conn.CloseStep(task) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}
