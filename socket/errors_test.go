package socket

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/sim"
)

// wantOp requires that err is a net.OpError of op with both addresses (or one, of a
// listener), and that it matches all of want.
func wantOp(t *testing.T, err error, op string, source, addr net.Addr, want ...error) {
	t.Helper()
	var e *net.OpError
	if !errors.As(err, &e) || err != error(e) || e.Op != op || e.Net != "tcp" {
		t.Errorf("%s: %v is no net.OpError of this operation", op, err)
		return
	}
	if text(e.Source) != text(source) || text(e.Addr) != text(addr) {
		t.Errorf("%s: from %v to %v, want from %v to %v", op, e.Source, e.Addr, source, addr)
	}
	for _, w := range want {
		if !errors.Is(err, w) {
			t.Errorf("%s: %v does not match %v", op, err, w)
		}
	}
}

func text(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}

func TestEveryErrorIsThatOfNet(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		local, remote := a.LocalAddr(), a.RemoteAddr()
		p := make([]byte, 1)
		past := time.Unix(1, 0)
		a.SetDeadline(past)
		_, err := a.Read(task, p)
		wantOp(t, err, "read", local, remote, os.ErrDeadlineExceeded)
		if e := err.(net.Error); !e.Timeout() {
			t.Error("a deadline is no timeout")
		}
		_, err = a.Write(task, p)
		wantOp(t, err, "write", local, remote, os.ErrDeadlineExceeded)

		a.Close()
		if a.LocalAddr().String() != local.String() {
			t.Errorf("the address after Close is %v, want %v", a.LocalAddr(), local)
		}
		closed := []error{net.ErrClosed, edo.ErrClosed}
		_, err = a.Read(task, p)
		wantOp(t, err, "read", local, remote, closed...)
		if errors.Is(err, os.ErrDeadlineExceeded) || err.(net.Error).Timeout() {
			t.Errorf("%v is a timeout: it stays closed when the deadline is moved", err)
		}
		_, err = a.Write(task, p)
		wantOp(t, err, "write", local, remote, closed...)
		_, err = a.Read(task, nil)
		wantOp(t, err, "read", local, remote, closed...)
		_, err = a.Write(task, nil)
		wantOp(t, err, "write", local, remote, closed...)
		wantOp(t, a.CloseWrite(), "close", local, remote, closed...)
		wantOp(t, a.SetDeadline(past), "set", local, remote, closed...)
		wantOp(t, a.SetReadDeadline(past), "set", local, remote, closed...)
		wantOp(t, a.SetWriteDeadline(time.Time{}), "set", local, remote, closed...)
		if err := a.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
		if _, err := b.Read(task, p); err != io.EOF {
			t.Errorf("got %v, want io.EOF itself", err)
		}

		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, err = Listen(task, "tcp", l.Addr().String())
		wantOp(t, err, "listen", nil, l.Addr(), syscall.EADDRINUSE)
		l.Close()
		_, err = l.Accept(task)
		wantOp(t, err, "accept", nil, l.Addr(), closed...)
		in := l.Incoming()
		_, _, err = edo.Next(task, in)
		wantOp(t, err, "accept", nil, l.Addr(), closed...)
		_, err = Dial(task, "tcp", l.Addr().String())
		wantOp(t, err, "dial", nil, l.Addr(), syscall.ECONNREFUSED)
		return nil
	})
}

func TestUnknownNetworkIsNotBlamedOnTheAddress(t *testing.T) {
	onBoth(t, func(task *edo.Task, _, _ *Conn) error {
		for _, address := range []string{"x.sock", "127.0.0.1:1", "127.0.0.1:no-such-service", "example.com:80"} {
			_, err := Dial(task, "sctp", address)
			if err == nil || err.Error() != "dial sctp: unknown network sctp" {
				t.Errorf("dial %s: got %v", address, err)
			}
			_, err = Listen(task, "sctp", address)
			if err == nil || err.Error() != "listen sctp: unknown network sctp" {
				t.Errorf("listen %s: got %v", address, err)
			}
		}
		return nil
	})
}

func TestDroppedDialSaysThatItWasClosed(t *testing.T) {
	virtual(t, func(task *edo.Task, _ func() time.Duration) error {
		f := DialFuture(task, "tcp", "127.0.0.1:80")
		edo.Drop(f)
		_, err := edo.Await(task, f)
		wantOp(t, err, "dial", nil, nil, edo.ErrClosed)
		return nil
	})
}

func TestResetReachesReaderAndWriterInBothOrdersOfTheSeeds(t *testing.T) {
	orders := map[string]int{}
	for seed := range uint64(40) {
		var order string
		err := sim.Run(seed, withEnds(func(task *edo.Task, a, b *Conn) error {
			var g group
			reset := func(op string, err error) {
				order += op + " "
				wantOp(t, err, op, a.LocalAddr(), a.RemoteAddr(), syscall.ECONNRESET)
			}
			g.run(task, func(task *edo.Task) error {
				got := 0
				for {
					n, err := a.Read(task, make([]byte, 3))
					if got += n; err == nil {
						continue
					}
					reset("read", err)
					if got != len("half an answer") {
						t.Errorf("%d bytes before the reset", got)
					}
					_, err = a.Read(task, make([]byte, 3))
					wantOp(t, err, "read", a.LocalAddr(), a.RemoteAddr(), syscall.ECONNRESET)
					return nil
				}
			})
			g.run(task, func(task *edo.Task) error {
				for {
					if _, err := a.Write(task, make([]byte, 1000)); err != nil {
						reset("write", err)
						break
					}
				}
				_, err := a.Write(task, make([]byte, 1))
				wantOp(t, err, "write", a.LocalAddr(), a.RemoteAddr(), syscall.ECONNRESET)
				wantOp(t, a.CloseWrite(), "close", a.LocalAddr(), a.RemoteAddr(), syscall.ECONNRESET)
				return nil
			})
			if _, err := b.Write(task, []byte("half an answer")); err != nil {
				return err
			}
			if _, err := b.Read(task, make([]byte, 10)); err != nil {
				return err
			}
			b.Close() // with unread input
			return g.wait(task)
		}))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		orders[order]++
	}
	if len(orders) != 2 {
		t.Errorf("the orders were %v, want both", orders)
	}
}

func TestOperationThatReturnsAtOnceTakesFromTheBudget(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, _ func() time.Duration) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		l.Close()
		ended := l.Incoming()
		if _, _, err := edo.Next(task, ended); !errors.Is(err, net.ErrClosed) {
			return err
		}
		closed := newConn(a.inner, 0)
		polls := map[string]func(cx *edo.Context) edo.Poll{
			"read of nothing":   func(cx *edo.Context) edo.Poll { _, p, _ := b.PollRead(cx, nil); return p },
			"write of nothing":  func(cx *edo.Context) edo.Poll { _, p, _ := b.PollWrite(cx, nil); return p },
			"Write of nothing":  polls(b.WriteFuture(nil)),
			"Read of nothing":   polls(b.ReadFuture(nil)),
			"flush":             func(cx *edo.Context) edo.Poll { p, _ := b.PollFlush(cx); return p },
			"shutdown":          func(cx *edo.Context) edo.Poll { p, _ := b.PollShutdown(cx); return p },
			"end of Incoming":   func(cx *edo.Context) edo.Poll { _, p, _ := ended.PollNext(cx); return p },
			"closed: Read":      polls(closed.ReadFuture(make([]byte, 1))),
			"closed: Write":     polls(closed.WriteFuture(make([]byte, 1))),
			"closed: Accept":    polls(l.AcceptFuture()),
			"Dial of a mistake": polls(DialFuture(task, "sctp", "x")),
		}
		a.Close()
		for name, poll := range polls {
			mock := edotest.NewTask()
			mock.EnterWithBudget(0, func(cx *edo.Context) {
				if p := poll(cx); p != edo.Pending {
					t.Errorf("%s: %v without budget", name, p)
				}
			})
			edotest.RequireWoken(t, mock, 1)
			mock.EnterWithBudget(1, func(cx *edo.Context) {
				if p := poll(cx); p == edo.Pending {
					t.Errorf("%s: pending with a budget of 1", name)
				}
				if cx.Proceed(nil) {
					t.Errorf("%s took nothing from the budget", name)
				}
			})
		}
		return nil
	})
}

func TestLoopOverAnEmptyWriteGivesWay(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, _ func() time.Duration) error {
		ran := false
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		for i := 0; !ran; i++ {
			if _, err := a.Write(task, nil); err != nil {
				return err
			}
			if i > 10_000 {
				t.Fatal("the loop starves all other tasks")
			}
		}
		return nil
	})
}

func TestListenOfABadHostDoesNotInventAnAddress(t *testing.T) {
	onBoth(t, func(task *edo.Task, _, _ *Conn) error {
		_, err := Listen(task, "tcp", "nohost:1")
		if err == nil || !strings.HasPrefix(err.Error(), "listen tcp: ") || !strings.Contains(err.Error(), "nohost") {
			t.Errorf("got %v", err)
		}
		return nil
	})
}
