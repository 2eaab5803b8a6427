package socket_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
)

func TestManyClientsGetTheirOwnEchoes(t *testing.T) {
	const clients, messages = 50, 40
	run(t, func(task *edo.Task) error {
		l, err := serve(task, echo)
		if err != nil {
			return err
		}
		defer l.Close()
		var handles []*edo.JoinHandle[edo.Unit]
		for i := range clients {
			handles = append(handles, edo.Go(task, func(task *edo.Task) error {
				conn, err := socket.Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				defer conn.Close()
				for j := range messages {
					sent := []byte(fmt.Sprintf("message %d of client %d", j, i))
					if _, err := conn.Write(task, sent); err != nil {
						return err
					}
					got := make([]byte, len(sent))
					if err := readFull(task, conn, got); err != nil {
						return err
					}
					if !bytes.Equal(got, sent) {
						return fmt.Errorf("got %q, want %q", got, sent)
					}
				}
				return nil
			}))
		}
		for _, h := range handles {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestLargeTransferPushesBackAndArrives(t *testing.T) {
	run(t, withClient(echo, func(task *edo.Task, conn *socket.Conn) error {
		data := make([]byte, 8<<20)
		for i := range data {
			data[i] = byte(i >> 10)
		}
		writes := edo.Go(task, func(task *edo.Task) error {
			if _, err := conn.Write(task, data); err != nil {
				return err
			}
			return conn.CloseWrite()
		})
		got := make([]byte, len(data))
		if err := readFull(task, conn, got); err != nil {
			return err
		}
		if !bytes.Equal(got, data) {
			t.Error("the bytes that came back are not those that were sent")
		}
		if _, err := conn.Read(task, make([]byte, 1)); err != io.EOF {
			t.Errorf("got %v, want io.EOF", err)
		}
		_, err := writes.Await(task)
		return err
	}))
}

func TestResetByAClientHarmsNoOtherConnection(t *testing.T) {
	run(t, func(task *edo.Task) error {
		var resets atomic.Int32
		l, err := serve(task, func(task *edo.Task, conn *socket.Conn) error {
			err := echo(task, conn)
			if errors.Is(err, syscall.ECONNRESET) {
				resets.Add(1)
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
		defer l.Close()
		well, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer well.Close()
		const n = 5
		for range n {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				return err
			}
			c.Write([]byte("x"))
			io.ReadFull(c, make([]byte, 1)) // the server has it by now
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}
		for resets.Load() < n {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		if _, err := well.Write(task, []byte("fine")); err != nil {
			return err
		}
		return readFull(task, well, make([]byte, 4))
	})
}

func TestCloseEndsTheReadOfAnotherTask(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		conn, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		started := make(chan struct{})
		edo.Go(task, func(task *edo.Task) error {
			close(started)
			_, err := conn.Read(task, make([]byte, 1))
			if !errors.Is(err, net.ErrClosed) || !errors.Is(err, edo.ErrClosed) {
				t.Errorf("got %v, want net.ErrClosed", err)
			}
			return nil
		})
		for open := true; open; {
			select {
			case <-started:
				open = false
			default:
				edo.Yield(task)
			}
		}
		conn.Close()
		return conn.Close()
	})
}

func TestClosedListenerEndsEveryAccept(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		for range 3 {
			edo.Go(task, func(task *edo.Task) error {
				if _, err := l.Accept(task); !errors.Is(err, net.ErrClosed) {
					t.Errorf("got %v, want net.ErrClosed", err)
				}
				return nil
			})
		}
		edo.Yield(task)
		return l.Close()
	})
}

func TestSeveralAcceptorsShareTheConnections(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		const n = 40
		var accepted atomic.Int32
		for range 4 {
			edo.Go(task, func(task *edo.Task) error {
				for {
					conn, err := l.Accept(task)
					if errors.Is(err, net.ErrClosed) {
						return nil
					}
					if err != nil {
						return err
					}
					conn.Close()
					if accepted.Add(1) == n {
						l.Close()
					}
				}
			})
		}
		for range n {
			edo.Go(task, func(task *edo.Task) error {
				conn, err := socket.Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return err
				}
				defer conn.Close()
				_, err = conn.Read(task, make([]byte, 1))
				if err != io.EOF && !errors.Is(err, syscall.ECONNRESET) {
					return fmt.Errorf("got %v, want the end", err)
				}
				return nil
			})
		}
		return nil
	})
}

func TestErrorOfAnAddressInUseNamesIt(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		_, err = socket.Listen(task, "tcp", l.Addr().String())
		if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), l.Addr().String()) {
			t.Errorf("got %v, want the address that is in use", err)
		}
		return nil
	})
}

func TestDialTriesEveryAddressAndReturnsTheFirstError(t *testing.T) {
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "[::1]:0")
		if err != nil {
			t.Skipf("no IPv6 here: %v", err)
		}
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return err
		}
		for { // until no other program has the port on 127.0.0.1
			other, err := net.Listen("tcp", "127.0.0.1:"+port)
			if err == nil {
				other.Close()
				break
			}
			l.Close()
			if l, err = socket.Listen(task, "tcp", "[::1]:0"); err != nil {
				return err
			}
			if _, port, err = net.SplitHostPort(l.Addr().String()); err != nil {
				return err
			}
		}
		conn, err := socket.Dial(task, "tcp", "localhost:"+port) // 127.0.0.1, and then ::1
		if err != nil {
			return err
		}
		conn.Close()
		l.Close()
		_, err = socket.Dial(task, "tcp", "localhost:"+port)
		if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "127.0.0.1:"+port) {
			t.Errorf("got %v, want that 127.0.0.1 refused", err)
		}
		return nil
	})
}

func TestInvalidAddressesAreRefused(t *testing.T) {
	run(t, func(task *edo.Task) error {
		for _, test := range []struct{ network, address string }{
			{"udp", "127.0.0.1:1"},
			{"udp", "example.com:1"},
			{"tcp", "127.0.0.1"},
			{"tcp", "127.0.0.1:no-such-service"},
			{"tcp4", "[::1]:1"},
		} {
			if _, err := socket.Listen(task, test.network, test.address); err == nil {
				t.Errorf("listens at %s %s", test.network, test.address)
			}
			if _, err := socket.Dial(task, test.network, test.address); err == nil {
				t.Errorf("dialled %s %s", test.network, test.address)
			}
		}
		return nil
	})
}
