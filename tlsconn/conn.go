package tlsconn

import (
	"crypto/tls"
	"net"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/sched"
)

// Conn is a connection with TLS, after its handshake. It is an [aio.ReadWriter].
//
// One task reads and one writes, and these may be two tasks, as with any reader and writer of package
// aio; over a socket several may. Close may be called from any goroutine.
//
// The owner of a Conn closes or drops it, and so the connection below: that belongs to the Conn.
type Conn struct {
	tls     *tls.Conn
	link    transport
	runtime *sched.Runtime // that of the handshake
	server  bool           // it made the server's side of that

	reads   sync.Mutex // one poll at a time; none waits inside
	writes  sync.Mutex // the same, and guards the following
	ended   bool       // PollShutdown has put the end into the buffer
	closed  bool
	waiting edo.Waker // the task of the last poll, if that was pending; otherwise none
}

func newConn(inner aio.ReadWriter, config *tls.Config, side func(net.Conn, *tls.Config) *tls.Conn) *Conn {
	c := &Conn{link: transport{inner: inner}}
	c.tls = side(&c.link, config)
	return c
}

// ConnectionState returns what the handshake has agreed on: version, protocol, certificates. It
// allocates, and copies some hundred bytes.
func (c *Conn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

// Inner returns the connection below, for its limits of time and its options. Whoever reads from it
// or writes to it breaks the Conn.
func (c *Conn) Inner() aio.ReadWriter { return c.link.inner }

// LocalAddr returns the address of this side, or one without a name if the connection below has none.
func (c *Conn) LocalAddr() net.Addr { return c.link.LocalAddr() }

// RemoteAddr returns the address of the other side, or one without a name if the connection below has
// none.
func (c *Conn) RemoteAddr() net.Addr { return c.link.RemoteAddr() }

// Read waits until there is something to read and reads up to len(p) bytes. The end is [io.EOF]: the
// other side has said that it is. A connection that ends without that, which a third side between the
// two can bring about, is an error that matches [io.ErrUnexpectedEOF]. When the task is cancelled the error
// is [edo.ErrCancelled], and nothing is lost.
//
//edo:step ReadStep
func (c *Conn) Read(task *edo.Task, p []byte) (int, error) { return aio.Read(task, c, p) }

// ReadStep is the step form of [Conn.Read].
func (c *Conn) ReadStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, err error) {
	return aio.ReadStep(task, st, c, p)
}

// Write writes all of p, and waits until the connection below has taken it. With an error it returns
// how much it has taken into records; of these the last may not have gone out. The next write goes on
// with them.
//
//edo:step WriteStep
func (c *Conn) Write(task *edo.Task, p []byte) (int, error) {
	n, err := aio.WriteAll(task, c, p)
	if err == nil {
		err = aio.Flush(task, c)
	}
	return n, err
}

// WriteStep is the step form of [Conn.Write].
func (c *Conn) WriteStep(task *edo.Task, st *edo.Step, p []byte) (done bool, n int, err error) {
	type writing struct {
		inner   edo.Step
		n       int
		flushes bool
	}
	w := edo.StepState[writing](st)
	if w == nil {
		w = &writing{}
	}
	st.Set(nil) // also when this panics
	if !w.flushes {
		if done, w.n, err = aio.WriteAllStep(task, &w.inner, c, p); !done || err != nil {
			return keep(st, w, done), w.n, err
		}
		w.flushes = true
	}
	done, err = aio.FlushStep(task, &w.inner, c)
	return keep(st, w, done), w.n, err
}

// keep keeps the state of a step that is not done.
func keep(st *edo.Step, state any, done bool) bool {
	if !done {
		st.Set(state)
	}
	return done
}

// CloseWrite tells the other side that nothing more comes, and shuts down that direction of the
// connection below. The Conn can still read.
//
//edo:step CloseWriteStep
func (c *Conn) CloseWrite(task *edo.Task) error { return aio.Shutdown(task, c) }

// CloseWriteStep is the step form of [Conn.CloseWrite].
func (c *Conn) CloseWriteStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return aio.ShutdownStep(task, st, c)
}
