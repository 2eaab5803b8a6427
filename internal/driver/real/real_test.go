package real_test

import (
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/driver/real"
	"github.com/edo-go/edo/internal/sched"
)

// patience is how long a test waits for an event that must happen.
const patience = time.Minute

// harness is a driver under test, and a worker that waits in it.
type harness struct {
	*testing.T
	driver.Driver
	worker *edotest.Task
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	d, err := real.New()
	if err != nil {
		t.Fatal(err)
	}
	b := &harness{t, d, edotest.NewTask()}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing the driver: %v", err)
		}
	})
	return b
}

// by calls fn as a poll of task.
func by(task *edotest.Task, fn func(cx *sched.Context)) {
	task.Enter(func(cx *edo.Context) { fn((*sched.Context)(cx)) })
}

// wait waits in the driver until task has been woken n times since its wakes were taken
// last.
func (b *harness) wait(task *edotest.Task, n int) {
	b.Helper()
	end := b.Now() + int64(patience)
	got := 0
	for {
		if got += task.TakeWakes(); got >= n {
			break
		}
		by(b.worker, func(cx *sched.Context) { b.Wait(cx, end) })
		if b.Now() >= end {
			b.Fatalf("woken %d times, want %d", got, n)
		}
	}
	if got > n {
		b.Fatalf("woken %d times, want %d", got, n)
	}
}

// settle has the driver report everything that has happened.
func (b *harness) settle() {
	by(b.worker, func(cx *sched.Context) {
		b.Look(cx)
		b.Wait(cx, b.Now()+int64(5*time.Millisecond))
	})
}

// do repeats op, as task, until it does not wait any more. It returns how often it
// was called.
func (b *harness) do(task *edotest.Task, op func(cx *sched.Context) (driver.Poll, error)) (polls int, err error) {
	b.Helper()
	task.TakeWakes()
	for {
		polls++
		var poll driver.Poll
		by(task, func(cx *sched.Context) { poll, err = op(cx) })
		if poll != driver.Pending {
			return polls, err
		}
		b.wait(task, 1)
	}
}

func (b *harness) listen() driver.Listener {
	b.Helper()
	l, err := b.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

func (b *harness) accept(task *edotest.Task, l driver.Listener) driver.Conn {
	b.Helper()
	var c driver.Conn
	_, err := b.do(task, func(cx *sched.Context) (poll driver.Poll, err error) {
		c, poll, err = l.Accept(cx)
		return poll, err
	})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// tryAccept accepts a connection and closes it. It returns how often it was polled.
func (b *harness) tryAccept(task *edotest.Task, l driver.Listener) (polls int, err error) {
	b.Helper()
	return b.do(task, func(cx *sched.Context) (driver.Poll, error) {
		c, poll, err := l.Accept(cx)
		if c != nil {
			c.Close()
		}
		return poll, err
	})
}

// pair returns both ends of a connection: one that package net holds, and ours.
func (b *harness) pair() (theirs *net.TCPConn, ours driver.Conn) {
	b.Helper()
	l := b.listen()
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn), b.accept(edotest.NewTask(), l)
}

// read reads once, waiting for it.
func (b *harness) read(task *edotest.Task, c driver.Conn, p []byte) (n int, err error) {
	b.Helper()
	_, err = b.do(task, func(cx *sched.Context) (poll driver.Poll, err error) {
		n, poll, err = c.Read(cx, p)
		return poll, err
	})
	return n, err
}

// readAll reads until p is full.
func (b *harness) readAll(task *edotest.Task, c driver.Conn, p []byte) {
	b.Helper()
	for len(p) > 0 {
		n, err := b.read(task, c, p)
		if err != nil {
			b.Fatal(err)
		}
		p = p[n:]
	}
}

// write writes all of p, waiting for it.
func (b *harness) write(task *edotest.Task, c driver.Conn, p []byte) {
	b.Helper()
	for len(p) > 0 {
		_, err := b.do(task, func(cx *sched.Context) (driver.Poll, error) {
			n, poll, err := c.Write(cx, p)
			p = p[n:]
			return poll, err
		})
		if err != nil {
			b.Fatal(err)
		}
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

// waitForGoroutines waits until as many goroutines run as before.
func waitForGoroutines(t *testing.T, before int) {
	t.Helper()
	end := time.Now().Add(patience)
	for runtime.NumGoroutine() > before {
		if time.Now().After(end) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, want %d\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}

// wantPending fails the test unless an operation of cx, which moved n bytes, has to wait.
func wantPending(t testing.TB, n int, poll driver.Poll, err error) {
	t.Helper()
	if n != 0 || poll != driver.Pending || err != nil {
		t.Fatalf("got %d, %v, %v, want that it is pending", n, poll, err)
	}
}
