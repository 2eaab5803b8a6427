package lease_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/timer"
)

// The test program is also the processes that tests start, kill and pause: these variables say what
// one of them is to do.
const (
	roleVariable   = "EDO_LEASE_ROLE" // broker, leader or worker
	nameVariable   = "EDO_LEASE_NAME"
	folderVariable = "EDO_LEASE_FOLDER"
	listenVariable = "EDO_LEASE_LISTEN"
)

// of is the space of tests with processes.
var of = lease.Config{TTL: 2 * time.Second}

// permits is how many permits the semaphore of workers has.
const permits = 2

// play is the main function of such a process. It ends when its input does.
func play(role string) int {
	err := edo.Run(func(task *edo.Task) error {
		b := cluster.Broker{Listen: os.Getenv(listenVariable)}
		conn, err := b.Open(task, os.Getenv(folderVariable))
		if err != nil {
			return err
		}
		defer conn.Drop()
		if role == "broker" && !conn.IsBroker() {
			return errors.New("it is no broker")
		}
		fmt.Println("ready", conn.Address())
		part := edo.Go(task, func(task *edo.Task) error { return playPart(task, role, conn) })
		err = clustertest.AwaitInput(task)
		part.Abort()
		_, partErr := part.Await(task)
		if partErr != nil && !errors.Is(partErr, edo.ErrCancelled) {
			err = errors.Join(err, partErr)
		}
		return errors.Join(err, conn.Close(task))
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		fmt.Fprintln(os.Stderr, role, err)
		return 1
	}
	return 0
}

// playPart is what a member does until it is cancelled: it tells when it has a lease, when it works
// with it, and when it has lost it.
func playPart(task *edo.Task, role string, conn *cluster.Conn) error {
	if role == "broker" {
		return task.Cancelled()
	}
	me := os.Getenv(nameVariable)
	s, err := lease.NewSpace(task, conn, "test", of)
	if err != nil {
		return err
	}
	work := func(task *edo.Task, l *lease.Lease) error {
		fmt.Println("has", l.Token())
		for l.Err() == nil {
			fmt.Println("works", l.Token())
			if err := timer.Sleep(task, time.Millisecond); err != nil {
				break
			}
		}
		if l.Err() != nil {
			fmt.Println("lost", l.Token())
		}
		return task.Err()
	}
	if role == "leader" {
		return s.Lead(task, "leader", me, work)
	}
	p, err := s.Semaphore(task, "machines", permits)
	if err != nil {
		return err
	}
	for {
		l, err := p.Acquire(task, me)
		if err != nil {
			return err
		}
		if err := l.Run(task, func(task *edo.Task) error { return work(task, l) }); err != nil && task.Err() != nil {
			return err
		}
	}
}

// process is a process of a test, whose lines are read by events.
type process struct {
	*tasktest.Process
	lines chan string
}

// start starts a process, and waits until it is ready.
func start(t *testing.T, role, name, folder, listen string) *process {
	t.Helper()
	lines := make(chan string)
	return &process{lines: lines, Process: tasktest.StartProcess(t, tasktest.Program{
		Ready: "ready",
		Env: []string{
			roleVariable + "=" + role, nameVariable + "=" + name, folderVariable + "=" + folder, listenVariable + "=" + listen,
		},
		Hear: func(line string) {
			select {
			case lines <- line:
			case <-t.Context().Done():
			}
		},
	})}
}

// kill kills the process, and waits for its end. It may be called twice.
func (p *process) kill() {
	p.Cmd.Process.Kill()
	p.end()
}

// end ends the process, and waits for its end: its last lines are not read.
func (p *process) end() error {
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case <-p.lines:
			case <-over:
				return
			}
		}
	}()
	return p.End()
}

// event is a line of a member: "has 17".
type event struct {
	what  string
	token uint64
}

// event waits for the next line.
func (p *process) event(task *edo.Task) (event, error) {
	return edo.Call(task, func(ctx context.Context) (e event, err error) {
		select {
		case line := <-p.lines:
			_, err = fmt.Sscan(line, &e.what, &e.token)
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		return e, err
	})
}

// await waits for a line that says what, and returns its token. The lines before it may be of that
// token, and say something else.
func (p *process) await(task *edo.Task, what string) (uint64, error) {
	for {
		e, err := p.event(task)
		if err != nil || e.what == what {
			return e.token, err
		}
	}
}
