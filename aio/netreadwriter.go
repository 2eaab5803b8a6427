package aio

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/edo-go/edo"
)

// NetReadWriter is a [net.Conn] of any kind as a [ReadWriter] for tasks: a connection of
// crypto/tls, of an SSH library, a net.Pipe.
//
// Each call of the net.Conn that may block runs on a goroutine that is lent for the call, with
// a buffer of 32 KiB. So a connection whose reader waits costs a goroutine and that buffer;
// one without a waiting task costs neither. For a connection by TCP use package socket, which
// needs neither.
//
// Nothing that was read is lost when a read is cancelled: it is there for the next one. A read
// of package aio that is cancelled also takes its goroutine back, by a deadline in the past. Only
// a handshake goes on, which it would spoil: that of a net.Conn with a method Handshake, as one
// of crypto/tls has, is made before the first read.
// Bytes that PollWrite has taken are written although the task is cancelled, one buffer at the
// most; [Flush] waits for them, and returns the error. A failed write is the error of every
// later one.
//
// One task at a time reads, and one writes. The deadlines may be set, and Close called, from
// any goroutine. In the simulator, which could not replay the goroutines, every operation
// fails.
type NetReadWriter struct {
	conn net.Conn
	in   netInput
	out  netOutput
}

// NewNetReadWriter returns conn for tasks. From then on conn is used through the result alone,
// its deadlines too.
func NewNetReadWriter(conn net.Conn) *NetReadWriter {
	c := &NetReadWriter{conn: conn}
	_, shakes := conn.(handshaker)
	c.in.isReady = !shakes
	return c
}

// A handshaker is a connection that exchanges something before the first read or write. When a
// deadline passes meanwhile, that is the end of the connection.
type handshaker interface{ Handshake() error }

// netInput is the reading side. A goroutine is lent while isLent.
type netInput struct {
	mu       sync.Mutex // guards the following; held while a deadline is set, and not while conn reads
	isLent   bool
	isReady  bool // there is no handshake, or it was made
	isIdle   bool // no task waits for the read that comes after the handshake
	isEnded  bool // a deadline in the past has told the goroutine to return
	chunk    *chunk
	from, to int   // chunk[from:to] was read and not yet taken
	err      error // to be returned after these bytes
	deadline time.Time
	reader   edo.Waker
}

// netOutput is the writing side. A goroutine is lent while isLent.
type netOutput struct {
	mu     sync.Mutex // guards the following; not held while conn writes
	isLent bool
	isShut bool  // PollShutdown has begun
	err    error // of a write or of the shutdown, kept
	writer edo.Waker
}

var errSeededConn = errors.New("aio: a net.Conn in the simulator could not be replayed: use the simulator's network, or Duplex")

// enterNet is Proceed for an operation on a net.Conn.
func enterNet(cx *edo.Context, leaf edo.Leaf) (edo.Poll, error) {
	if !cx.Proceed(leaf) {
		return edo.Pending, nil
	}
	if isSeeded(cx) {
		return edo.Ready, errSeededConn
	}
	return edo.Ready, nil
}

// PollRead reads what a goroutine has read, or lends one.
func (c *NetReadWriter) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	leaf := (*netReadable)(c)
	if poll, err := enterNet(cx, leaf); poll == edo.Pending || err != nil {
		return 0, poll, err
	}
	in := &c.in
	in.mu.Lock()
	for displaced := (edo.Waker{}); ; {
		switch {
		case len(p) == 0:
			in.mu.Unlock()
			return 0, edo.Ready, nil
		case in.from < in.to:
			n := copy(p, in.chunk[in.from:in.to])
			if in.from += n; in.from == in.to {
				in.release()
			}
			in.mu.Unlock()
			return n, edo.Ready, nil
		case in.err != nil:
			err := in.err
			if isTimeout(err) { // the next read may succeed
				in.err = nil
			}
			in.mu.Unlock()
			return 0, edo.Ready, err
		}
		if !in.isLent {
			in.lend(c)
		}
		if poll, err := waitAlone(cx, &in.mu, &in.reader, &displaced, leaf, useOneReader); poll == edo.Pending || err != nil {
			return 0, poll, err
		}
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// lend starts the goroutine of a read. Locked.
func (in *netInput) lend(c *NetReadWriter) {
	if in.isEnded {
		in.isEnded = false
		if err := c.conn.SetReadDeadline(in.deadline); err != nil {
			in.err = err
		}
	}
	in.isLent, in.isIdle = true, false
	in.chunk = chunks.Get().(*chunk)
	go in.read(c)
}

// read is the goroutine of a read.
func (in *netInput) read(c *NetReadWriter) {
	n := 0
	reads, err := in.shakeHands(c)
	if reads {
		n, err = c.conn.Read(in.chunk[:])
	}
	in.mu.Lock()
	in.isLent = false
	in.from, in.to = 0, n
	if n == 0 {
		in.release()
	}
	if in.isEnded && isTimeout(err) {
		err = nil // that of no reader
	}
	if in.err == nil {
		in.err = err
	}
	reader := in.reader
	in.reader = edo.Waker{}
	in.mu.Unlock()
	reader.Wake()
}

// shakeHands makes the handshake if there is one still, and reports whether to read afterwards.
func (in *netInput) shakeHands(c *NetReadWriter) (reads bool, err error) {
	in.mu.Lock()
	isReady := in.isReady
	in.mu.Unlock()
	if isReady {
		return true, nil
	}
	if err := c.conn.(handshaker).Handshake(); err != nil {
		return false, err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.isReady = true
	return !in.isIdle, nil
}

// release gives the buffer back. Locked.
func (in *netInput) release() {
	chunks.Put(in.chunk)
	in.chunk, in.from, in.to = nil, 0, 0
}

// AbandonRead takes the goroutine of a read back that was given up: see [AbandonRead]. That of a
// write ends by itself: its bytes count as written.
func (c *NetReadWriter) AbandonRead(w edo.Waker) {
	in := &c.in
	in.mu.Lock()
	defer in.mu.Unlock()
	switch {
	case in.reader != w || !in.isLent || in.isEnded:
	case !in.isReady:
		in.isIdle = true
	default:
		in.isEnded = c.conn.SetReadDeadline(time.Unix(1, 0)) == nil
	}
}

// PollWrite takes up to 32 KiB of p, and lends a goroutine that writes them.
func (c *NetReadWriter) PollWrite(cx *edo.Context, p []byte) (n int, poll edo.Poll, err error) {
	poll, err = c.whenWritten(cx, func() {
		if len(p) == 0 {
			return
		}
		chunk := chunks.Get().(*chunk)
		n = copy(chunk[:], p)
		c.out.lend(func() error {
			defer chunks.Put(chunk)
			_, err := c.conn.Write(chunk[:n])
			return err
		})
	})
	return n, poll, err
}

// PollFlush waits for the goroutine that writes.
func (c *NetReadWriter) PollFlush(cx *edo.Context) (edo.Poll, error) {
	return c.whenWritten(cx, func() {})
}

// PollShutdown flushes, and calls the CloseWrite of the connection. When that has none the
// error is [errors.ErrUnsupported].
func (c *NetReadWriter) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	for {
		began := false
		poll, err := c.whenWritten(cx, func() {
			if began = !c.out.isShut; began {
				c.out.isShut = true
				c.out.lend(c.closeWrite)
			}
		})
		if poll == edo.Pending || err != nil || !began {
			return poll, err
		}
	}
}

func (c *NetReadWriter) closeWrite() error {
	if conn, ok := c.conn.(interface{ CloseWrite() error }); ok {
		return conn.CloseWrite()
	}
	return fmt.Errorf("aio: %T has no CloseWrite: %w", c.conn, errors.ErrUnsupported)
}

// whenWritten calls begin, with the lock, when no goroutine writes and nothing has failed.
func (c *NetReadWriter) whenWritten(cx *edo.Context, begin func()) (edo.Poll, error) {
	leaf := (*netWritable)(c)
	if poll, err := enterNet(cx, leaf); poll == edo.Pending || err != nil {
		return poll, err
	}
	out := &c.out
	out.mu.Lock()
	for displaced := (edo.Waker{}); out.isLent; {
		if poll, err := waitAlone(cx, &out.mu, &out.writer, &displaced, leaf, useOneWriter); poll == edo.Pending || err != nil {
			return poll, err
		}
	}
	defer out.mu.Unlock()
	if out.err == nil {
		begin()
	}
	return edo.Ready, out.err
}

// lend starts a goroutine that calls fn. Locked.
func (out *netOutput) lend(fn func() error) {
	out.isLent = true
	go func() {
		err := fn()
		out.mu.Lock()
		out.isLent, out.err = false, err
		writer := out.writer
		out.writer = edo.Waker{}
		out.mu.Unlock()
		writer.Wake()
	}()
}

// SetDeadline is [NetReadWriter.SetReadDeadline] and [NetReadWriter.SetWriteDeadline].
func (c *NetReadWriter) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of the reads that wait and of later ones.
func (c *NetReadWriter) SetReadDeadline(t time.Time) error {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	c.in.deadline = t
	if c.in.isEnded { // the next read sets it
		return nil
	}
	return c.conn.SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline of the write that is under way and of later ones. A write
// that has failed by it may have gone out in part: so it is the last one.
func (c *NetReadWriter) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }

// Close closes the connection, which ends the calls under way. It waits if the Close of the
// net.Conn does: that of crypto/tls up to 5 s, when the other side takes nothing. Where that may
// be, call it in [edo.Blocking], or close the connection below.
func (c *NetReadWriter) Close() error { return c.conn.Close() }

// Drop closes the connection, for its owner, and does not wait: one that makes a handshake, as
// that of crypto/tls, has its Close called on a goroutine, because it may say good-bye.
func (c *NetReadWriter) Drop() {
	if _, shakes := c.conn.(handshaker); shakes {
		go c.conn.Close()
		return
	}
	c.conn.Close()
}

// LocalAddr returns the address of this end.
func (c *NetReadWriter) LocalAddr() net.Addr { return c.conn.LocalAddr() }

// RemoteAddr returns the address of the other end.
func (c *NetReadWriter) RemoteAddr() net.Addr { return c.conn.RemoteAddr() }

// netReadable and netWritable are a NetReadWriter as the leaf of a reader or a writer.
type (
	netReadable NetReadWriter
	netWritable NetReadWriter
)

// Waits says what a reader waits for.
func (c *netReadable) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: fmt.Sprintf("aio: read from a %T", c.conn), Outside: true}
}

// Waits says what a writer waits for.
func (c *netWritable) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: fmt.Sprintf("aio: write to a %T", c.conn), Outside: true}
}
