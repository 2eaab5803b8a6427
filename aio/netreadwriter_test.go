package aio_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// run runs main, and requires that it ends without an error.
func run(t testing.TB, main func(task *edo.Task) error) {
	t.Helper()
	within(t, func() {
		if err := edo.Run(main); err != nil {
			t.Error(err)
		}
	})
}

func TestTLSOfPackageNetIsAReadWriterForTasks(t *testing.T) {
	client, server := tlsConfigs()
	a, b := net.Pipe()
	run(t, func(task *edo.Task) error {
		sent := bytes.Repeat([]byte("0123456789"), 100_000)
		edo.Go(task, func(task *edo.Task) error {
			c := aio.NewNetReadWriter(tls.Client(a, client))
			if _, err := aio.WriteAll(task, c, sent); err != nil {
				return err
			}
			return aio.Shutdown(task, c) // close_notify
		})
		c := aio.NewNetReadWriter(tls.Server(b, server))
		defer c.Close()
		got, err := aio.ReadAll(task, c, nil)
		if !bytes.Equal(got, sent) {
			t.Errorf("got %d bytes of %d", len(got), len(sent))
		}
		return err
	})
}

// countedReads counts the calls of Read that are under way.
type countedReads struct {
	net.Conn
	n atomic.Int32
}

func (c *countedReads) Read(p []byte) (int, error) {
	c.n.Add(1)
	defer c.n.Add(-1)
	return c.Conn.Read(p)
}

func TestACancelledReadOfANetConnLosesNothingAndGivesItsGoroutineBack(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	reads := &countedReads{Conn: b}
	c := aio.NewNetReadWriter(reads)
	defer c.Close()
	run(t, func(task *edo.Task) error {
		want := byte(0)
		written := edo.Blocking(task, func(task *edo.Task) (int, error) {
			for i := range 200 {
				if _, err := a.Write([]byte{byte(i)}); err != nil {
					return i, err
				}
			}
			return 200, nil
		})
		for want < 200 {
			var p [3]byte
			n, err := timer.Timeout(task, time.Duration(want%4)*200*time.Microsecond, func(task *edo.Task) (int, error) {
				return aio.Read(task, c, p[:])
			})
			if err != nil && !errors.As(err, new(*timer.TimeoutError)) {
				return err
			}
			for _, got := range p[:n] {
				if got != want {
					t.Fatalf("read %d, want %d", got, want)
				}
				want++
			}
		}
		if _, err := written.Await(task); err != nil {
			return err
		}
		timer.Timeout(task, time.Millisecond, func(task *edo.Task) (int, error) { return aio.Read(task, c, make([]byte, 1)) })
		for reads.n.Load() != 0 { // would be for ever if the goroutine were not taken back
			edo.Yield(task)
		}
		return nil
	})
}

// full is a writer that takes bytes and cannot flush them.
type full struct{ aio.Writer }

func (full) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	return len(p), edo.Ready, nil
}

func (full) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	return edo.Ready, io.ErrShortWrite
}

// endedReads counts the calls of Read that have returned.
type endedReads struct {
	net.Conn
	n atomic.Int32
}

func (c *endedReads) Read(p []byte) (int, error) {
	defer c.n.Add(1)
	return c.Conn.Read(p)
}

// A copy that fails while it waits to read takes the goroutine of that read back.
func TestACopyThatFailsToFlushGivesTheGoroutineOfItsReadBack(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	reads := &endedReads{Conn: b}
	c := aio.NewNetReadWriter(reads)
	defer c.Close()
	run(t, func(task *edo.Task) error {
		edo.Blocking(task, func(task *edo.Task) (int, error) { return a.Write([]byte("x")) })
		if n, err := aio.Copy(task, full{}, c); n != 1 || err != io.ErrShortWrite {
			t.Errorf("copied %d, %v", n, err)
		}
		for reads.n.Load() != 2 { // would be for ever if the goroutine were not taken back
			edo.Yield(task)
		}
		return nil
	})
}

// The first read makes the handshake, which goes on, for the next read or a write.
func TestACancelledReadLeavesTheHandshakeWhole(t *testing.T) {
	client, server := tlsConfigs()
	for name, write := range map[string]bool{"read": false, "write": true} {
		a, b := net.Pipe()
		defer a.Close() // that of TLS would wait for the other side
		defer b.Close()
		run(t, func(task *edo.Task) error {
			c := aio.NewNetReadWriter(tls.Client(a, client))
			var p [5]byte
			for range 3 { // the other side does not answer yet
				_, err := timer.Timeout(task, time.Millisecond, func(task *edo.Task) (int, error) {
					return aio.Read(task, c, p[:])
				})
				if !errors.As(err, new(*timer.TimeoutError)) {
					t.Errorf("%s: cancelled: %v", name, err)
				}
			}
			echo := edo.Go(task, func(task *edo.Task) error {
				c := aio.NewNetReadWriter(tls.Server(b, server))
				if write {
					var p [5]byte
					if _, err := aio.ReadFull(task, c, p[:]); err != nil {
						return err
					}
				}
				if _, err := aio.WriteAll(task, c, []byte("hello")); err != nil {
					return err
				}
				return aio.Flush(task, c)
			})
			if write {
				if _, err := aio.WriteAll(task, c, []byte("hello")); err != nil {
					return err
				}
			}
			if _, err := aio.ReadFull(task, c, p[:]); string(p[:]) != "hello" || err != nil {
				t.Errorf("%s: %q, %v", name, p, err)
			}
			_, err := echo.Await(task)
			return err
		})
	}
}

func TestDeadlinesOfANetReadWriter(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	c := aio.NewNetReadWriter(b)
	defer c.Close()
	run(t, func(task *edo.Task) error {
		p := make([]byte, 4)
		c.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := aio.Read(task, c, p); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		c.SetReadDeadline(time.Time{})
		go a.Write([]byte("more"))
		if _, err := aio.ReadFull(task, c, p); err != nil || string(p) != "more" {
			t.Errorf("got %q, %v after the deadline was taken back", p, err)
		}
		// A deadline that is set after a read was cancelled holds for the next read.
		timer.Timeout(task, time.Microsecond, func(task *edo.Task) (int, error) { return aio.Read(task, c, p) })
		c.SetReadDeadline(time.Unix(1, 0))
		if _, err := aio.Read(task, c, p); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		c.SetWriteDeadline(time.Now().Add(time.Millisecond))
		if _, err := aio.WriteAll(task, c, p); err != nil {
			t.Errorf("the bytes were not taken: %v", err)
		}
		for range 2 { // for ever: the write may have gone out in part
			if err := aio.Flush(task, c); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("Flush: %v", err)
			}
		}
		if _, err := aio.Write(task, c, p); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write: %v", err)
		}
		return nil
	})
}

func TestFlushOfANetReadWriterWaitsUntilTheOtherSideHasTheBytes(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	c := aio.NewNetReadWriter(b)
	defer c.Close()
	run(t, func(task *edo.Task) error {
		if _, err := aio.WriteAll(task, c, []byte("hello")); err != nil {
			return err
		}
		var got atomic.Int32
		go func() {
			var p [5]byte
			io.ReadFull(a, p[:4])
			got.Store(4)
			io.ReadFull(a, p[4:])
		}()
		if err := aio.Flush(task, c); err != nil || got.Load() != 4 {
			t.Errorf("the flush ended after %d bytes, %v", got.Load(), err)
		}
		if err := aio.Shutdown(task, c); !errors.Is(err, errors.ErrUnsupported) { // net.Pipe has no CloseWrite
			t.Errorf("Shutdown: %v", err)
		}
		return nil
	})
}

// stubborn is a connection whose writes wait until it is released, once they are held.
type stubborn struct {
	net.Conn
	isHeld   atomic.Bool
	released chan struct{}
	closed   chan struct{}
}

func (c *stubborn) Write(p []byte) (int, error) {
	if c.isHeld.Load() {
		<-c.released
	}
	return c.Conn.Write(p)
}

func (c *stubborn) Close() error {
	defer close(c.closed)
	return c.Conn.Close()
}

// A TLS connection says good-bye when it is closed, and waits for room.
func TestDropOfANetReadWriterDoesNotWaitForTheOtherSide(t *testing.T) {
	client, server := tlsConfigs()
	a, b := net.Pipe()
	defer b.Close()
	below := &stubborn{Conn: a, released: make(chan struct{}), closed: make(chan struct{})}
	run(t, func(task *edo.Task) error {
		peer := edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
			return edo.Unit{}, tls.Server(b, server).Handshake()
		})
		shaken := tls.Client(below, client)
		if _, err := edo.Call(task, func(ctx context.Context) (edo.Unit, error) {
			return edo.Unit{}, shaken.HandshakeContext(ctx)
		}); err != nil {
			return err
		}
		if _, err := peer.Await(task); err != nil {
			return err
		}
		below.isHeld.Store(true)
		_, err := edo.Go(task, func(*edo.Task) error { return nil }, edo.Owns(aio.NewNetReadWriter(shaken))).Await(task)
		return err
	})
	b.Close()
	close(below.released) // only now can the good-bye go on
	within(t, func() { <-below.closed })
}

func TestCloseEndsTheReadOfANetReadWriter(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	c := aio.NewNetReadWriter(b)
	run(t, func(task *edo.Task) error {
		h := edo.GoValue(task, func(task *edo.Task) (int, error) { return aio.Read(task, c, make([]byte, 1)) })
		if err := edo.Yield(task); err != nil {
			return err
		}
		c.Close()
		if _, err := h.Await(task); !errors.Is(err, io.ErrClosedPipe) { // that of net.Pipe
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestASecondReaderOfANetReadWriterIsTold(t *testing.T) {
	rt := newRuntime(t)
	a, b := net.Pipe()
	defer a.Close()
	c := aio.NewNetReadWriter(b)
	defer c.Close()
	read := func(task *edo.Task) (int, error) { return aio.Read(task, c, make([]byte, 1)) }
	h := []*edo.JoinHandle[int]{edo.GoValue(rt, read), edo.GoValue(rt, read)}
	within(t, func() {
		edo.Block(rt, context.Background(), func(task *edo.Task) error {
			busy := make(chan int, 2)
			for i := range h {
				edo.Go(rt, func(task *edo.Task) error {
					if _, err := h[i].Await(task); errors.As(err, new(*edo.BusyError)) {
						busy <- i
					}
					return nil
				})
			}
			<-busy
			return nil
		})
	})
	for i := range h {
		h[i].Abort()
	}
}

func TestANetReadWriterInTheSimulatorSaysWhatToUse(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	c := aio.NewNetReadWriter(b)
	defer c.Close()
	if err := sim.Run(1, func(task *edo.Task) error {
		if _, err := aio.Read(task, c, make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "use the simulator's network") {
			t.Errorf("got %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestNetReadWriterSaysWhatItWaitsFor(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	c := aio.NewNetReadWriter(b)
	defer c.Close()
	rt := newRuntime(t)
	h := edo.GoValue(rt, func(task *edo.Task) (int, error) { return aio.Read(task, c, make([]byte, 1)) })
	within(t, func() {
		for {
			for _, task := range rt.Snapshot().Tasks {
				for _, w := range task.Waits {
					if w.On == "aio: read from a *net.pipe" && w.Outside {
						h.Abort()
						return
					}
				}
			}
		}
	})
}
