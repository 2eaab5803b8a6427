package socket

import (
	"net"
	"slices"
	"testing"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// script is a listener, or a connection, with a list of results for each operation. An
// operation returns the next result, and is pending when there is none.
type script struct {
	notes     driver.Notes
	accepts   []error // nil: a connection
	reads     []result
	writes    []result
	tasks     [2]*sched.Task // the waiters, to accept or read and to write
	forgotten []*sched.Task
	forgot    []direction // the same, of connections
	held      []*driver.Handle
	closed    int
}

type result struct {
	n   int
	err error
}

func (s *script) Accept(cx *sched.Context) (driver.Conn, driver.Poll, error) {
	if len(s.accepts) == 0 {
		s.Wait(reading, cx.Task())
		return nil, driver.Pending, nil
	}
	err := s.accepts[0]
	s.accepts = s.accepts[1:]
	if err != nil {
		return nil, driver.Ready, err
	}
	return scriptConn{&script{}}, driver.Ready, nil
}

func (s *script) next(cx *sched.Context, d direction, results *[]result) (int, driver.Poll, error) {
	if len(*results) == 0 {
		s.Wait(d, cx.Task())
		return 0, driver.Pending, nil
	}
	r := (*results)[0]
	*results = (*results)[1:]
	return r.n, driver.Ready, r.err
}

func (s *script) Read(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	return s.next(cx, reading, &s.reads)
}
func (s *script) Write(cx *sched.Context, p []byte) (int, driver.Poll, error) {
	return s.next(cx, writing, &s.writes)
}
func (s *script) HoldHandle(h *driver.Handle, found func(driver.Conn)) bool {
	s.held = append(s.held, h)
	return true
}

func (s *script) Notes() *driver.Notes                        { return &s.notes }
func (s *script) Connect(*sched.Context) (driver.Poll, error) { return driver.Ready, nil }
func (s *script) CloseWrite() error                           { return nil }
func (s *script) Set(driver.Option) error                     { return nil }
func (s *script) LocalAddr() net.Addr                         { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr                        { return &net.TCPAddr{} }
func (s *script) Addr() net.Addr                              { return &net.TCPAddr{} }
func (s *script) Network() string                             { return "tcp" }
func (s *script) Driver() driver.Driver                       { return nil }
func (s *script) Wake(driver.Direction)                       {}
func (s *script) Closed() bool                                { return s.closed > 0 }
func (s *script) Close() error                                { s.closed++; return nil }

func (s *script) Wait(d driver.Direction, t *sched.Task)       { s.tasks[d] = t }
func (s *script) Waits(d driver.Direction, t *sched.Task) bool { return s.tasks[d] == t }

// scriptConn and scriptListener have the Forget of a connection and of a listener.
type (
	scriptConn     struct{ *script }
	scriptListener struct{ *script }
)

func (s scriptConn) Forget(d driver.Direction, t *sched.Task) {
	s.forgotten, s.forgot = append(s.forgotten, t), append(s.forgot, d)
}
func (s scriptListener) Forget(t *sched.Task) { s.forgotten = append(s.forgotten, t) }

func TestConnIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Conn{}); size > 24 {
		t.Fatalf("a connection is %d bytes", size)
	}
}

// A driver that has let a connection go, because nothing waited, must have it back.
func TestOperationThatWaitsHasTheDriverHoldTheConnection(t *testing.T) {
	s := &script{reads: []result{{n: 1}}}
	c := newConn(scriptConn{s}, 0)
	if len(s.held) != 1 || unsafe.Pointer(s.held[0]) != unsafe.Pointer(c) || s.held[0].Inner != c.inner {
		t.Fatalf("a new connection: held %v", s.held)
	}
	edotest.NewTask().Enter(func(cx *edo.Context) {
		if _, poll, _ := c.PollRead(cx, make([]byte, 1)); poll != edo.Ready || len(s.held) != 1 {
			t.Errorf("a read that does not wait: %v, held %d times", poll, len(s.held))
		}
		if _, poll, _ := c.PollRead(cx, make([]byte, 1)); poll != edo.Pending || len(s.held) != 2 {
			t.Errorf("a read that waits: %v, held %d times", poll, len(s.held))
		}
		if _, poll, _ := c.PollWrite(cx, make([]byte, 1)); poll != edo.Pending || len(s.held) != 3 {
			t.Errorf("a write that waits: %v, held %d times", poll, len(s.held))
		}
	})
	for _, h := range s.held {
		if h != s.held[0] {
			t.Errorf("held %v", s.held)
		}
	}
}

func TestUsedUpBudgetDoesNothing(t *testing.T) {
	s := &script{reads: []result{{n: 1}}, writes: []result{{n: 1}}, accepts: []error{nil}}
	conn, l := &Conn{inner: scriptConn{s}}, &Listener{inner: scriptListener{s}}
	task := edotest.NewTask()
	task.EnterWithBudget(0, func(cx *edo.Context) {
		if _, poll, err := conn.PollRead(cx, make([]byte, 1)); poll != edo.Pending || err != nil {
			t.Errorf("read: got %v, %v", poll, err)
		}
		if _, poll, err := conn.PollWrite(cx, make([]byte, 1)); poll != edo.Pending || err != nil {
			t.Errorf("write: got %v, %v", poll, err)
		}
		if _, poll, err := l.PollAccept(cx); poll != edo.Pending || err != nil {
			t.Errorf("accept: got %v, %v", poll, err)
		}
	})
	if len(s.reads) != 1 || len(s.writes) != 1 || len(s.accepts) != 1 {
		t.Fatal("an operation was done without budget")
	}
	edotest.RequireWoken(t, task, 1)
}

func TestOperationTakesOneFromTheBudget(t *testing.T) {
	conn := &Conn{inner: scriptConn{&script{reads: []result{{n: 1}, {n: 1}}}}}
	edotest.NewTask().EnterWithBudget(1, func(cx *edo.Context) {
		if _, poll, _ := conn.PollRead(cx, make([]byte, 1)); poll != edo.Ready {
			t.Errorf("got %v, want Ready", poll)
		}
		if _, poll, _ := conn.PollRead(cx, make([]byte, 1)); poll != edo.Pending {
			t.Errorf("got %v, want Pending", poll)
		}
	})
}

func TestWriteGoesOnUntilAllIsWritten(t *testing.T) {
	s := &script{writes: []result{{n: 3}, {n: 2}}}
	task, f := edotest.NewTask(), (&Conn{inner: scriptConn{s}}).WriteFuture(make([]byte, 6))
	edotest.RequirePending(t, task, f)
	s.writes = []result{{n: 1}}
	if n := edotest.RequireReady(t, task, f); n != 6 {
		t.Fatalf("got %d, want 6", n)
	}
}

func TestWriteThatFailsSaysHowMuchWasWritten(t *testing.T) {
	s := &script{writes: []result{{n: 3}, {err: net.ErrClosed}}}
	f := (&Conn{inner: scriptConn{s}}).WriteFuture(make([]byte, 6))
	if n := edotest.RequireError(t, edotest.NewTask(), f, net.ErrClosed); n != 3 {
		t.Fatalf("got %d, want 3", n)
	}
}

func TestClosedErrorMatchesThoseOfBothPackages(t *testing.T) {
	conn := &Conn{inner: scriptConn{&script{reads: []result{{err: net.ErrClosed}, {err: net.ErrClosed}}}}}
	edotest.RequireError(t, edotest.NewTask(), conn.ReadFuture(make([]byte, 1)), net.ErrClosed)
	edotest.RequireError(t, edotest.NewTask(), conn.ReadFuture(make([]byte, 1)), edo.ErrClosed)
}

func TestDroppedFutureRemovesItsWaiter(t *testing.T) {
	s := &script{}
	conn, l := &Conn{inner: scriptConn{s}}, &Listener{inner: scriptListener{s}}
	task := edotest.NewTask()
	for name, f := range map[string]any{
		"read":   conn.ReadFuture(make([]byte, 1)),
		"write":  conn.WriteFuture(make([]byte, 1)),
		"accept": l.AcceptFuture(),
	} {
		s.forgotten = nil
		edo.Drop(f)
		if len(s.forgotten) != 0 {
			t.Errorf("%s: forgot a task that never waited", name)
		}
		switch f := f.(type) {
		case edo.Future[int]:
			edotest.RequirePending(t, task, f)
		case edo.Future[*Conn]:
			edotest.RequirePending(t, task, f)
		}
		edo.Drop(f)
		edo.Drop(f)
		if len(s.forgotten) != 1 {
			t.Errorf("%s: forgot %d times, want once", name, len(s.forgotten))
		}
	}
}

func TestDroppedReadKeepsTheWaiterOfTheSameTasksWrite(t *testing.T) {
	s := &script{}
	conn := &Conn{inner: scriptConn{s}}
	task := edotest.NewTask()
	r, w := conn.ReadFuture(make([]byte, 1)), conn.WriteFuture(make([]byte, 1))
	edotest.RequirePending(t, task, r)
	edotest.RequirePending(t, task, w)
	edo.Drop(r)
	if !slices.Equal(s.forgot, []direction{reading}) {
		t.Fatal("the waiter of the write was removed with that of the read")
	}
	edo.Drop(w)
	if !slices.Equal(s.forgot, []direction{reading, writing}) {
		t.Fatal("the waiter was not removed")
	}
}

func TestDropCloses(t *testing.T) {
	s := &script{}
	edo.Drop(&Conn{inner: scriptConn{s}})
	edo.Drop(&Listener{inner: scriptListener{s}})
	if s.closed != 2 {
		t.Fatalf("closed %d times, want 2", s.closed)
	}
}
