package aio_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// newRuntime returns a runtime that ends with the test.
func newRuntime(t testing.TB) *edo.Runtime {
	t.Helper()
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return rt
}

// within runs fn on a goroutine, and requires that it ends.
func within(t testing.TB, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it does not end within a minute")
	}
}

func TestNetConnOfADuplexReadsAndWritesOnPlainGoroutines(t *testing.T) {
	rt := newRuntime(t)
	x, y := aio.Duplex(3)
	a, b := aio.NetConn(rt, x), aio.NetConn(rt, y)
	within(t, func() {
		go func() {
			io.WriteString(a, "hello, world")
			a.(interface{ CloseWrite() error }).CloseWrite()
		}()
		if all, err := io.ReadAll(b); string(all) != "hello, world" || err != nil {
			t.Errorf("read %q, %v", all, err)
		}
		if _, err := b.Write([]byte("ok")); err != nil { // the half that is open still
			t.Error(err)
		}
		b.Close()
		if all, err := io.ReadAll(a); string(all) != "ok" || err != nil {
			t.Errorf("read %q, %v", all, err)
		}
		a.Close()
	})
}

func TestNetConnInDirectStyleSuspendsItsTask(t *testing.T) {
	if err := sim.Run(1, func(task *edo.Task) error { // one worker: a Read that blocked it would never end
		x, y := aio.Duplex(3)
		a := aio.NetConn(task, x)
		defer a.Close()
		edo.Go(task, func(task *edo.Task) error {
			b := aio.NetConn(task, y)
			defer b.Close()
			_, err := io.Copy(b, b)
			return err
		})
		for range 3 {
			if _, err := io.WriteString(a, "12345"); err != nil {
				return err
			}
			var got [5]byte
			if _, err := io.ReadFull(a, got[:]); err != nil || string(got[:]) != "12345" {
				t.Errorf("got %q, %v", got, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestNetConnDeadlinesAreOfTheSimulatedClock(t *testing.T) {
	if err := sim.Run(1, func(task *edo.Task) error {
		x, y := aio.Duplex(3)
		defer y.Close()
		a := aio.NetConn(task, x)
		defer a.Close()
		a.SetReadDeadline(timer.Now(task).Add(time.Hour))
		before := timer.Now(task)
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := timer.Now(task).Sub(before); took != time.Hour {
			t.Errorf("the read took %v", took)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestADeadlineInThePastWakesABlockedRead(t *testing.T) {
	rt := newRuntime(t)
	for name, pair := range pairs(t, rt) {
		t.Run(name, func(t *testing.T) {
			a, b := pair[0], pair[1]
			defer b.Close()
			defer a.Close()
			within(t, func() {
				failed := make(chan error)
				go func() {
					_, err := a.Read(make([]byte, 1))
					failed <- err
				}()
				a.SetReadDeadline(time.Unix(1, 0)) // before or after the Read has begun to wait
				if err := <-failed; !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				a.SetReadDeadline(time.Time{})
				io.WriteString(b, "x")
				var got [1]byte
				if n, err := a.Read(got[:]); n != 1 || err != nil || got[0] != 'x' {
					t.Errorf("got %d, %v after the deadline was taken back", n, err)
				}
			})
		})
	}
}

// pairs returns the ends of a connection of each kind.
func pairs(t testing.TB, rt *edo.Runtime) map[string][2]net.Conn {
	x, y := aio.Duplex(10)
	c, d := dialed(t, rt)
	return map[string][2]net.Conn{
		"Duplex": {aio.NetConn(rt, x), aio.NetConn(rt, y)},
		"TCP":    {aio.NetConn(rt, c), aio.NetConn(rt, d)},
	}
}

// dialed returns the two ends of a connection by TCP.
func dialed(t testing.TB, rt *edo.Runtime) (a, b *socket.Conn) {
	t.Helper()
	if err := edo.Block(rt, context.Background(), func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		if a, err = socket.Dial(task, "tcp", l.Addr().String()); err != nil {
			return err
		}
		b, err = l.Accept(task)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func TestCloseEndsABlockedReadAndWrite(t *testing.T) {
	rt := newRuntime(t)
	for name, pair := range pairs(t, rt) {
		t.Run(name, func(t *testing.T) {
			a, b := pair[0], pair[1]
			defer b.Close()
			within(t, func() {
				failed := make(chan error)
				go func() {
					_, err := a.Read(make([]byte, 1))
					failed <- err
				}()
				go func() {
					_, err := a.Write(make([]byte, 64<<20))
					failed <- err
				}()
				a.Close()
				for range 2 {
					if err := <-failed; !errors.Is(err, net.ErrClosed) {
						t.Errorf("got %v", err)
					}
				}
				if err := a.SetDeadline(time.Now()); !errors.Is(err, net.ErrClosed) {
					t.Errorf("SetDeadline: %v", err)
				}
			})
		})
	}
}

// As with package net: nothing of the connection counts any more, not even its deadline.
func TestEveryOperationAfterCloseIsErrClosed(t *testing.T) {
	rt := newRuntime(t)
	for name, pair := range pairs(t, rt) {
		t.Run(name, func(t *testing.T) {
			a, b := pair[0], pair[1]
			defer b.Close()
			within(t, func() {
				a.SetDeadline(time.Unix(1, 0))
				if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("before: %v", err)
				}
				a.Close()
				for _, p := range [][]byte{nil, make([]byte, 1)} {
					if _, err := a.Read(p); !errors.Is(err, net.ErrClosed) {
						t.Errorf("Read of %d bytes: %v", len(p), err)
					}
					if _, err := a.Write(p); !errors.Is(err, net.ErrClosed) {
						t.Errorf("Write of %d bytes: %v", len(p), err)
					}
				}
				if err := a.(interface{ CloseWrite() error }).CloseWrite(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("CloseWrite: %v", err)
				}
			})
		})
	}
}

func TestAnAbortedTaskGetsErrCancelledFromItsNetConn(t *testing.T) {
	rt := newRuntime(t)
	for name, spawn := range map[string]func(fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit]{
		"in direct style": func(fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit] { return edo.Go(rt, fn) },
		"in a blocking task": func(fn func(task *edo.Task) error) *edo.JoinHandle[edo.Unit] {
			return edo.Blocking(rt, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, fn(task) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			x, y := aio.Duplex(3)
			defer y.Close()
			began := make(chan struct{})
			read := make(chan error, 1)
			h := spawn(func(task *edo.Task) error {
				a := aio.NetConn(task, x)
				defer a.Close()
				close(began)
				_, err := a.Read(make([]byte, 1))
				read <- err
				return nil
			})
			within(t, func() {
				<-began
				h.Abort()
				if err := <-read; !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestNetConnOfAnotherTaskDoesNotStopTheWorker(t *testing.T) {
	rt := newRuntime(t)
	x, y := aio.Duplex(3)
	defer y.Close()
	a := aio.NetConn(rt, x)
	defer a.Close()
	err := edo.Block(rt, context.Background(), func(task *edo.Task) error {
		_, err := edo.Go(rt, func(task *edo.Task) error {
			_, err := a.Read(make([]byte, 1))
			return err
		}, edo.Name("reader")).Await(task)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "reader") || !strings.Contains(err.Error(), "give NetConn that Task") {
		t.Errorf("got %v", err)
	}
}

func TestNetConnInTheSimulatorServesItsTaskAlone(t *testing.T) {
	if err := sim.Run(1, func(task *edo.Task) error {
		x, y := aio.Duplex(3)
		defer y.Close()
		a := aio.NetConn(task, x)
		defer a.Close()
		failed := make(chan error)
		go func() {
			_, err := a.Read(make([]byte, 1))
			failed <- err
		}()
		if err := <-failed; err == nil || !strings.Contains(err.Error(), "replayed") {
			t.Errorf("got %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestTheEndOfTheRuntimeEndsAReadOfAGoroutine(t *testing.T) {
	rt, err := edo.New(edo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	x, y := aio.Duplex(3)
	defer y.Close()
	a := aio.NetConn(rt, x)
	defer a.Close()
	failed := make(chan error)
	go func() {
		_, err := a.Read(make([]byte, 1))
		failed <- err
	}()
	within(t, func() {
		if err := rt.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-failed; !errors.Is(err, edo.ErrShutdown) {
			t.Errorf("got %v", err)
		}
	})
}

// A task that waits for what a goroutine does after its Read is not a stall.
func TestAGoroutineWithANetConnIsNoStall(t *testing.T) {
	goOn := make(chan struct{})
	err := edo.Run(func(task *edo.Task) error {
		x, y := aio.Duplex(3)
		a := aio.NetConn(task.Runtime(), x)
		s, r := oneshot.New[int]()
		hasRead := make(chan struct{})
		go func() {
			defer a.Close()
			a.Read(make([]byte, 1))
			close(hasRead)
			<-goOn
			s.Send(1)
		}()
		if _, err := aio.WriteAll(task, y, []byte("x")); err != nil {
			return err
		}
		defer y.Close()
		// Before its Read the runtime does not know of the goroutine, which may begin late. A Call is no stall.
		if _, err := edo.Call(task, func(context.Context) (edo.Unit, error) { <-hasRead; return edo.Unit{}, nil }); err != nil {
			return err
		}
		time.AfterFunc(300*time.Millisecond, func() { close(goOn) })
		_, err := r.Recv(task)
		return err
	}, edo.WithConfig(edo.Config{
		StallAfter: 20 * time.Millisecond,
		OnError:    func(err error) { t.Errorf("reported: %v", err) },
	}))
	if err != nil {
		t.Error(err)
	}
}

func TestAnOperationOfANetConnAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	rt := newRuntime(t)
	x, y := aio.Duplex(16)
	a, b := aio.NetConn(rt, x), aio.NetConn(rt, y)
	defer a.Close()
	defer b.Close()
	p := make([]byte, 8)
	if n := testing.AllocsPerRun(200, func() {
		a.Write(p)
		b.Read(p)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
