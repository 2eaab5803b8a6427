package cluster_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/nats-io/nats.go"
)

// A function that computes is the most usual one: the member must say that it has the call although its
// task does not come to a wait.
func TestACallOfAFunctionThatKeepsTheProcessorIsNotLost(t *testing.T) {
	t.Parallel()
	f := cluster.NewFunc[time.Duration, string]("computes", cluster.FuncConfig{Patience: 3 * time.Second})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		offered := cluster.Offer(f, func(_ *edo.Task, d time.Duration) (string, error) {
			for begin := time.Now(); time.Since(begin) < d; {
			}
			return "the result", nil
		})
		return served(task, conn, 1, []cluster.Offered{offered}, func(*cluster.Member) error {
			v, err := cluster.Call(task, conn, f, 4500*time.Millisecond)
			if v != "the result" || err != nil {
				t.Errorf("the call is %q, %v", v, err)
			}
			return nil
		})
	})
}

// A caller whose process is killed is missed as soon as the broker knows that its connection is gone, long
// before its patience.
func TestTheCallsOfAKilledCallerAreAborted(t *testing.T) {
	t.Parallel()
	w := newWaiting("orphan", cluster.FuncConfig{Patience: time.Hour, CallerPatience: time.Hour}, 1, 1)
	log := newLog(t)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		return served(task, conn, 4, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			caller := start(t, "caller", folder, log, "")
			if err := w.begun.await(task); err != nil {
				return err
			}
			caller.Kill()
			return w.ended.await(task)
		})
	})
}

// A caller that stands still has its connection: only its silence tells.
func TestTheCallsOfACallerThatStandsStillAreAborted(t *testing.T) {
	t.Parallel()
	tasktest.RequirePause(t)
	w := newWaiting("orphan", cluster.FuncConfig{Patience: time.Hour, CallerPatience: 3 * time.Second}, 1, 1)
	log := newLog(t)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		return served(task, conn, 4, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			caller := start(t, "caller", folder, log, "")
			if err := w.begun.await(task); err != nil {
				return err
			}
			if err := caller.Pause(); err != nil {
				return err
			}
			if err := w.ended.await(task); err != nil {
				return err
			}
			if err := caller.Resume(); err != nil {
				return err
			}
			return until(task, hasLogged(log, "lost")) // it is told when it goes on
		})
	})
}

// A member whose process is killed is missed as soon as the broker knows that its connection is gone.
func TestAMemberThatIsKilledIsMissedBeforeItsPatience(t *testing.T) {
	t.Parallel()
	log := newLog(t)
	f := cluster.NewFunc[int, int]("sleep", cluster.FuncConfig{Patience: time.Hour})
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		member := start(t, "member", folder, log, "")
		h := cluster.Spawn(task, conn, f, 1)
		// The caller knows which member has the call.
		if err := clustertest.UntilReported(task, fmt.Sprint("process ", member.Process.Pid)); err != nil {
			return err
		}
		member.Kill()
		_, err := h.Await(task)
		if e, ok := errors.AsType[*cluster.LostError](err); !ok || e.Member == "" || e.Reason != "its connection is gone; it may have run" {
			t.Errorf("the call of a killed member is %v", err)
		}
		return nil
	})
}

// A member that dies before it has said that it has a call is not known to the caller. If it was the last
// one that offers the function, the broker knows that none is left.
func TestACallWhoseMemberHasDiedAtOnceIsMissedBeforeItsPatience(t *testing.T) {
	t.Parallel()
	f := cluster.NewFunc[int, int]("swallowed", cluster.FuncConfig{Patience: time.Hour})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		nc := conn.NATS()
		member, err := nc.QueueSubscribe(remote.CallSubject("swallowed", 0), "edo", func(m *nats.Msg) { m.Sub.Unsubscribe() })
		if err != nil {
			return err
		}
		_, err = cluster.Call(task, conn, f, 1)
		if e, ok := errors.AsType[*cluster.LostError](err); !ok || e.Member != "" || e.Reason != "no member is left that offers it; it may have run" {
			t.Errorf("the call is %v", err)
		}
		if member.IsValid() {
			t.Error("the call was not taken")
		}
		return nil
	})
}

// orphan is what a caller process calls, and waits for.
func orphan(task *edo.Task, conn *cluster.Conn, log io.Writer) {
	_, err := cluster.Call(task, conn, cluster.NewFunc[string, string]("orphan", cluster.FuncConfig{Patience: time.Hour}), "it")
	if _, ok := errors.AsType[*cluster.LostError](err); ok {
		fmt.Fprintln(log, "lost", err)
		return
	}
	fmt.Fprintln(log, "ended", err)
}
