package tlsconn_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// sockets makes a handshake over a TCP connection, and calls fn with both ends.
func sockets(t *testing.T, fn func(task *edo.Task, a, b *tlsconn.Conn) error) {
	t.Helper()
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		return socketPair(task, l, fn)
	})
}

// socketPair is sockets with a listener.
func socketPair(task *edo.Task, l *socket.Listener, fn func(task *edo.Task, a, b *tlsconn.Conn) error) error {
	dialled := edo.Spawn(task, tlsconn.DialFuture(task, "tcp", l.Addr().String(), clientConfig()))
	conn, err := l.Accept(task)
	if err != nil {
		return err
	}
	a, err := tlsconn.NewAcceptor(serverConfig()).Accept(task, conn)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := dialled.Await(task)
	if err != nil {
		return err
	}
	defer b.Close()
	return fn(task, a, b)
}

func TestAReadThatTookTooLongGoesOnAfterwards(t *testing.T) {
	sockets(t, func(task *edo.Task, a, b *tlsconn.Conn) error {
		inner := a.Inner().(*socket.Conn)
		for range 3 {
			inner.SetReadDeadline(time.Now().Add(-time.Second))
			if n, err := a.Read(task, make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("Read = %d, %v", n, err)
			}
		}
		inner.SetReadDeadline(time.Time{})
		if _, err := b.Write(task, []byte("late")); err != nil {
			return err
		}
		p := make([]byte, 5)
		if n, err := a.Read(task, p); string(p[:n]) != "late" || err != nil {
			t.Errorf("Read = %q, %v", p[:n], err)
		}
		return nil
	})
}

func TestAWriteThatTookTooLongGoesOnAfterwards(t *testing.T) {
	sockets(t, func(task *edo.Task, a, b *tlsconn.Conn) error {
		inner := a.Inner().(*socket.Conn)
		all := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
		inner.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)) // more than the sockets have room for
		n, err := a.Write(task, all)
		if n == len(all) || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write = %d, %v", n, err)
		}
		inner.SetWriteDeadline(time.Time{})
		rest := edo.Go(task, func(task *edo.Task) error {
			if _, err := a.Write(task, all[n:]); err != nil {
				return err
			}
			return a.CloseWrite(task)
		})
		got, err := aio.ReadAll(task, b, nil)
		if err != nil || !bytes.Equal(got, all) {
			t.Errorf("the other side has read %d of %d bytes, %v", len(got), len(all), err)
		}
		_, err = rest.Await(task)
		return err
	})
}

func TestAConnWhoseSocketHasLimitsOfTimeIsClosed(t *testing.T) {
	var late *tlsconn.Conn
	sockets(t, func(task *edo.Task, a, b *tlsconn.Conn) error {
		for _, c := range []*tlsconn.Conn{a, b} {
			inner := c.Inner().(*socket.Conn)
			inner.SetDeadline(time.Now().Add(time.Hour))
			inner.SetIdleTimeout(time.Hour)
		}
		writer := edo.Go(task, func(task *edo.Task) error {
			_, err := a.Write(task, make([]byte, 16<<20)) // more than the sockets have room for
			return err
		})
		if _, err := b.Read(task, make([]byte, 1)); err != nil {
			return err
		}
		if err := a.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
		if _, err := writer.Await(task); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write = %v", err)
		}
		late = b
		return nil
	})
	late.Close() // also after the end of Run, and twice
}

// Both ends read and write, each by a task of its own, and are closed from outside at some moment: all
// end. What was read is what was written, as far as it goes.
func TestEverythingEndsWhenAConnIsClosedInTheMiddle(t *testing.T) {
	rounds := 100
	if invariant.Enabled {
		rounds = 30
	}
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		for round := range rounds {
			err := socketPair(task, l, func(task *edo.Task, a, b *tlsconn.Conn) error {
				var tasks []*edo.JoinHandle[edo.Unit]
				moved := make(chan int, 1)
				for _, c := range []*tlsconn.Conn{a, b} {
					tasks = append(tasks, edo.Go(task, func(task *edo.Task) error {
						for p := make([]byte, 1+round*1000); ; {
							if _, err := c.Write(task, p); err != nil {
								return nil
							}
						}
					}), edo.Go(task, func(task *edo.Task) error {
						for p := make([]byte, 5000); ; {
							n, err := c.Read(task, p)
							if err != nil {
								return nil
							}
							if len(bytes.Trim(p[:n], "\x00")) != 0 {
								return errors.New("other bytes than were written")
							}
							select {
							case moved <- n:
							default:
							}
						}
					}))
				}
				closes := a.Close
				if round%2 == 1 {
					closes = a.Inner().(*socket.Conn).Close
				}
				ended := make(chan error)
				go func() {
					for range round % 10 {
						<-moved
					}
					ended <- closes()
				}()
				for _, h := range tasks {
					if _, err := h.Await(task); err != nil {
						return err
					}
				}
				return <-ended
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func TestTenThousandFailedHandshakesLeaveNothing(t *testing.T) {
	n := 10_000
	if invariant.Enabled {
		n = 1000
	}
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		acceptor := tlsconn.NewAcceptor(serverConfig())
		var hello []byte // the beginning of a handshake
		{
			x, y := aio.Duplex(1 << 12)
			h := edo.Spawn(task, tlsconn.ConnectFuture(x, clientConfig()))
			p := make([]byte, 1<<12)
			k, err := aio.Read(task, y, p)
			if err != nil {
				return err
			}
			hello = p[:k]
			y.Close()
			h.Await(task)
		}
		goroutines, files := 0, 0
		for i := range n {
			if i == 100 { // pools are filled
				goroutines, files = runtime.NumGoroutine(), openFiles()
			}
			dialled, err := net.Dial("tcp", l.Addr().String()) // the kernel answers
			if err != nil {
				return err
			}
			peer := dialled.(*net.TCPConn)
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			h := edo.Spawn(task, acceptor.AcceptFuture(conn))
			switch i % 5 {
			case 0: // no TLS
				peer.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
			case 1: // half a message
				peer.Write(hello[:len(hello)/2])
			case 2: // reset in the middle
				peer.Write(hello)
				peer.SetLinger(0)
			case 3: // the end in the middle
				peer.Write(hello)
				peer.CloseWrite()
			case 4: // given up
				peer.Write(hello)
				h.Abort()
			}
			if i%5 != 0 && i%5 != 3 {
				peer.Close()
			}
			if _, err := h.Await(task); err == nil {
				return errors.New("a handshake has succeeded")
			}
			peer.Close()
		}
		if now := runtime.NumGoroutine(); now > goroutines+10 {
			t.Errorf("%d goroutines, %d before", now, goroutines)
		}
		if now := openFiles(); now > files+10 {
			t.Errorf("%d files are open, %d before", now, files)
		}
		return nil
	})
}

// openFiles returns how many descriptors the process has, or 0 where it cannot be said.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
