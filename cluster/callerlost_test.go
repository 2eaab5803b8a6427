package cluster_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
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
	folder, log := t.TempDir(), newLog(t)
	run(t, func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		err = served(task, conn, 4, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			caller := start(t, "caller", folder, log, "")
			if err := w.begun.await(task); err != nil {
				return err
			}
			caller.Kill()
			return w.ended.await(task)
		})
		if err != nil {
			return err
		}
		return conn.Close(task)
	})
}

// A caller that stands still has its connection: only its silence tells.
func TestTheCallsOfACallerThatStandsStillAreAborted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be made to stand still there")
	}
	w := newWaiting("orphan", cluster.FuncConfig{Patience: time.Hour, CallerPatience: 3 * time.Second}, 1, 1)
	folder, log := t.TempDir(), newLog(t)
	run(t, func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		err = served(task, conn, 4, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			caller := start(t, "caller", folder, log, "")
			if err := w.begun.await(task); err != nil {
				return err
			}
			if err := caller.Process.Signal(stopSignal); err != nil {
				return err
			}
			if err := w.ended.await(task); err != nil {
				return err
			}
			if err := caller.Process.Signal(continueSignal); err != nil {
				return err
			}
			return until(task, hasLogged(log, "lost")) // it is told when it goes on
		})
		if err != nil {
			return err
		}
		return conn.Close(task)
	})
}

// A member whose process is killed is missed as soon as the broker knows that its connection is gone.
func TestAMemberThatIsKilledIsMissedBeforeItsPatience(t *testing.T) {
	t.Parallel()
	folder, log := t.TempDir(), newLog(t)
	f := cluster.NewFunc[int, int]("sleep", cluster.FuncConfig{Patience: time.Hour})
	run(t, func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		member := start(t, "member", folder, log, "")
		h := cluster.Spawn(task, conn, f, 1)
		isThere := func() bool {
			var report bytes.Buffer
			edo.Dump(&report)
			return strings.Contains(report.String(), fmt.Sprint("process ", member.Process.Pid))
		}
		if err := until(task, isThere); err != nil { // the caller knows which member has the call
			return err
		}
		member.Kill()
		_, err = h.Await(task)
		if e, ok := errors.AsType[*cluster.LostError](err); !ok || e.Member == "" || e.Reason != "its connection is gone; it may have run" {
			t.Errorf("the call of a killed member is %v", err)
		}
		return conn.Close(task)
	})
}

// orphan is what a caller process calls, and waits for.
func orphan(task *edo.Task, conn *cluster.Conn, log io.Writer) error {
	_, err := cluster.Call(task, conn, cluster.NewFunc[string, string]("orphan", cluster.FuncConfig{Patience: time.Hour}), "it")
	if _, ok := errors.AsType[*cluster.LostError](err); ok {
		fmt.Fprintln(log, "lost", err)
	}
	return err
}
