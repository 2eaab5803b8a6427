package simulated

import (
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// mock is a task that is polled by hand, and counts its wakes.
type mock struct {
	task  sched.Task
	cx    *sched.Context
	wakes atomic.Int64
	last  driver.Poll // of the latest operation
}

func newMock() *mock {
	m := &mock{}
	m.task.InitExternal(m)
	m.cx = sched.NewContext(nil, &m.task)
	m.task.Suspend()
	return m
}

func (m *mock) Poll(*sched.Context) bool { panic("polled by hand") }
func (m *mock) Fail(any, []byte)         { panic("polled by hand") }

func (m *mock) Unpark() {
	m.wakes.Add(1)
	m.task.Resume()
	for !m.task.Suspend() {
		m.wakes.Add(1)
	}
}

// poll calls fn as a poll.
func (m *mock) poll(fn func(cx *sched.Context)) {
	m.task.Enter()
	fn(m.cx)
	for !m.task.Suspend() {
		m.wakes.Add(1)
	}
}

// woken fails the test unless m was woken want times since the last call.
func (m *mock) woken(t *testing.T, want int64) {
	t.Helper()
	if got := m.wakes.Swap(0); got != want {
		t.Fatalf("woken %d times, want %d", got, want)
	}
}

func (m *mock) accept(l driver.Listener) (c driver.Conn, err error) {
	m.poll(func(cx *sched.Context) { c, m.last, err = l.Accept(cx) })
	return c, err
}

func (m *mock) connect(c driver.Conn) (err error) {
	m.poll(func(cx *sched.Context) { m.last, err = c.Connect(cx) })
	return err
}

// read reads up to 16 bytes.
func (m *mock) read(c driver.Conn) (s string, err error) {
	m.poll(func(cx *sched.Context) {
		var p [16]byte
		var n int
		n, m.last, err = c.Read(cx, p[:])
		s = string(p[:n])
	})
	return s, err
}

func (m *mock) write(c driver.Conn, s string) (n int, err error) {
	m.poll(func(cx *sched.Context) { n, m.last, err = c.Write(cx, []byte(s)) })
	return n, err
}

func isErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got the error %v, want %v", got, want)
	}
}

// isPending fails the test unless the latest operation of m has to wait.
func (m *mock) isPending(t *testing.T, err error) {
	t.Helper()
	if m.last != driver.Pending || err != nil {
		t.Fatalf("got the error %v, or it does not wait", err)
	}
}

func (m *mock) reads(t *testing.T, c driver.Conn, want string) {
	t.Helper()
	if got, err := m.read(c); got != want || err != nil {
		t.Fatalf("read %q and %v, want %q", got, err, want)
	}
}

func (m *mock) writes(t *testing.T, c driver.Conn, s string, want int) {
	t.Helper()
	if got, err := m.write(c, s); got != want || err != nil {
		t.Fatalf("wrote %d and %v, want %d", got, err, want)
	}
}

func listen(t *testing.T, d *Driver, network, address string) driver.Listener {
	t.Helper()
	l, err := d.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t *testing.T, d *Driver, addr net.Addr) driver.Conn {
	t.Helper()
	c, err := d.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pair returns two connected ends, and a task for each.
func pair(t *testing.T, c Config) (a, b driver.Conn, ta, tb *mock) {
	t.Helper()
	d := New(c)
	l := listen(t, d, "tcp", "127.0.0.1:0")
	ta, tb = newMock(), newMock()
	a = dial(t, d, l.Addr())
	isErr(t, ta.connect(a), nil)
	b, err := tb.accept(l)
	isErr(t, err, nil)
	return a, b, ta, tb
}
