package cluster_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
)

// The broker is a process of its own, and two workers are. A job that a worker has done, and whose
// mark the broker has not confirmed, may be done again: at each death no more than the workers had.
func TestNothingIsLostWhenTheBrokerIsKilled(t *testing.T) {
	t.Parallel()
	const n, kills = 3000, 3
	folder, log := t.TempDir(), newLog(t)
	broker := start(t, "broker", folder, log, "127.0.0.1:0")
	address := broker.First
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		q, err := cluster.NewQueue[string](task, conn, "once", queueOf["once"])
		if err != nil {
			return err
		}
		workers := []*process{start(t, "worker once", folder, log, ""), start(t, "worker once", folder, log, "")}
		err = publishDisturbed(task, q, n, kills, func(int) error {
			broker.Kill()
			broker = start(t, "broker", folder, log, "127.0.0.1:0")
			if broker.First != address {
				return fmt.Errorf("the broker has moved from %s to %s", address, broker.First)
			}
			return nil
		})
		if err != nil {
			return err
		}
		endAll(t, workers...)
		return conn.Close(task)
	})
	checkAccount(t, log, n, kills*2*workerLimit)
}

func TestNothingIsLostWhenWorkersAreKilled(t *testing.T) {
	t.Parallel()
	const n, kills = 2000, 5
	log := newLog(t)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		q, err := cluster.NewQueue[string](task, conn, "least", queueOf["least"])
		if err != nil {
			return err
		}
		workers := []*process{start(t, "worker least", folder, log, ""), start(t, "worker least", folder, log, "")}
		err = publishDisturbed(task, q, n, kills, func(i int) error {
			workers[i%2].Kill()
			workers[i%2] = start(t, "worker least", folder, log, "")
			return nil
		})
		if err != nil {
			return err
		}
		endAll(t, workers...)
		return nil
	})
	checkAccount(t, log, n, kills*workerLimit)
}

// A process that stands still gives no signs of life. The broker refuses nothing to it afterwards:
// it must itself see that another worker may have its jobs.
func TestAWorkerThatStoodStillTakesNoJobAwayFromAnother(t *testing.T) {
	t.Parallel()
	tasktest.RequirePause(t)
	log := newLog(t)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		q, err := cluster.NewQueue[string](task, conn, "stands", queueOf["stands"])
		if err != nil {
			return err
		}
		stands := start(t, "worker stands", folder, log, "")
		if _, err := q.Publish(task, "stand still", cluster.ID("it")); err != nil {
			return err
		}
		hasLogged := func(text string) func() bool {
			return func() bool { all, _ := os.ReadFile(log); return strings.Contains(string(all), text) }
		}
		if err := until(task, hasLogged("begins it 1")); err != nil {
			return err
		}
		if err := stands.Pause(); err != nil {
			return err
		}
		var g gate
		begun := newTally(1)
		worker := cluster.Work(q, 4, func(task *edo.Task, job *cluster.Job[string]) error {
			begun.add(fmt.Sprint("try ", job.Try))
			return g.wait(task)
		})
		return working(task, worker, func() error {
			if err := begun.await(task); err != nil {
				return err
			}
			if err := takeAndForgetNew(task, conn); err != nil { // so long that the other one sees it
				return err
			}
			if err := stands.Resume(); err != nil {
				return err
			}
			if err := until(task, hasLogged("fails it 1")); err != nil {
				return err
			}
			if err := stands.End(); err != nil { // it has sent all that it would
				t.Errorf("the worker has ended with %v", err)
			}
			if info, err := q.Info(task); err != nil || info.Taken != 1 || info.Waiting != 0 {
				t.Errorf("the queue stands at %+v, %v", info, err)
			}
			g.open(5)
			if err := empty(task, q); err != nil {
				return err
			}
			return begun.check()
		})
	})
}

// takeAndForgetNew waits until a job that is taken and forgotten is given out for the third time.
func takeAndForgetNew(task *edo.Task, conn *cluster.Conn) error {
	clock, err := cluster.NewQueue[int](task, conn, "clock", queueOf["stands"])
	if err != nil {
		return err
	}
	if _, err := clock.Publish(task, 1); err != nil {
		return err
	}
	for range 3 {
		if err := takeAndForget(task, conn, "clock"); err != nil {
			return err
		}
	}
	return nil
}

// The server of NATS would end the process at a signal by itself, with exit code 0.
func TestASignalIsTheProgramsAndNotTheBrokers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted there")
	}
	folder := t.TempDir()
	broker := start(t, "broker", folder, "", "")
	if broker.First != "" {
		t.Errorf("the broker listens at %q", broker.First)
	}
	run(t, func(task *edo.Task) error {
		_, err := cluster.Open(task, folder)
		inUse, ok := errors.AsType[*cluster.InUseError](err)
		if !ok || inUse.PID != broker.Process.Pid || !strings.Contains(err.Error(), fmt.Sprint("process ", broker.Process.Pid)) {
			t.Errorf("Open = %v, want an InUseError of process %d", err, broker.Process.Pid)
		}
		return nil
	})
	if err := broker.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err := broker.Exit()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != brokerExit {
		t.Errorf("the broker has ended with %v, want exit code %d", err, brokerExit)
	}
	run(t, func(task *edo.Task) error { // and one that was killed leaves no lock
		start(t, "broker", folder, "", "").Kill()
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		return conn.Close(task)
	})
}
