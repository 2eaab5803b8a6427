package cluster_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/timer"
)

// killForgetting kills the broker, and has the next one begin without what it knows of deliveries: a
// broker writes that down some time later, so that one that is killed may know as little.
func killForgetting(t *testing.T, broker *process, folder string) *process {
	t.Helper()
	broker.Kill()
	n := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "o.dat" {
			n++
			return os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d consumers are forgotten", n)
	return start(t, "broker", folder, "", "127.0.0.1:0")
}

// soon calls fn with a limit of time that a test which does not hang is far from.
func soon(task *edo.Task, fn func(task *edo.Task) error) error {
	_, err := timer.Timeout(task, time.Minute, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) })
	return err
}

// A broker that was killed gives no answer to the acknowledgement of a delivery that it has
// forgotten, until it has given the job out again. Here all calls of the only worker wait for such
// answers, and so none would take the job.
func TestADeliveryThatTheBrokerHasForgottenHoldsUpNoWorker(t *testing.T) {
	for _, stops := range []bool{false, true} {
		t.Run(fmt.Sprintf("stops=%v", stops), func(t *testing.T) {
			folder := t.TempDir()
			broker := start(t, "broker", folder, "", "127.0.0.1:0")
			run(t, func(task *edo.Task) error {
				conn, err := cluster.Open(task, folder)
				if err != nil {
					return err
				}
				defer conn.Drop()
				q, err := cluster.NewQueue[string](task, conn, "forgotten", cluster.QueueConfig{Patience: time.Hour})
				if err != nil {
					return err
				}
				const limit = 3
				for i := range limit {
					if _, err := q.Publish(task, fmt.Sprint("job ", i)); err != nil {
						return err
					}
				}
				var g gate
				begun, done := newTally(limit), newTally(limit)
				worker := cluster.Work(q, limit, func(task *edo.Task, job *cluster.Job[string]) error {
					begun.add(job.Value)
					if err := g.wait(task); err != nil {
						return err
					}
					done.add(job.Value)
					return nil
				})
				err = working(task, worker, func() error {
					if err := begun.await(task); err != nil {
						return err
					}
					broker = killForgetting(t, broker, folder)
					if info, err := q.Info(task); err != nil || info.Waiting != limit || info.Taken != 0 {
						return errors.Join(err, fmt.Errorf("the queue stands at %+v: the broker has not forgotten", info))
					}
					if stops {
						worker.Stop()
						g.open(limit)
						return nil
					}
					g.open(limit)
					return soon(task, func(task *edo.Task) error { return empty(task, q) })
				})
				if err != nil || stops {
					return err
				}
				return done.check()
			})
		})
	}
}
