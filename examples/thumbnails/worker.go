package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/examples/internal/parts"
)

// job is a picture that needs a thumbnail. Its id is the name of the picture.
type job struct {
	From string `json:"from"`
	To   string `json:"to"`
	Size int    `json:"size"`
}

// done says that a job is done.
type done struct {
	Picture string        `json:"picture"`
	Process int           `json:"process"`
	Took    time.Duration `json:"took"`
}

// queues are those of the example, which all processes open with the same settings.
type queues struct {
	jobs *cluster.Queue[job]
	done *cluster.Queue[done]
}

func openQueues(task *edo.Task, conn *cluster.Conn) (q queues, err error) {
	// The jobs of a process that dies are given to others after Patience.
	q.jobs, err = cluster.NewQueue[job](task, conn, "thumbnails", cluster.QueueConfig{Patience: 2 * time.Second, Tries: 3})
	if err != nil {
		return q, err
	}
	q.done, err = cluster.NewQueue[done](task, conn, "thumbnails-done", cluster.QueueConfig{})
	return q, err
}

// work makes thumbnails until the process that has started it wants it to end.
func work(task *edo.Task, o options) error {
	conn, err := cluster.Open(task, o.folder)
	if err != nil {
		return err
	}
	defer conn.Drop()
	q, err := openQueues(task, conn)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(1) // there are several of them
	worker := cluster.Work(q.jobs, 2, func(task *edo.Task, j *cluster.Job[job]) error {
		began := time.Now()
		// A call, because a picture would keep a worker of the runtime for long.
		_, err := edo.Call(task, func(context.Context) (edo.Unit, error) { return edo.Unit{}, j.Value.make() })
		if err != nil {
			return err
		}
		// The id makes a second word about the same picture no second one in the queue.
		_, err = q.done.Publish(task, done{Picture: j.ID, Process: os.Getpid(), Took: time.Since(began)}, cluster.ID(j.ID))
		return err
	})
	works := edo.Spawn(task, edo.Future[edo.Unit](worker))
	fmt.Println("ready")
	err = parts.UntilStopped(task)
	worker.Stop()
	_, workErr := works.Await(task)
	return errors.Join(err, workErr, conn.Close(task))
}

// make makes the thumbnail. A picture that cannot be read is an error that no other try mends.
func (j job) make() error {
	m, err := load(j.From)
	if err != nil {
		return cluster.Permanent(fmt.Errorf("%s: %w", filepath.Base(j.From), err))
	}
	return save(shrink(m, j.Size), j.To)
}
