package tlsconn

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
)

// transport is what crypto/tls reads from and writes to:
//
//	Read   reads by a poll of the connection below; pending is errTryLater. In the handshake it waits,
//	       with the Task of the coroutine that this runs on
//	Write  puts records into out, however many
//
// crypto/tls goes on after an error of a read that is temporary, and breaks after any error of a write.
type transport struct {
	inner aio.ReadWriter
	task  *edo.Task    // of the handshake, while it runs
	cx    *edo.Context // of the poll that reads, under Conn.reads
	atEnd bool         // inner has ended

	unflushed bool // in the handshake: it has written something that inner has not flushed

	mu      sync.Mutex
	out     *[]byte     // records that inner has not taken, or nil
	sent    int         // so much of out
	answers atomic.Bool // some of out may be from a read, which flushes it
	held    edo.Waker   // the reader that waits until out is empty; see answer.go
}

// errTryLater is what crypto/tls gets from a read that would have to wait.
var errTryLater net.Error = tryLater{}

type tryLater struct{}

func (tryLater) Error() string   { return "tlsconn: nothing to read yet" }
func (tryLater) Timeout() bool   { return true }
func (tryLater) Temporary() bool { return true }

// Read reads for crypto/tls.
func (t *transport) Read(p []byte) (n int, err error) {
	if t.task != nil {
		n, err = aio.Read(t.task, (*shaking)(t), p)
	} else {
		var poll edo.Poll
		if n, poll, err = t.inner.PollRead(t.cx, p); poll == edo.Pending {
			return 0, errTryLater
		}
	}
	if err == io.EOF {
		t.atEnd = true
	}
	return n, err
}

// Write takes records from crypto/tls.
func (t *transport) Write(p []byte) (n int, err error) {
	if t.task != nil {
		t.unflushed = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out == nil {
		t.out = buffers.Get().(*[]byte)
	}
	*t.out = append(*t.out, p...)
	t.answers.Store(true)
	return len(p), nil
}

// buffers are those for records. One that has grown is not kept.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4<<10)) }}

const maxKept = 32 << 10

// flush gives inner what is in out. Ready means that out is empty, or that there is an error.
func (t *transport) flush(cx *edo.Context) (edo.Poll, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.out != nil {
		n, poll, err := t.inner.PollWrite(cx, (*t.out)[t.sent:])
		switch {
		case poll == edo.Pending:
			return edo.Pending, nil
		case err != nil:
			return edo.Ready, err
		case n == 0:
			return edo.Ready, io.ErrShortWrite
		}
		if t.sent += n; t.sent == len(*t.out) {
			t.release()
		}
	}
	return edo.Ready, nil
}

// release gives out back, whatever is in it. mu is held.
func (t *transport) release() {
	if t.out != nil && cap(*t.out) <= maxKept {
		*t.out = (*t.out)[:0]
		buffers.Put(t.out)
	}
	t.out, t.sent = nil, 0
	t.answers.Store(false)
	if held := t.held; !held.IsZero() {
		t.held = edo.Waker{}
		held.Wake()
	}
}

// Close is for crypto/tls, which has no need of it: the Conn closes inner.
func (t *transport) Close() error { return nil }

// address is that of a connection without one.
type address struct{}

func (address) Network() string { return "tls" }
func (address) String() string  { return "" }

// LocalAddr is that of inner, for the program's functions in a tls.Config.
func (t *transport) LocalAddr() net.Addr {
	if a, ok := t.inner.(interface{ LocalAddr() net.Addr }); ok {
		return a.LocalAddr()
	}
	return address{}
}

// RemoteAddr is as LocalAddr.
func (t *transport) RemoteAddr() net.Addr {
	if a, ok := t.inner.(interface{ RemoteAddr() net.Addr }); ok {
		return a.RemoteAddr()
	}
	return address{}
}

// The limits of time are those of inner, which the program sets there. crypto/tls sets one before it
// sends an alert, which here never waits.

func (t *transport) SetDeadline(time.Time) error      { return nil }
func (t *transport) SetReadDeadline(time.Time) error  { return nil }
func (t *transport) SetWriteDeadline(time.Time) error { return nil }
