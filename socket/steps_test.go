package socket_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/socket"
)

// network is a listener, and what has come of it. A task that has nothing to work on gets an
// error.
type network struct {
	l     *socket.Listener
	conns []*socket.Conn
	of    map[*edo.Task]*socket.Conn // of the call that is under way
	n     int
}

var errNothing = errors.New("there is no connection")

// listen makes the listener, the first time.
func (w *network) listen(task *edo.Task) (err error) {
	if w.l == nil {
		w.l, err = socket.Listen(task, "tcp", "127.0.0.1:80")
	}
	return err
}

// conn chooses a connection for a call of task.
func (w *network) conn(task *edo.Task) *socket.Conn {
	if c := w.of[task]; c != nil || len(w.conns) == 0 {
		return c
	}
	w.n++
	w.of[task] = w.conns[w.n%len(w.conns)]
	return w.of[task]
}

// keep keeps a connection, and returns its addresses.
func (w *network) keep(c *socket.Conn, err error) (string, error) {
	if err != nil {
		return "", err
	}
	w.conns = append(w.conns, c)
	return fmt.Sprint(c.LocalAddr(), c.RemoteAddr()), nil
}

// onConn is an operation on a connection.
func (w *network) onConn(name string, direct func(c *socket.Conn, task *edo.Task) (int, error), step func(c *socket.Conn, task *edo.Task, st *edo.Step) (bool, int, error)) tasktest.Op {
	return tasktest.OpOf(name,
		func(task *edo.Task) (int, error) {
			c := w.conn(task)
			if c == nil {
				return 0, errNothing
			}
			delete(w.of, task)
			return direct(c, task)
		},
		func(task *edo.Task, st *edo.Step) (bool, int, error) {
			c := w.conn(task)
			if c == nil {
				return true, 0, errNothing
			}
			done, n, err := step(c, task, st)
			if done {
				delete(w.of, task)
			}
			return done, n, err
		})
}

func TestTheStepFormsDoWhatTheDirectFormsDo(t *testing.T) {
	tasktest.BothFormsAgree(t, func(r *rand.Rand) tasktest.World {
		w := &network{of: map[*edo.Task]*socket.Conn{}}
		buf, small, large := make([]byte, 50<<10), make([]byte, 100), make([]byte, 100<<10)
		accept := tasktest.OpOf("Accept",
			func(task *edo.Task) (string, error) {
				if err := w.listen(task); err != nil {
					return "", err
				}
				return w.keep(w.l.Accept(task))
			},
			func(task *edo.Task, _ *edo.Step) (bool, string, error) {
				if err := w.listen(task); err != nil {
					return true, "", err
				}
				done, c, err := w.l.AcceptStep(task)
				if !done {
					return false, "", nil
				}
				v, err := w.keep(c, err)
				return true, v, err
			})
		dial := tasktest.OpOf("Dial",
			func(task *edo.Task) (string, error) { return w.keep(socket.Dial(task, "tcp", "127.0.0.1:80")) },
			func(task *edo.Task, st *edo.Step) (bool, string, error) {
				done, c, err := socket.DialStep(task, st, "tcp", "127.0.0.1:80")
				if !done {
					return false, "", nil
				}
				v, err := w.keep(c, err)
				return true, v, err
			})
		dialer := &socket.Dialer{Options: []socket.Option{socket.Linger(0)}}
		dialWith := tasktest.OpOf("Dialer.Dial",
			func(task *edo.Task) (string, error) { return w.keep(dialer.Dial(task, "tcp", "127.0.0.1:80")) },
			func(task *edo.Task, st *edo.Step) (bool, string, error) {
				done, c, err := dialer.DialStep(task, st, "tcp", "127.0.0.1:80")
				if !done {
					return false, "", nil
				}
				v, err := w.keep(c, err)
				return true, v, err
			})
		read := w.onConn("Read",
			func(c *socket.Conn, task *edo.Task) (int, error) { return c.Read(task, buf) },
			func(c *socket.Conn, task *edo.Task, _ *edo.Step) (bool, int, error) { return c.ReadStep(task, buf) })
		write := func(p []byte) tasktest.Op {
			return w.onConn("Write",
				func(c *socket.Conn, task *edo.Task) (int, error) { return c.Write(task, p) },
				func(c *socket.Conn, task *edo.Task, st *edo.Step) (bool, int, error) { return c.WriteStep(task, st, p) })
		}
		some := func(fn func(c *socket.Conn)) func() {
			return func() {
				if len(w.conns) != 0 {
					w.n++
					fn(w.conns[w.n%len(w.conns)])
				}
			}
		}
		world := tasktest.World{
			Ops: []tasktest.Op{accept, accept, dial, dialWith, read, read, read, write(small), write(large)},
			Events: []func(){
				some(func(c *socket.Conn) { c.SetReadDeadline(time.Date(2000, 1, 1, 0, 0, 0, 2e6, time.UTC)) }),
				some(func(c *socket.Conn) { c.SetIdleTimeout(time.Millisecond) }),
				func() {},
			},
		}
		if r.IntN(2) == 0 {
			world.Events = append(world.Events, some(func(c *socket.Conn) { c.Close() }), some(func(c *socket.Conn) { c.CloseWrite() }), func() {
				if w.l != nil {
					w.l.Close()
				}
			})
		}
		return world
	}, "Dial cancelled")
}

// A Read that waits is kept by the connection alone, and one in steps allocates nothing.
func TestAReadInStepsAllocatesNothing(t *testing.T) {
	if portable {
		t.Skip("the portable poller reads on goroutines, so no Read is done at once")
	}
	err := edo.Run(func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		client, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer client.Close()
		server, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer server.Close()
		if _, err := client.Write(task, make([]byte, 41)); err != nil {
			return err
		}
		buf := make([]byte, 1)
		read := func(task *edo.Task, wantDone bool) func() {
			return func() {
				if done, n, err := server.ReadStep(task, buf); done != wantDone || done != (n == 1) || err != nil {
					t.Errorf("%v, %d, %v", done, n, err)
				}
			}
		}
		_, err = edo.GoStep(task, tasktest.Frame{Steps: []tasktest.StepFunc{func(task *edo.Task, _ *edo.Step) (bool, error) {
			if n := testing.AllocsPerRun(40, read(task, true)); n != 0 {
				t.Errorf("%v allocations of a Read that is done at once", n)
			}
			if n := testing.AllocsPerRun(40, read(task, false)); n != 0 {
				t.Errorf("%v allocations of a Read that waits", n)
			}
			return true, nil
		}}}).Await(task)
		return err
	}, tasktest.Quiet(tasktest.CurrentThread))
	if err != nil {
		t.Error(err)
	}
}
