package faults_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
)

func TestMain(m *testing.M) { tasktest.Main(m) }

// seeds is how many orders of the simulator a test tries.
var seeds = fewer(20)

// fewer is a number of rounds, or a fifth of it in a build that checks invariants and is slow.
func fewer(n int) int {
	if invariant.Enabled {
		return n / 5
	}
	return n
}

// everywhere runs main in the simulator, under some seeds, and on real sockets.
func everywhere(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	t.Run("simulated", func(t *testing.T) {
		sim.Explore(t, seeds, func(seed uint64) error {
			return sim.Run(seed, main, sim.WithConfig(sim.Config{Runtime: edo.Config{OnError: func(error) {}}}))
		})
	})
	t.Run("real", func(t *testing.T) { really(t, main) })
}

// really runs main on real sockets, with one worker and with several.
func really(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	for _, c := range []edo.Config{{CurrentThread: true}, {Workers: 4}} {
		if err := edo.Run(main, tasktest.Quiet(c)); err != nil {
			t.Error(err)
		}
	}
}

// connect returns both ends of a connection.
func connect(task *edo.Task, opts ...socket.Option) (a, b *socket.Conn, err error) {
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0", opts...)
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if a, err = socket.Dial(task, "tcp", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	if b, err = l.Accept(task); err != nil {
		a.Close()
	}
	return a, b, err
}

// withEnds returns a main function that runs fn with both ends of a connection.
func withEnds(fn func(task *edo.Task, a, b *socket.Conn) error) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		a, b, err := connect(task)
		if err != nil {
			return err
		}
		defer a.Close()
		defer b.Close()
		return fn(task, a, b)
	}
}

// fill writes to c until it has no room, and returns how much that was. The task is left as a
// waiter: a wake that it does not need.
func fill(task *edo.Task, c aio.Writer) (n int, err error) {
	for {
		var poll edo.Poll
		wrote, err := edo.Await(task, tasktest.PollFunc[int](func(cx *edo.Context) (n int, _ edo.Poll, err error) {
			n, poll, err = c.PollWrite(cx, make([]byte, 1<<16))
			return n, edo.Ready, err
		}))
		if n += wrote; poll == edo.Pending || err != nil {
			return n, err
		}
	}
}

// reset ends c so that its peer gets a reset.
func reset(c *socket.Conn) error { return errors.Join(c.SetLinger(0), c.Close()) }

// is returns an error unless err matches want.
func is(what string, err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return fmt.Errorf("%s ended with %v (%T), want %v", what, err, err, want)
}

// descriptors returns how many descriptors the process has, or -1 where the system does not list
// them.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

// leavesNothing runs fn twice, and requires that the second run leaves no descriptor and no
// goroutine. The first one opens what Go's own poller keeps.
func leavesNothing(t *testing.T, fn func()) {
	t.Helper()
	fn()
	files, goroutines := descriptors(), tasktest.CountGoroutines()
	fn()
	tasktest.RequireGoroutines(t, goroutines)
	if now := descriptors(); now > files {
		t.Errorf("%d descriptors are open, %d before", now, files)
	}
}
