package faults_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// operation waits until its peer, which is driven by hand and does nothing, does something.
type operation struct {
	name string
	// begin prepares the operation on conn, one end of a connection whose other end is peer, or
	// on an object of its own.
	begin func(task *edo.Task, conn, peer *socket.Conn) (started, error)
	// realOnly says that the simulator does not have the operation.
	realOnly bool
}

// started is an operation that is ready to wait.
type started struct {
	wait   func(task *edo.Task) error
	object io.Closer // what a Close of another task closes; nil: the connection
	alone  bool      // a reset of the connection does not reach it
	unborn bool      // it makes a connection: there is none yet to reset or to close
}

// onConn is an operation that needs no preparation.
func onConn(name string, wait func(task *edo.Task, conn *socket.Conn) error) operation {
	return operation{name: name, begin: func(task *edo.Task, conn, peer *socket.Conn) (started, error) {
		return started{wait: func(task *edo.Task) error { return wait(task, conn) }}, nil
	}}
}

// onFull is an operation that writes, on a connection that has no room.
func onFull(name string, wait func(task *edo.Task, conn *socket.Conn) error) operation {
	o := onConn(name, wait)
	begin := o.begin
	o.begin = func(task *edo.Task, conn, peer *socket.Conn) (started, error) {
		if _, err := fill(task, conn); err != nil {
			return started{}, err
		}
		return begin(task, conn, peer)
	}
	return o
}

// long is more than a connection has room for.
var long = make([]byte, 1<<24)

// endless is a reader of zeros.
type endless struct{}

func (endless) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if !cx.Proceed(nil) {
		return 0, edo.Pending, nil
	}
	return len(p), edo.Ready, nil
}

func operations(t *testing.T) []operation {
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	if err := file.Truncate(int64(len(long))); err != nil {
		t.Fatal(err)
	}
	return append([]operation{
		onConn("Read", func(task *edo.Task, c *socket.Conn) error {
			_, err := c.Read(task, make([]byte, 1))
			return err
		}),
		onConn("ReadFuture", func(task *edo.Task, c *socket.Conn) error {
			_, err := edo.Await(task, c.ReadFuture(make([]byte, 1)))
			return err
		}),
		onFull("Write", func(task *edo.Task, c *socket.Conn) error {
			_, err := c.Write(task, long)
			return err
		}),
		onFull("WriteFuture", func(task *edo.Task, c *socket.Conn) error {
			_, err := edo.Await(task, c.WriteFuture(long))
			return err
		}),
		onListener("Accept", func(task *edo.Task, l *socket.Listener) error {
			_, err := l.Accept(task)
			return err
		}),
		onListener("Incoming", func(task *edo.Task, l *socket.Listener) error {
			in := l.Incoming()
			defer in.Drop()
			_, _, err := edo.Next(task, in)
			return err
		}),
		{name: "ReadFrom", begin: func(task *edo.Task, conn, peer *socket.Conn) (started, error) {
			c, err := socket.ListenPacket(task, "udp", "127.0.0.1:0")
			return started{object: c, alone: true, wait: func(task *edo.Task) error {
				defer c.Close()
				_, _, err := c.ReadFrom(task, make([]byte, 1))
				return err
			}}, err
		}},
		onFull("SendFile", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.SendFile(task, c, file, 0, int64(len(long)))
			return err
		}),
		onConn("Copy from a connection", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.Copy(task, c, c)
			return err
		}),
		onFull("Copy to a connection", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.Copy(task, c, endless{})
			return err
		}),
		onConn("CopyBidirectional", func(task *edo.Task, c *socket.Conn) error {
			near, far := aio.Duplex(64)
			defer far.Close()
			defer near.Close()
			_, _, err := aio.CopyBidirectional(task, c, near)
			return err
		}),
		onConn("ReadFull", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.ReadFull(task, c, make([]byte, 10))
			return err
		}),
		onConn("ReadAll", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.ReadAll(task, c, nil)
			return err
		}),
		onFull("WriteAll", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.WriteAll(task, c, long)
			return err
		}),
		onConn("ReadInt", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.ReadInt[uint32](task, c, binary.BigEndian)
			return err
		}),
		onConn("BufferedReader.ReadLine", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.NewBufferedReader(c, 0).ReadLine(task)
			return err
		}),
		onConn("BufferedReader.Discard", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.NewBufferedReader(c, 0).Discard(task, 10)
			return err
		}),
		onFull("BufferedWriter, Flush", func(task *edo.Task, c *socket.Conn) error {
			b := aio.NewBufferedWriter(c, len(long))
			if _, err := aio.Write(task, b, long[1:]); err != nil {
				return err
			}
			return aio.Flush(task, b)
		}),
		onConn("Read of a Timed", func(task *edo.Task, c *socket.Conn) error {
			_, err := aio.Read(task, aio.NewTimed(task, c), make([]byte, 1))
			return err
		}),
		onConn("Recv", func(task *edo.Task, c *socket.Conn) error {
			_, err := codec.NewFramed(c, &codec.Lines{}).Recv(task)
			return err
		}),
		onFull("Send", func(task *edo.Task, c *socket.Conn) error {
			return codec.NewFramed(c, &codec.Lines{}).Send(task, "a line")
		}),
		onConn("TLS Connect", func(task *edo.Task, c *socket.Conn) error {
			_, err := tlsconn.Connect(task, c, clientConfig())
			return err
		}),
		onConn("TLS Accept", func(task *edo.Task, c *socket.Conn) error {
			_, err := tlsconn.NewAcceptor(serverConfig()).Accept(task, c)
			return err
		}),
		onTLS("TLS Read", func(task *edo.Task, c *tlsconn.Conn) error {
			_, err := c.Read(task, make([]byte, 1))
			return err
		}),
		onTLS("TLS Write", func(task *edo.Task, c *tlsconn.Conn) error {
			_, err := c.Write(task, long)
			return err
		}),
		onTLS("TLS Recv", func(task *edo.Task, c *tlsconn.Conn) error {
			_, err := codec.NewFramed(c, &codec.Lines{}).Recv(task)
			return err
		}),
	}, operationsOfTheSystem(t)...)
}

func onListener(name string, wait func(task *edo.Task, l *socket.Listener) error) operation {
	return operation{name: name, begin: func(task *edo.Task, conn, peer *socket.Conn) (started, error) {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		return started{object: l, alone: true, wait: func(task *edo.Task) error {
			defer l.Close()
			return wait(task, l)
		}}, err
	}}
}

func onTLS(name string, wait func(task *edo.Task, c *tlsconn.Conn) error) operation {
	return operation{name: name, begin: func(task *edo.Task, conn, peer *socket.Conn) (started, error) {
		c, _, err := secure(task, conn, peer)
		return started{object: c, wait: func(task *edo.Task) error { return wait(task, c) }}, err
	}}
}

// pending begins o, and returns when it waits. Its error goes to ended.
func pending(task *edo.Task, o operation, conn, peer *socket.Conn, ended chan error) (h *edo.JoinHandle[edo.Unit], s started, err error) {
	if s, err = o.begin(task, conn, peer); err != nil {
		return nil, s, fmt.Errorf("%s: %w", o.name, err)
	}
	if s.object == nil {
		s.object = conn
	}
	h = edo.Go(task, func(task *edo.Task) error {
		ended <- s.wait(task)
		return nil
	})
	tasktest.YieldTimes(task, 20)
	if h.Finished() {
		return h, s, fmt.Errorf("%s did not wait: %w", o.name, <-ended)
	}
	return h, s, nil
}

// ends are the ways in which an operation that waits is ended, and the error that it has then.
var ends = []struct {
	name string
	end  func(h *edo.JoinHandle[edo.Unit], object io.Closer, peer *socket.Conn) error
	want error
}{
	{"aborted", func(h *edo.JoinHandle[edo.Unit], _ io.Closer, _ *socket.Conn) error {
		h.Abort()
		return nil
	}, edo.ErrCancelled},
	{"closed", func(_ *edo.JoinHandle[edo.Unit], object io.Closer, _ *socket.Conn) error {
		return object.Close()
	}, net.ErrClosed},
	{"reset", func(_ *edo.JoinHandle[edo.Unit], _ io.Closer, peer *socket.Conn) error {
		return reset(peer)
	}, syscall.ECONNRESET},
}

// Whatever waits ends when its task is aborted, its connection closed by another task or reset by
// the peer, and says which of them it was.
func TestEveryOperationThatWaitsSaysWhatEndedIt(t *testing.T) {
	for _, o := range operations(t) {
		main := func(task *edo.Task) error {
			for _, e := range ends {
				err := withEnds(func(task *edo.Task, conn, peer *socket.Conn) error {
					ended := make(chan error, 1)
					h, s, err := pending(task, o, conn, peer, ended)
					if err != nil || s.unborn && e.name != "aborted" || s.alone && e.name == "reset" {
						if h != nil {
							h.Abort()
							h.Await(task)
						}
						return err
					}
					if err := e.end(h, s.object, peer); err != nil {
						return err
					}
					h.Await(task)
					return is(o.name+", "+e.name+",", <-ended, e.want)
				})(task)
				if err != nil {
					return err
				}
			}
			return nil
		}
		t.Run(o.name, func(t *testing.T) {
			if !o.realOnly {
				// In the quiet order a task that others let go on so often waits.
				if err := sim.Run(1, main, sim.WithConfig(sim.Config{Quiet: true})); err != nil {
					t.Error("simulated:", err)
				}
			}
			if err := edo.Run(main, tasktest.Quiet(tasktest.CurrentThread)); err != nil {
				t.Error(err)
			}
		})
	}
}

// All of them wait together when the runtime is shut down. Each is cancelled, the sockets are
// closed, and nothing is left.
func TestShutdownEndsEveryOperationThatWaits(t *testing.T) {
	list := operations(t)
	leavesNothing(t, func() {
		rt, err := edo.New(edo.Config{CurrentThread: true, OnError: func(error) {}})
		if err != nil {
			t.Fatal(err)
		}
		ended := make([]chan error, len(list))
		var open []*socket.Conn
		begin := edo.Go(rt, func(task *edo.Task) error {
			for i, o := range list {
				conn, peer, err := connect(task)
				if err != nil {
					return err
				}
				open = append(open, conn, peer)
				ended[i] = make(chan error, 1)
				if _, _, err := pending(task, o, conn, peer, ended[i]); err != nil {
					return err
				}
			}
			return nil
		})
		err = edo.Block(rt, t.Context(), func(task *edo.Task) error {
			_, err := begin.Await(task)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := rt.Shutdown(ctx); err != nil && !errors.Is(err, edo.ErrCancelled) {
			t.Error(err)
		}
		for i, o := range list {
			select {
			case err := <-ended[i]:
				if err := is(o.name, err, edo.ErrCancelled); err != nil {
					t.Error(err)
				}
			default:
				t.Errorf("%s was never told", o.name)
			}
		}
		for _, c := range open {
			if err := c.Close(); err != nil {
				t.Errorf("Close after the end: %v", err)
			}
		}
	})
}
