package socket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// warnings collects what is logged until the test ends.
func warnings(t *testing.T) func() string {
	t.Helper()
	var mu sync.Mutex
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(writer(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return log.String()
	}
}

type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// collected runs the collector until done returns true.
func collected(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("the collector has not reported it")
		}
		runtime.GC()
	}
}

// Each case makes a connection, and drops the last reference to one end without closing it.
func TestForgottenConnectionIsClosedAndReportedWithItsPlace(t *testing.T) {
	for name, make := range map[string]func(task *edo.Task, l *Listener, theirs func()) error{
		"Accept": func(task *edo.Task, l *Listener, theirs func()) error {
			theirs()
			_, err := l.Accept(task)
			return err
		},
		"AcceptFuture": func(task *edo.Task, l *Listener, theirs func()) error {
			theirs()
			_, err := edo.Await(task, l.AcceptFuture())
			return err
		},
		"Incoming": func(task *edo.Task, l *Listener, theirs func()) error {
			theirs()
			_, _, err := edo.Next(task, l.Incoming())
			return err
		},
		"DialFuture": func(task *edo.Task, l *Listener, theirs func()) error {
			f := DialFuture(task, "tcp", l.Addr().String())
			mock := edotest.NewTask()
			mock.Enter(func(cx *edo.Context) { f.Poll(cx) }) // begun, and never dropped
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := warnings(t)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			err = edo.Run(func(task *edo.Task) error {
				l, err := Listen(task, "tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				defer l.Close()
				var c net.Conn
				if err := make(task, l, func() {
					if c, err = net.Dial("tcp", l.Addr().String()); err != nil {
						t.Error(err)
					}
				}); err != nil {
					return err
				}
				collected(t, func() bool { return strings.Contains(log(), "cleanup_test.go") })
				if c != nil {
					defer c.Close()
					if _, err := c.Read(make1()); err != io.EOF {
						t.Errorf("the other side got %v, want io.EOF", err)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := log(); !strings.Contains(got, "a Conn was never closed") || !strings.Contains(got, "TestForgottenConnection") {
				t.Errorf("logged %q, want the type and the place", got)
			}
		})
	}
}

// A task that polls a connection by hand, and then forgets it, stays its waiter: the connection
// does not know of that, and its other end is silent.
func TestConnectionIsFoundThatATaskHasForgottenWhileItWaited(t *testing.T) {
	log := warnings(t)
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		other, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer other.Close()
		mock := edotest.NewTask()
		if err := func() error {
			c, err := l.Accept(task)
			if err != nil {
				return err
			}
			mock.Enter(func(cx *edo.Context) {
				if _, poll, err := c.PollRead(cx, make1()); poll != edo.Pending || err != nil {
					t.Errorf("got %v, %v, want that it is pending", poll, err)
				}
			})
			return nil
		}(); err != nil {
			return err
		}
		collected(t, func() bool { return strings.Contains(log(), "a Conn was never closed") })
		if _, err := other.Read(make1()); err != io.EOF {
			t.Errorf("the other side got %v, want io.EOF", err)
		}
		runtime.KeepAlive(mock)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A connection stays as it is while a goroutine has it, also one that does nothing with it, and
// tasks that are woken in vain wait again.
func TestConnectionThatIsAliveIsNotFound(t *testing.T) {
	log := warnings(t)
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		idle, err := Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer idle.Close()
		c, err := l.Accept(task)
		if err != nil {
			return err
		}
		reader := edo.GoValue(task, func(task *edo.Task) (string, error) { // has the one reference
			defer c.Close()
			b := make([]byte, 10)
			n, err := c.Read(task, b)
			return string(b[:n]), err
		})
		for range 100 {
			edo.Yield(task)
			runtime.GC()
		}
		if _, err := idle.Write(task, []byte("hello")); err != nil {
			return err
		}
		got, err := edo.Await(task, reader)
		if err == nil && got != "hello" {
			t.Errorf("got %q", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := log(); got != "" {
		t.Errorf("logged %q", got)
	}
}

func make1() []byte { return make([]byte, 1) }

func TestForgottenListenerIsClosedAndReported(t *testing.T) {
	log := warnings(t)
	err := edo.Run(func(task *edo.Task) error {
		address := ""
		func() {
			l, err := Listen(task, "tcp", "127.0.0.1:0")
			if err != nil {
				t.Error(err)
				return
			}
			address = l.Addr().String()
		}()
		collected(t, func() bool { return strings.Contains(log(), "a Listener was never closed") })
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			t.Error("the listener is still open")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestClosedConnectionsAndThoseThatWaitAreNotReported(t *testing.T) {
	log := warnings(t)
	err := edo.Run(func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		for range 10 {
			c, err := Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			a, err := l.Accept(task)
			if err != nil {
				return err
			}
			edo.Go(task, func(task *edo.Task) error { // has the one reference
				c.Read(task, make1())
				return c.Close()
			})
			for range 3 {
				edo.Yield(task)
				runtime.GC()
			}
			if _, err := a.Write(task, []byte("x")); err != nil {
				return err
			}
			a.Close()
		}
		return l.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	found := make(chan struct{})
	runtime.AddCleanup(&struct{ p [64]byte }{}, func(c chan struct{}) { close(c) }, found)
	collected(t, func() bool {
		select {
		case <-found:
			return true
		default:
			return false
		}
	})
	if got := log(); got != "" {
		t.Errorf("logged %q", got)
	}
}

// In a simulation a forgotten connection is reported when nothing else can happen, and at
// the same point for the same seed. Here the reader at the other end goes on then.
func TestForgottenConnectionInASimulationEndsItsOtherSideAtTheStall(t *testing.T) {
	log := warnings(t)
	err := sim.Run(1, func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer a.Close()
		if err := func() error { _, err := l.Accept(task); return err }(); err != nil {
			return err
		}
		timer.Sleep(task, time.Second)
		if _, err := a.Read(task, make1()); err != io.EOF {
			return fmt.Errorf("got %w, want io.EOF", errors.Join(err))
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "a Conn was never closed") {
		t.Errorf("the run ended with %v, want that a Conn was forgotten", err)
	}
	if !strings.Contains(log(), "a Conn was never closed") {
		t.Errorf("logged %q", log())
	}
}

func TestForgottenPacketConnIsClosedAndReportedWithItsPlace(t *testing.T) {
	log := warnings(t)
	err := edo.Run(func(task *edo.Task) error {
		make := func() (string, error) {
			c, err := ListenPacket(task, "udp4", "127.0.0.1:0")
			if err != nil {
				return "", err
			}
			return c.LocalAddr().String(), nil
		}
		addr, err := make()
		if err != nil {
			return err
		}
		collected(t, func() bool { return strings.Contains(log(), "cleanup_test.go") })
		c, err := ListenPacket(task, "udp4", addr)
		if err != nil {
			return fmt.Errorf("the address is still in use: %w", err)
		}
		return c.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := log(); !strings.Contains(got, "a PacketConn was never closed") || !strings.Contains(got, "TestForgottenPacketConn") {
		t.Errorf("logged %q, want the type and the place", got)
	}
}
