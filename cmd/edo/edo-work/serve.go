package main

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/timer"
)

const aboutServe = `Works on the queue of the example until Ctrl-C: each job is a number, and the work
is to count the primes below it. The first process of a folder is the broker as well;
others join it. At Ctrl-C the jobs that are under way are done to their ends, and a
second Ctrl-C gives them back.`

func serve(args []string, out, errs writer) int {
	var p place
	var limit int
	set := newSet("serve", aboutServe, &p, out, errs)
	set.IntVar(&limit, "limit", 4, "how many jobs it does at a time")
	status, ok := set.Parse(args, p.check, func() error {
		if limit < 1 {
			return errors.New("--limit must be at least 1")
		}
		return nil
	})
	if !ok {
		return status
	}
	err := edo.Run(func(task *edo.Task) error {
		conn, err := p.connect(task, true)
		if err != nil {
			return err
		}
		defer conn.Drop()
		return serveOn(task, conn, p, limit, out)
	}, edo.WithSignals())
	if err != nil {
		return set.Fail(err)
	}
	return command.OK
}

// serveOn works until the task is cancelled.
func serveOn(task *edo.Task, conn *cluster.Conn, p place, limit int, out writer) error {
	where := "with the broker at " + conn.Address()
	if conn.IsBroker() {
		where = "with the broker in this process, of the folder " + p.folder
	}
	queue, err := openQueue(task, conn)
	if err != nil {
		return err
	}
	workers, err := workersOf(task, conn)
	if err != nil {
		return err
	}
	var done atomic.Int64
	worker := cluster.Work(queue, limit, func(task *edo.Task, j *cluster.Job[job]) error {
		_, err := primes(task, j.Value.Below)
		if err == nil {
			done.Add(1)
		}
		return err
	})
	// The worker goes on when the task is cancelled, until its jobs are done.
	works := edo.Spawn(task.Runtime(), edo.Future[edo.Unit](worker))
	present := edo.Go(task, func(task *edo.Task) error { return bePresent(task, workers, limit) })
	fmt.Fprintf(out, "works on the queue %s, %s\n", queueName, where)
	err = tally(task, out, &done)
	fmt.Fprintln(out, "takes no more jobs")
	worker.Stop()
	present.Abort()
	return errors.Join(err, edo.Shielded(task, func(task *edo.Task) error {
		_, err := works.Await(task)
		present.Await(task)
		fmt.Fprintf(out, "%s jobs were done here\n", figures.Thousands(done.Load()))
		return errors.Join(err, conn.Close(task))
	}))
}

// bePresent holds the lease of this process among the workers. One that is lost is acquired again.
func bePresent(task *edo.Task, workers *lease.Space, limit int) error {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	name := fmt.Sprintf("%s/%d", host, os.Getpid())
	return workers.Lead(task, name, fmt.Sprintf("%s, %d at a time", queueName, limit), func(task *edo.Task, _ *lease.Lease) error {
		return task.Cancelled()
	})
}

// tally shows how many jobs are done, on a terminal, until the task is cancelled.
func tally(task *edo.Task, out writer, done *atomic.Int64) error {
	if !figures.IsTerminal(out) {
		task.Cancelled()
		return nil
	}
	for {
		fmt.Fprintf(out, "\r\x1b[K%s jobs are done", figures.Thousands(done.Load()))
		if timer.Sleep(task, 200*time.Millisecond) != nil {
			fmt.Fprint(out, "\r\x1b[K")
			return nil
		}
	}
}
