package remote_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/cluster/internal/link"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/nats-io/nats.go"
)

func TestMain(m *testing.M) { tasktest.Main(m) }

// with runs fn with a broker in the process, and closes it.
func with(t *testing.T, fn func(task *edo.Task, conn *link.Conn) error) {
	t.Helper()
	clustertest.Run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, filepath.Join(t.TempDir(), "broker"))
		if err != nil {
			return err
		}
		defer conn.Drop()
		if err := fn(task, (*link.Conn)(conn)); err != nil {
			return err
		}
		return conn.Close(task)
	})
}

// offers returns n functions that are never called.
func offers(n int) (all []*remote.Offer) {
	for i := range n {
		all = append(all, &remote.Offer{Func: fmt.Sprint("f", i), CallerPatience: time.Hour})
	}
	return all
}

// begin begins m in a task of its own.
func begin(task *edo.Task, m *remote.Member) *edo.JoinHandle[edo.Unit] {
	return edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, m.Begin(task.Context()) })
}

// A Conn that closes stops all that has entered, and waits for it: also a member that is about to subscribe.
func TestAMemberMayBeStoppedWhileItBegins(t *testing.T) {
	const functions = 20
	with(t, func(task *edo.Task, conn *link.Conn) error {
		nc := conn.NATS()
		before := nc.NumSubscriptions()
		for subscribed := range 2 * functions {
			m, err := remote.NewMember(conn, 1, offers(functions))
			if err != nil {
				return err
			}
			begins := begin(task, m)
			if err := clustertest.Until(task, func() bool { return nc.NumSubscriptions() >= before+subscribed }); err != nil {
				return err
			}
			m.Stop()
			switch _, err := begins.Await(task); {
			case err == nil: // it had begun
				if _, err := edo.Await(task, edo.Future[edo.Unit](m)); err != nil {
					return err
				}
			case !errors.Is(err, link.ErrClosed):
				t.Errorf("a member that is stopped while it begins has the error %v", err)
			}
			isGone := func() bool { return nc.NumSubscriptions() == before && len(conn.Members()) == 0 }
			if err := clustertest.Until(task, isGone); err != nil {
				return err
			}
		}
		return nil
	})
}

// answer is the future of a result that is there.
type answer []byte

func (a answer) Poll(*edo.Context) ([]byte, edo.Poll, error) { return a, edo.Ready, nil }

// The patience with callers is an hour here. A large outcome is asked at once, so that the question is older than the stop.
func TestAMemberThatStopsGivesUpWhatNoCallerHears(t *testing.T) {
	remote.SetStopWait(link.RetryWait)
	defer remote.SetStopWait(5 * time.Second)
	with(t, func(task *edo.Task, conn *link.Conn) error {
		of := offers(1)
		of[0].Run = func(string, []byte, time.Time) (edo.Future[[]byte], error) { return make(answer, 8<<10), nil }
		m, err := remote.NewMember(conn, 1, of)
		if err != nil {
			return err
		}
		if _, err := begin(task, m).Await(task); err != nil {
			return err
		}
		serves := edo.Spawn(task, edo.Future[edo.Unit](m))
		nc := conn.NATS()
		if err := nc.PublishRequest(remote.CallSubject("f0", 0), nc.NewInbox()+".1", nil); err != nil {
			return err
		}
		if err := clustertest.UntilReported(task, "cluster: the caller of f0, which takes the outcome"); err != nil {
			return err
		}
		m.Stop()
		_, err = serves.Await(task)
		return err
	})
}

// A worker may have taken a job that has not begun: its caller will ask the member for signs of life, and have it abort the job.
func TestAMemberThatStopsHearsCallersUntilItsWorkersHaveEnded(t *testing.T) {
	with(t, func(task *edo.Task, conn *link.Conn) error {
		nc := conn.NATS()
		before := nc.NumSubscriptions()
		m, err := remote.NewMember(conn, 1, offers(1))
		if err != nil {
			return err
		}
		m.AddQueue()
		if _, err := begin(task, m).Await(task); err != nil {
			return err
		}
		serves := edo.Spawn(task, edo.Future[edo.Unit](m))
		m.Stop()
		if err := clustertest.Until(task, func() bool { return nc.NumSubscriptions() <= before+1 }); err != nil { // no calls come
			return err
		}
		_, err = edo.Blocking(task, func(task *edo.Task) (*nats.Msg, error) {
			return nc.RequestWithContext(task.Context(), "edo.member."+m.ID(), nil)
		}).Await(task)
		if err != nil {
			t.Errorf("the answer to a question is %v", err)
		}
		m.QueueEnded()
		_, err = serves.Await(task)
		return err
	})
}
