package socket_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/socket"
)

func TestShutdownEndsWhatWaits(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 2, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := socket.Listen(rt, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	waiting := make(chan struct{})
	edo.Go(rt, func(task *edo.Task) error {
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		close(waiting)
		_, err = conn.Read(task, make([]byte, 1))
		return err
	})
	<-waiting
	edo.Spawn(rt, l.AcceptFuture())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := rt.Shutdown(ctx); err != nil && !errors.Is(err, edo.ErrCancelled) {
		t.Fatal(err)
	}
	if _, err := theirs.Read(make([]byte, 1)); err == nil { // the driver has closed what was open
		t.Fatal("the connection is still open")
	}
}

func TestRunLeavesNoDescriptorsAndGoroutines(t *testing.T) {
	use := func() {
		run(t, func(task *edo.Task) error {
			l, err := serve(task, echo)
			if err != nil {
				return err
			}
			for range 10 {
				conn, err := socket.Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				if _, err := conn.Write(task, []byte("x")); err != nil {
					return err
				}
				if err := readFull(task, conn, make([]byte, 1)); err != nil {
					return err
				}
				conn.Close()
			}
			return l.Close()
		})
	}
	use() // opens the descriptors that Go's own poller keeps
	goroutines := func() int { return runtime.NumGoroutine() - coro.Kept() }
	before, files := goroutines(), descriptors()
	use()
	for end := time.Now().Add(time.Minute); goroutines() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, want %d", goroutines(), before)
		}
	}
	if now := descriptors(); now > files {
		t.Fatalf("%d descriptors, want %d", now, files)
	}
}

// descriptors returns how many descriptors the process has, or -1 where the system does
// not list them.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

func TestReadAndWriteInDirectStyleAllocateNothing(t *testing.T) {
	err := edo.Run(withClient(echo, func(task *edo.Task, conn *socket.Conn) error {
		p := make([]byte, 64)
		var failed error
		n := testing.AllocsPerRun(200, func() {
			if _, err := conn.Write(task, p); err != nil {
				failed = err
			}
			if err := readFull(task, conn, p); err != nil {
				failed = err
			}
		})
		if n > 0 && !raceEnabled && !portable {
			t.Errorf("%v allocations for a round trip", n)
		}
		return failed
	}))
	if err != nil {
		t.Fatal(err)
	}
}
