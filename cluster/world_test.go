package cluster_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	tasktest.Main(m)
}

// with runs fn with a broker in the process, and closes it.
func with(t *testing.T, fn func(task *edo.Task, conn *cluster.Conn) error) {
	t.Helper()
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, filepath.Join(t.TempDir(), "broker"))
		if err != nil {
			return err
		}
		defer conn.Drop()
		if err := fn(task, conn); err != nil {
			return err
		}
		return conn.Close(task)
	})
}

// withListening runs fn with a broker in the process that others join by the folder, and closes it.
func withListening(t *testing.T, fn func(task *edo.Task, conn *cluster.Conn, folder string) error) {
	t.Helper()
	folder := t.TempDir()
	run(t, func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		if err := fn(task, conn, folder); err != nil {
			return err
		}
		return conn.Close(task)
	})
}

// run runs fn in a runtime of its own.
func run(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	clustertest.Run(t, fn)
}

// tally counts what handlers have done.
type tally struct {
	mu    sync.Mutex
	order []string
	times map[string]int
	want  int
	ended chan struct{} // closed when as many different ones as wanted are there
}

func newTally(want int) *tally {
	return &tally{times: map[string]int{}, want: want, ended: make(chan struct{})}
}

// add counts one, and returns how often it was counted.
func (l *tally) add(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.order = append(l.order, what)
	l.times[what]++
	if l.times[what] == 1 && len(l.times) == l.want {
		close(l.ended)
	}
	return l.times[what]
}

// await waits until all are there.
func (l *tally) await(task *edo.Task) error {
	_, err := edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
		select {
		case <-l.ended:
			return edo.Unit{}, nil
		case <-task.Context().Done():
			return edo.Unit{}, task.Err()
		}
	}, edo.Name("the tally")).Await(task)
	return err
}

// check requires that each was counted once.
func (l *tally) check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for what, n := range l.times {
		if n != 1 {
			return fmt.Errorf("%s was done %d times", what, n)
		}
	}
	if len(l.times) != l.want {
		return fmt.Errorf("%d were done, want %d", len(l.times), l.want)
	}
	return nil
}

// empty waits until the queue has no jobs.
func empty[T any](task *edo.Task, q *cluster.Queue[T]) error {
	for begin, n := time.Now(), 1; ; {
		info, err := q.Info(task)
		if time.Since(begin) > time.Duration(n)*20*time.Second { // what does not become empty shows how it stands
			n++
			fmt.Printf("the queue %s stands at %+v, %v\n", q.Name(), info, err)
			edo.Dump(os.Stdout)
		}
		if err != nil || info.Waiting+info.Taken+info.Scheduled == 0 {
			return err
		}
	}
}

// working runs worker while fn runs, and then stops it.
func working[T any](task *edo.Task, worker *cluster.Worker[T], fn func() error) error {
	works := edo.Spawn(task, edo.Future[edo.Unit](worker))
	err := fn()
	if err != nil {
		works.Abort()
		works.Await(task)
		return err
	}
	worker.Stop()
	_, err = works.Await(task)
	return err
}

// at once is a Backoff.
func atOnce(int) time.Duration { return 0 }

// gate is something that a handler waits for.
type gate struct{ lock.Semaphore }

func (g *gate) wait(task *edo.Task) error { return g.Acquire(task, 1) }
func (g *gate) open(n int)                { g.Release(n) }

// until yields until is holds.
func until(task *edo.Task, is func() bool) error { return clustertest.Until(task, is) }

// count returns how often one was counted.
func (l *tally) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.times[what]
}
