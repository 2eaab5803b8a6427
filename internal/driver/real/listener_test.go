package real_test

import (
	"errors"
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

func dialStd(t *testing.T, l driver.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// pend makes task wait to accept.
func pend(t *testing.T, task *edotest.Task, l driver.Listener) {
	t.Helper()
	by(task, func(cx *sched.Context) {
		_, poll, err := l.Accept(cx)
		wantPending(t, 0, poll, err)
	})
}

func TestOneConnectionTakesExactlyTwoPollsOfTheAcceptor(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	task := edotest.NewTask()
	for range 10 {
		pend(t, task, l)
		b.settle()
		if task.TakeWakes() != 0 {
			t.Fatal("woken without a connection")
		}
		dialStd(t, l)
		b.wait(task, 1)
		polls, err := b.tryAccept(task, l)
		if polls != 1 || err != nil {
			t.Fatalf("accepted after %d polls: %v", polls, err)
		}
		b.settle()
		if task.TakeWakes() != 0 {
			t.Fatal("woken again for the same connection")
		}
	}
}

func TestOneConnectionWakesOneOfSeveralAcceptors(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	first, second, third := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	pend(t, first, l)
	pend(t, second, l)
	pend(t, third, l)
	dialStd(t, l)
	b.wait(first, 1)
	b.accept(first, l).Close()
	b.settle()
	if second.TakeWakes()+third.TakeWakes() != 0 {
		t.Fatal("an acceptor without a connection was woken")
	}
	dialStd(t, l)
	b.wait(second, 1)
	b.accept(second, l).Close()
	if third.TakeWakes() != 0 {
		t.Fatal("an acceptor without a connection was woken")
	}
}

func TestEveryWaitingAcceptorGetsItsConnection(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	const n = 5
	tasks := make([]*edotest.Task, n)
	for i := range tasks {
		tasks[i] = edotest.NewTask()
		pend(t, tasks[i], l)
	}
	for range tasks {
		dialStd(t, l)
	}
	for i, task := range tasks { // one readiness may stand for all of them
		b.wait(task, 1)
		polls, err := b.tryAccept(task, l)
		if polls != 1 || err != nil {
			t.Fatalf("acceptor %d: %d polls, %v", i, polls, err)
		}
	}
}

func TestForgottenAcceptorPassesItsWakeOn(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	first, second := edotest.NewTask(), edotest.NewTask()
	pend(t, first, l)
	pend(t, second, l)
	dialStd(t, l)
	b.wait(first, 1)
	by(first, func(cx *sched.Context) { l.Forget(cx.Task()) })
	b.wait(second, 1)
	b.accept(second, l).Close()
}

func TestForgottenAcceptorThatWasNotWokenIsSkipped(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	first, second := edotest.NewTask(), edotest.NewTask()
	pend(t, first, l)
	pend(t, second, l)
	by(first, func(cx *sched.Context) { l.Forget(cx.Task()) })
	b.settle()
	if second.TakeWakes() != 0 {
		t.Fatal("woken without a connection")
	}
	dialStd(t, l)
	b.wait(second, 1)
	if first.TakeWakes() != 0 {
		t.Fatal("a forgotten acceptor was woken")
	}
	b.accept(second, l).Close()
}

func TestConnectionThatNoTaskWaitedForIsAcceptedLater(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	dialStd(t, l)
	b.accept(edotest.NewTask(), l).Close()
}

func TestListenerCloseWakesAllAcceptors(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	tasks := []*edotest.Task{edotest.NewTask(), edotest.NewTask(), edotest.NewTask()}
	for _, task := range tasks {
		pend(t, task, l)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatalf("closed twice: %v", err)
	}
	for _, task := range tasks {
		b.wait(task, 1)
		by(task, func(cx *sched.Context) {
			if _, _, err := l.Accept(cx); !errors.Is(err, net.ErrClosed) {
				t.Fatalf("got %v, want net.ErrClosed", err)
			}
		})
	}
}

func TestAddressInUseIsAClearError(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	defer l.Close()
	address := l.Addr().String()
	_, err := b.Listen("tcp", address)
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("got %v, want EADDRINUSE", err)
	}
	if text := err.Error(); !strings.Contains(text, "listen tcp") || !strings.Contains(text, address) {
		t.Fatalf("%q does not name its operation", text)
	}
}

func TestPortIsFreeAgainAfterClose(t *testing.T) {
	b := newHarness(t)
	l := b.listen()
	address := l.Addr().String()
	dialStd(t, l)
	b.accept(edotest.NewTask(), l).Close() // our side closes first: TIME_WAIT
	l.Close()
	again, err := b.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestDriverCloseLeavesNothingBehind(t *testing.T) {
	b := newHarness(t) // opens the descriptors that Go's own poller keeps
	b.pair()
	goroutines := runtime.NumGoroutine()
	files := descriptors()
	d := newHarness(t)
	theirs, ours := d.pair()
	l := d.listen()
	reader, acceptor := edotest.NewTask(), edotest.NewTask()
	by(reader, func(cx *sched.Context) { ours.Read(cx, make([]byte, 8)) })
	pend(t, acceptor, l)
	if !d.Registered() {
		t.Fatal("nothing is registered")
	}
	d.Close()
	if reader.TakeWakes() != 1 || acceptor.TakeWakes() != 1 {
		t.Fatal("closing the driver did not wake the waiters")
	}
	by(reader, func(cx *sched.Context) {
		if _, _, err := ours.Read(cx, make([]byte, 8)); !errors.Is(err, net.ErrClosed) {
			t.Fatalf("got %v, want net.ErrClosed", err)
		}
	})
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Listen("tcp", "127.0.0.1:0"); !errors.Is(err, net.ErrClosed) {
		t.Fatalf("Listen: got %v, want net.ErrClosed", err)
	}
	if _, err := d.Dial("tcp", theirs.LocalAddr().String()); err == nil {
		t.Fatal("dialled with a closed driver")
	}
	theirs.Close()
	waitForGoroutines(t, goroutines)
	if now := descriptors(); now > files {
		t.Fatalf("%d descriptors, want %d", now, files)
	}
}

func TestNothingIsRegisteredWhenAllIsClosed(t *testing.T) {
	b := newHarness(t)
	if b.Registered() {
		t.Fatal("a source is registered at the start")
	}
	_, ours := b.pair()
	if !b.Registered() {
		t.Fatal("a connection is not registered")
	}
	ours.Close()
	if b.Registered() {
		t.Fatal("a source is registered at the end")
	}
}
