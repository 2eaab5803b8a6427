package cluster_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
)

// The functions of tests with processes. They note each call in the log.
var (
	onceFunc  = cluster.NewFunc[int, int]("once", cluster.FuncConfig{Patience: 3 * time.Second})
	leastFunc = cluster.NewFunc[int, int]("least", cluster.FuncConfig{Stored: true, Patience: 3 * time.Second, Tries: 100})
	sleepFunc = cluster.NewFunc[int, int]("sleep", cluster.FuncConfig{Patience: 3 * time.Second})
)

// remoteFunctions are those of a member process. One of an older version has only one.
func remoteFunctions(role string, log io.Writer) []cluster.Offered {
	run := func(task *edo.Task, n int) (int, error) {
		if err := edo.Yield(task); err != nil {
			return 0, err
		}
		if n == -1 {
			panic("it is negative")
		}
		if _, err := fmt.Fprintf(log, "done job%d 1\n", n); err != nil {
			return 0, err
		}
		return n * n, nil
	}
	if role == "member of many" {
		return []cluster.Offered{cluster.OfferFuture(onceFunc, func(n int) edo.Future[int] { return &endless{n: n, log: log} })}
	}
	if role == "member of old" {
		return []cluster.Offered{cluster.Offer(onceFunc, run)}
	}
	return []cluster.Offered{
		cluster.Offer(onceFunc, run), cluster.Offer(leastFunc, run),
		cluster.Offer(sleepFunc, func(task *edo.Task, n int) (int, error) {
			fmt.Fprintf(log, "begins %d\n", n)
			for task.Err() == nil {
				if err := edo.Yield(task); err != nil {
					break
				}
			}
			fmt.Fprintf(log, "cancelled %d\n", n)
			return 0, task.Err()
		}),
	}
}

// endless is a call that does not end.
type endless struct {
	n   int
	log io.Writer
}

func (e *endless) Poll(cx *edo.Context) (int, edo.Poll, error) {
	if e.n%1000 == 999 {
		fmt.Fprintf(e.log, "begins %d.\n", e.n)
	}
	return 0, edo.Pending, nil
}

func (*endless) Waits(*edo.Context) edo.Wait { return edo.Wait{On: "nothing"} }

// hasLogged returns a function that reports whether the log has text.
func hasLogged(log, text string) func() bool {
	return func() bool { all, _ := os.ReadFile(log); return strings.Contains(string(all), text) }
}

// callAll makes n calls, 50 at a time, and returns how many had their result, and how many were lost.
// disturb is called a few times meanwhile.
func callAll(task *edo.Task, conn *cluster.Conn, f *cluster.Func[int, int], n, times int, disturb func() error) (results, lost int, err error) {
	var all []*edo.JoinHandle[int]
	for i := range n {
		all = append(all, cluster.Spawn(task, conn, f, i))
		if i >= 50 {
			all[i-50].Await(task)
		}
		if i > 0 && i%(n/(times+1)) == 0 && i/(n/(times+1)) <= times {
			if err := disturb(); err != nil {
				return results, lost, err
			}
		}
	}
	for i, h := range all {
		v, err := h.Await(task)
		_, isLost := errors.AsType[*cluster.LostError](err)
		switch {
		case err == nil && v == i*i:
			results++
		case isLost:
			lost++
		default:
			return results, lost, fmt.Errorf("the call %d is %d, %w", i, v, err)
		}
	}
	return results, lost, nil
}

// remoteAccount requires that each call that has its result was made, and as often as the promise says.
func remoteAccount(t *testing.T, log string, n, results, lost int, atMostOnce bool) {
	t.Helper()
	done := account(t, log)
	again := 0
	for i := range n {
		again += max(0, done["job"+strconv.Itoa(i)]-1)
	}
	switch {
	case results+lost != n:
		t.Errorf("%d results and %d lost calls of %d", results, lost, n)
	case atMostOnce && again != 0:
		t.Errorf("%d calls were made twice", again)
	case !atMostOnce && lost != 0:
		t.Errorf("%d calls are lost", lost)
	case len(done) < results:
		t.Errorf("%d calls were made, and %d have results", len(done), results)
	}
	t.Logf("%d calls: %d results, %d lost, %d made again", n, results, lost, again)
}

func TestRemoteCallsHaveResultsOrAreLostWhenMembersAreKilled(t *testing.T) {
	t.Parallel()
	for _, f := range []*cluster.Func[int, int]{onceFunc, leastFunc} {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			const n, kills = 2000, 3
			log := newLog(t)
			withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
				members := []*process{start(t, "member", folder, log, ""), start(t, "member", folder, log, "")}
				killed := 0
				results, lost, err := callAll(task, conn, f, n, kills, func() error {
					members[killed%2].Kill()
					members[killed%2] = start(t, "member", folder, log, "")
					killed++
					return nil
				})
				if err != nil {
					return err
				}
				if killed != kills || lost > kills*50 {
					t.Errorf("%d members were killed, and %d calls lost", killed, lost)
				}
				remoteAccount(t, log, n, results, lost, f == onceFunc)
				endAll(t, members...)
				return nil
			})
		})
	}
}

func TestRemoteCallsHaveResultsOrAreLostWhenTheBrokerIsKilled(t *testing.T) {
	t.Parallel()
	for _, f := range []*cluster.Func[int, int]{onceFunc, leastFunc} {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			const n, kills = 2000, 3
			folder, log := t.TempDir(), newLog(t)
			broker := start(t, "broker", folder, log, "127.0.0.1:0")
			run(t, func(task *edo.Task) error {
				conn, err := cluster.Open(task, folder)
				if err != nil {
					return err
				}
				defer conn.Drop()
				members := []*process{start(t, "member", folder, log, ""), start(t, "member", folder, log, "")}
				killed := 0
				results, lost, err := callAll(task, conn, f, n, kills, func() error {
					killed++
					broker.Kill()
					broker = start(t, "broker", folder, log, "127.0.0.1:0")
					return nil
				})
				if err != nil {
					return err
				}
				if killed != kills || lost > kills*50 {
					t.Errorf("the broker was killed %d times, and %d calls lost", killed, lost)
				}
				remoteAccount(t, log, n, results, lost, f == onceFunc)
				endAll(t, members...)
				return conn.Close(task)
			})
		})
	}
}

func TestAProgramOfAnOldVersionDoesNotKnowTheFunction(t *testing.T) {
	log := newLog(t)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		old := start(t, "member of old", folder, log, "")
		_, err := cluster.Call(task, conn, sleepFunc, 0)
		if _, ok := errors.AsType[*cluster.UnknownFuncError](err); !ok {
			t.Errorf("a function that an old program does not have is %v", err)
		}
		_, err = cluster.Call(task, conn, onceFunc, -1)
		if e, ok := errors.AsType[*cluster.RemotePanicError](err); !ok || !strings.Contains(string(e.Stack), "remoteFunctions") {
			t.Errorf("a panic in another process is %v", err)
		}
		endAll(t, old)
		return nil
	})
}

func TestAMemberThatStandsStillHasLostItsCalls(t *testing.T) {
	t.Parallel()
	tasktest.RequirePause(t)
	log := newLog(t)
	withListening(t, func(task *edo.Task, conn *cluster.Conn, folder string) error {
		stands := start(t, "member", folder, log, "")
		h := cluster.Spawn(task, conn, sleepFunc, 1)
		aborted := cluster.Spawn(task, conn, sleepFunc, 2)
		if err := until(task, func() bool { return hasLogged(log, "begins 1")() && hasLogged(log, "begins 2")() }); err != nil {
			return err
		}
		aborted.Abort()
		if err := until(task, hasLogged(log, "cancelled 2")); err != nil {
			return err
		}
		if err := stands.Pause(); err != nil {
			return err
		}
		_, err := h.Await(task)
		if e, ok := errors.AsType[*cluster.LostError](err); !ok || !strings.Contains(e.Member, fmt.Sprint("process ", stands.Process.Pid)) {
			t.Errorf("a call of a member that stands still is %v", err)
		}
		if err := stands.Resume(); err != nil {
			return err
		}
		if err := until(task, hasLogged(log, "cancelled 1")); err != nil { // it is told that its call is not known any more
			return err
		}
		endAll(t, stands)
		return nil
	})
}
