package cluster_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/timer"
)

// The build with a clock that can be set takes a minute.
var clocks = flag.Bool("clock", false, "run the tests in which the clocks of processes are set")

// ofClocks is the space of the test.
var ofClocks = lease.Config{TTL: 3 * time.Second}

// hold is what a holder process does: it says when it has a lease, and when it has lost it.
func hold(task *edo.Task, conn *cluster.Conn, log io.Writer) error {
	s, err := lease.NewSpace(task, conn, "clocks", ofClocks)
	if err != nil {
		return err
	}
	err = s.Lead(task, "it", fmt.Sprint("process ", os.Getpid()), func(task *edo.Task, l *lease.Lease) error {
		fmt.Fprintln(log, "has", l.Token())
		defer fmt.Fprintln(log, "leaves", l.Token())
		return task.Cancelled()
	})
	if errors.Is(err, edo.ErrClosed) { // at the end of the process
		return nil
	}
	return err
}

// The clocks of members are set an hour forth and back while they have jobs and a lease: the lease is held
// on, a stranger does not get it, and the jobs are done once. Then that of the broker is set, which counts the
// time to live by it: the lease may be lost, but the tokens grow, and no job is lost.
func TestClocksThatAreSetLoseNoJobAndMakeNoTwoHolders(t *testing.T) {
	if !*clocks {
		t.Skip("with -clock")
	}
	const n = 2000
	folder, log, leases := t.TempDir(), newLog(t), newLog(t)
	path := clustertest.BuildWithClock(t)
	begin := func(role, log, listen string) *process {
		p := program(role, folder, log, listen)
		p.Path = path
		return tasktest.StartProcess(t, p)
	}
	broker := begin("broker", "", "127.0.0.1:0")
	members := []*process{begin("worker once", log, ""), begin("worker once", log, ""), begin("holder", leases, "")}
	hours := []time.Duration{time.Hour, -time.Hour, 30 * 24 * time.Hour, 0}
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		s, err := lease.NewSpace(task, conn, "clocks", ofClocks)
		if err != nil {
			return err
		}
		q, err := cluster.NewQueue[string](task, conn, "once", queueOf["once"])
		if err != nil {
			return err
		}
		if err := until(task, hasLogged(leases, "has ")); err != nil {
			return err
		}
		// set sets clocks, and lets the time to live of the lease pass twice.
		set := func(of ...*process) error {
			for _, by := range hours {
				for _, p := range of {
					if err := clustertest.SetClock(p, by); err != nil {
						return err
					}
				}
				if err := timer.Sleep(task, ofClocks.TTL); err != nil {
					return err
				}
			}
			return nil
		}
		publishing := edo.Go(task, func(task *edo.Task) error {
			return publishAll(task, q, n, func(int) error { return timer.Sleep(task, 500*time.Millisecond) })
		})
		if err := set(members...); err != nil {
			return err
		}
		_, err = s.TryAcquire(task, "it", "the test")
		first, isHeld := errors.AsType[*lease.HeldError](err)
		if text, _ := os.ReadFile(leases); !isHeld || strings.TrimSpace(string(text)) != fmt.Sprint("has ", first.Token) {
			t.Errorf("members whose clocks were set: %v; the holder says\n%s", err, text)
		}

		if err := set(broker); err != nil {
			return err
		}
		if _, err := publishing.Await(task); err != nil {
			return err
		}
		if err := empty(task, q); err != nil {
			return err
		}
		l, err := s.Acquire(task, "other", "the test") // the broker still takes part
		if err != nil {
			return err
		}
		if l.Token() <= first.Token {
			t.Errorf("the token %d comes after %d", l.Token(), first.Token)
		}
		if err := l.Release(task); err != nil {
			return err
		}
		endAll(t, members...)
		return conn.Close(task)
	})
	checkAccount(t, log, n, len(hours)*2*workerLimit)
	checkTokens(t, leases)
}

// checkTokens requires that a holder has left each lease before it had the next, and that tokens grow.
func checkTokens(t *testing.T, log string) {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var last, token uint64
	var what string
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if _, err := fmt.Sscan(line, &what, &token); err != nil {
			t.Fatal(err)
		}
		if want := []string{"has", "leaves"}[i%2]; what != want || what == "has" && token <= last || what == "leaves" && token != last {
			t.Errorf("line %d is %q, after the token %d", i+1, line, last)
		}
		last = token
	}
	t.Logf("the holder says\n%s", text)
}
