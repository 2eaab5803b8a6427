package faults_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/faults/wire"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/tlsconn"
)

// across returns both ends of a connection over the wire.
func across(task *edo.Task, opts ...socket.Option) (a, b *socket.Conn, err error) {
	return acrossBetween(task, wire.Near, wire.Far, opts...)
}

// acrossBetween is across for addresses of any family.
func acrossBetween(task *edo.Task, near, far string, opts ...socket.Option) (a, b *socket.Conn, err error) {
	l, err := socket.Listen(task, "tcp", net.JoinHostPort(near, "0"))
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	d := &socket.Dialer{Options: opts}
	if a, err = d.Dial(task, "tcp", net.JoinHostPort(far, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))); err != nil {
		return nil, nil, err
	}
	b, err = l.Accept(task)
	return a, b, err
}

// Both directions carry everything, in order, whatever the network does.
func TestStreamsAreWholeOverABadNetwork(t *testing.T) {
	w := wire.New(t)
	if w == nil {
		return
	}
	text := make([]byte, 1<<18)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = byte(r.Uint32())
	}
	for _, bad := range wire.Weather {
		w.Behave(bad.Of(r))
		err := edo.Run(func(task *edo.Task) error {
			var all []*edo.JoinHandle[edo.Unit]
			for _, l := range layers {
				for _, at := range wire.Families {
					all = append(all, edo.Go(task, func(task *edo.Task) error {
						a, b, err := acrossBetween(task, at.Near, at.Far)
						if err != nil {
							return err
						}
						defer a.Close()
						defer b.Close()
						x, y, err := l.on(task, a, b)
						if err != nil {
							return err
						}
						return bothWays(task, x, y, text)
					}))
				}
			}
			for _, h := range all {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			return nil
		}, tasktest.Quiet(edo.Config{}))
		if err != nil {
			t.Errorf("%s: %v", bad.Name, err)
		}
	}
}

// bothWays sends text from each end to the other at the same time, and then the ends.
func bothWays(task *edo.Task, x, y aio.ReadWriter, text []byte) error {
	ends := [2]aio.ReadWriter{x, y}
	var all []*edo.JoinHandle[edo.Unit]
	for i := range ends {
		all = append(all, edo.Go(task, func(task *edo.Task) error {
			if _, err := aio.WriteAll(task, ends[i], text); err != nil {
				return err
			}
			return aio.Shutdown(task, ends[i])
		}), edo.Go(task, func(task *edo.Task) error {
			got, err := aio.ReadAll(task, ends[i], nil)
			if err == nil && !bytes.Equal(got, text) {
				err = fmt.Errorf("read %d bytes, and not the %d that were written", len(got), len(text))
			}
			return err
		}))
	}
	for _, h := range all {
		if _, err := h.Await(task); err != nil {
			return err
		}
	}
	return nil
}

// Datagrams may be lost and come in another order, and each is whole.
func TestDatagramsAreWholeOverABadNetwork(t *testing.T) {
	w := wire.New(t)
	if w == nil {
		return
	}
	w.Behave(func(n int) wire.Fate { return wire.Fate{Lost: n%5 == 0, Overtaken: n%3 == 0} })
	for _, at := range wire.Families {
		err := edo.Run(func(task *edo.Task) error { return datagramsAcross(task, at.Near, at.Far) }, tasktest.Quiet(edo.Config{}))
		if err != nil {
			t.Errorf("to %s: %v", at.Far, err)
		}
	}
}

// datagramsAcross sends datagrams of all lengths, and requires that those that come are whole and
// that some have overtaken others.
func datagramsAcross(task *edo.Task, near, far string) error {
	receiver, err := socket.ListenPacket(task, "udp", net.JoinHostPort(near, "0"))
	if err != nil {
		return err
	}
	defer receiver.Close()
	sender, err := socket.ListenPacket(task, "udp", net.JoinHostPort(near, "0"))
	if err != nil {
		return err
	}
	defer sender.Close()
	to := netip.AddrPortFrom(netip.MustParseAddr(far), receiver.LocalAddrPort().Port())
	const n = 100
	for i := range n {
		if _, err := sender.WriteTo(task, bytes.Repeat([]byte{byte(i)}, i+1), to); err != nil {
			return err
		}
	}
	seen, disordered, latest := map[int]bool{}, false, -1
	p := make([]byte, 2*n)
	for len(seen) < n*2/3 && !seen[n-2] {
		n, from, err := receiver.ReadFrom(task, p)
		if err != nil {
			return err
		}
		i := int(p[0])
		if n != i+1 || !bytes.Equal(p[:n], bytes.Repeat([]byte{byte(i)}, n)) || seen[i] {
			return fmt.Errorf("a datagram of %d bytes %d, again: %v", n, i, seen[i])
		}
		if from.Addr().String() != far {
			return fmt.Errorf("it is from %v", from)
		}
		seen[i] = true
		disordered = disordered || i < latest
		latest = i
	}
	if !disordered {
		return errors.New("all came in order: the network was not bad")
	}
	return nil
}

// A peer that has vanished sends nothing, not even a reset. What ends the waits, and with which
// error; that error stays.
func TestAPeerThatVanishesIsNoticedByWhatTheProgramChose(t *testing.T) {
	w := wire.New(t)
	if w == nil {
		return
	}
	read := func(task *edo.Task, c *socket.Conn) error {
		_, err := c.Read(task, make([]byte, 1))
		return err
	}
	write := func(task *edo.Task, c *socket.Conn) error {
		_, err := c.Write(task, long)
		return err
	}
	const ms = time.Millisecond
	cases := []struct {
		name   string
		opts   []socket.Option
		wait   func(task *edo.Task, c *socket.Conn) error
		want   error
		least  time.Duration
		passes bool // the connection can go on
	}{
		// The idle second has begun before the cut, and that of the probe may have begun just before.
		{"read with keep-alive", []socket.Option{socket.KeepAlive(net.KeepAliveConfig{
			Enable: true, Idle: time.Second, Interval: time.Second, Count: 1,
		})}, read, syscall.ETIMEDOUT, 500 * ms, false},
		{"write with a user time-out", []socket.Option{socket.UserTimeout(300 * ms)}, write, syscall.ETIMEDOUT, 300 * ms, false},
		{"read with a user time-out, a write before", []socket.Option{socket.UserTimeout(300 * ms)}, func(task *edo.Task, c *socket.Conn) error {
			if _, err := c.Write(task, []byte("x")); err != nil {
				return err
			}
			return read(task, c)
		}, syscall.ETIMEDOUT, 300 * ms, false},
		{"read with a deadline", nil, func(task *edo.Task, c *socket.Conn) error {
			c.SetReadDeadline(time.Now().Add(50 * ms))
			return read(task, c)
		}, os.ErrDeadlineExceeded, 50 * ms, true},
		{"write with a deadline", nil, func(task *edo.Task, c *socket.Conn) error {
			c.SetWriteDeadline(time.Now().Add(50 * ms))
			return write(task, c)
		}, os.ErrDeadlineExceeded, 50 * ms, true},
		{"read with an idle time-out", nil, func(task *edo.Task, c *socket.Conn) error {
			c.SetIdleTimeout(50 * ms)
			return read(task, c)
		}, os.ErrDeadlineExceeded, 50 * ms, true},
		{"write with an idle time-out", nil, func(task *edo.Task, c *socket.Conn) error {
			c.SetIdleTimeout(50 * ms)
			return write(task, c)
		}, os.ErrDeadlineExceeded, 50 * ms, true},
		{"TLS handshake with a time limit", nil, func(task *edo.Task, c *socket.Conn) error {
			_, err := tlsconn.NewAcceptor(serverConfig(), tlsconn.HandshakeTimeout(50*ms)).Accept(task, c)
			return err
		}, context.DeadlineExceeded, 50 * ms, false},
		{"copy with a time-out around it", nil, func(task *edo.Task, c *socket.Conn) error {
			_, err := timer.Timeout(task, 50*ms, func(task *edo.Task) (int64, error) { return aio.Copy(task, c, c) })
			return err
		}, os.ErrDeadlineExceeded, 50 * ms, true},
	}
	err := edo.Run(func(task *edo.Task) error {
		open := make([]*socket.Conn, 0, 2*len(cases))
		for _, c := range cases {
			a, b, err := across(task, c.opts...)
			if err != nil {
				return err
			}
			open = append(open, a, b)
		}
		began := time.Now()
		w.Cut()
		var all []*edo.JoinHandle[edo.Unit]
		for i, c := range cases {
			conn := open[2*i]
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				err := is(c.name, c.wait(task, conn), c.want)
				if took := time.Since(began); err == nil && (took < c.least || took > c.least+20*time.Second) {
					err = fmt.Errorf("%s: ended after %v, want %v", c.name, took, c.least)
				}
				if err == nil && c.want == error(syscall.ETIMEDOUT) {
					err = errors.Join(is(c.name+": a later read", read(task, conn), c.want), is(c.name+": a later write", write(task, conn), c.want))
				}
				return err
			}))
		}
		all = append(all, edo.Go(task, func(task *edo.Task) error { // no peer answers
			d := &socket.Dialer{Options: []socket.Option{socket.UserTimeout(300 * ms)}}
			_, err := d.Dial(task, "tcp", wire.Far+":9")
			return is("Dial with a user time-out", err, syscall.ETIMEDOUT)
		}), edo.Go(task, func(task *edo.Task) error {
			_, err := timer.Timeout(task, 50*ms, func(task *edo.Task) (*socket.Conn, error) { return socket.Dial(task, "tcp", wire.Far+":9") })
			return is("Dial with a time-out around it", err, os.ErrDeadlineExceeded)
		}))
		var failed []error
		for _, h := range all {
			_, err := h.Await(task)
			failed = append(failed, err)
		}
		w.Behave(nil) // the peer is there again
		for i, c := range cases {
			if c.passes {
				failed = append(failed, goesOn(task, c.name, open[2*i], open[2*i+1]))
			}
		}
		return errors.Join(failed...)
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		t.Error(err)
	}
}

// goesOn requires that b gets what a writes, behind what it has written before.
func goesOn(task *edo.Task, name string, a, b *socket.Conn) error {
	a.SetDeadline(time.Time{})
	a.SetIdleTimeout(0)
	h := edo.Go(task, func(task *edo.Task) error {
		if _, err := a.Write(task, []byte("again")); err != nil {
			return err
		}
		return a.CloseWrite()
	})
	got, err := aio.ReadAll(task, b, nil)
	if err != nil || !bytes.HasSuffix(got, []byte("again")) {
		return fmt.Errorf("%s: afterwards the peer reads %d bytes, %v", name, len(got), err)
	}
	_, err = h.Await(task)
	return err
}

// A peer that has vanished holds up neither Close nor the end of the program.
func TestTheEndDoesNotWaitForAPeerThatHasVanished(t *testing.T) {
	w := wire.New(t)
	if w == nil {
		return
	}
	var ends []time.Duration
	leavesNothing(t, func() {
		w.Behave(nil)
		var began time.Time
		err := edo.Run(func(task *edo.Task) error {
			a, b, err := across(task)
			if err != nil {
				return err
			}
			defer b.Close()
			c, d, err := across(task)
			if err != nil {
				return err
			}
			defer d.Close()
			x, y, err := secure(task, c, d)
			if err != nil {
				return err
			}
			defer y.Close()
			w.Cut()
			began = time.Now()
			if _, err := fill(task, a); err != nil {
				return err
			}
			if _, err := fill(task, x); err != nil {
				return err
			}
			for _, c := range []io.Closer{a, x} {
				if err := c.Close(); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		ends = append(ends, time.Since(began))
	})
	for _, took := range ends {
		if took > 20*time.Second {
			t.Errorf("the end took %v", took)
		}
	}
}
