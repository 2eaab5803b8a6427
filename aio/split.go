package aio

import (
	"sync/atomic"

	"github.com/edo-go/edo"
)

// A HalfCloser is a connection whose writing direction can be ended without a wait, as one of
// package socket and each end of [Duplex].
type HalfCloser interface {
	Conn
	CloseWrite() error
}

// Split returns the two directions of conn, each for a task of its own. Closing the write half
// ends what the other side reads, by a FIN if conn is a connection by TCP; reading goes on.
// Conn is closed when both halves are.
//
//	r, w := aio.Split(conn)
//	edo.Go(task, reads, edo.Owns(r))
//	edo.Go(task, writes, edo.Owns(w))
func Split(conn HalfCloser) (*ReadHalf, *WriteHalf) {
	s := &split{conn: conn}
	s.open.Store(2)
	return &ReadHalf{s: s}, &WriteHalf{s: s}
}

// split is a connection whose halves are with two owners.
type split struct {
	conn HalfCloser
	open atomic.Int32 // how many halves are open
}

// leave is called once by each half.
func (s *split) leave() error {
	if s.open.Add(-1) != 0 {
		return nil
	}
	return s.conn.Close()
}

// ReadHalf is the reading direction of a connection that [Split] has split.
type ReadHalf struct {
	s      *split
	closed atomic.Bool
}

// PollRead reads from the connection. After Close the error matches [edo.ErrClosed].
func (h *ReadHalf) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if h.closed.Load() {
		poll, err := halfClosed(cx)
		return 0, poll, err
	}
	return h.s.conn.PollRead(cx, p)
}

// Close gives the half up. The connection is not told: what the other side sends is not read.
// It may be called twice, and from any goroutine; a read that waits goes on until the write
// half is closed as well.
func (h *ReadHalf) Close() error {
	if h.closed.Swap(true) {
		return nil
	}
	return h.s.leave()
}

// Drop is Close, for the owner of the half.
func (h *ReadHalf) Drop() { h.Close() }

// AbandonRead passes on that a read was given up: see [AbandonRead].
func (h *ReadHalf) AbandonRead(w edo.Waker) { AbandonRead(h.s.conn, w) }

// WriteHalf is the writing direction of a connection that [Split] has split.
type WriteHalf struct {
	s      *split
	closed atomic.Bool
}

// PollWrite writes to the connection. After Close the error matches [edo.ErrClosed].
func (h *WriteHalf) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	if h.closed.Load() {
		poll, err := halfClosed(cx)
		return 0, poll, err
	}
	return h.s.conn.PollWrite(cx, p)
}

// PollFlush flushes the connection.
func (h *WriteHalf) PollFlush(cx *edo.Context) (edo.Poll, error) {
	if h.closed.Load() {
		return halfClosed(cx)
	}
	return h.s.conn.PollFlush(cx)
}

// PollShutdown ends what the other side reads, and waits until that was told.
func (h *WriteHalf) PollShutdown(cx *edo.Context) (edo.Poll, error) {
	if h.closed.Load() {
		return halfClosed(cx)
	}
	return h.s.conn.PollShutdown(cx)
}

// Close gives the half up, and ends what the other side reads. It does not wait, and so it
// does not flush: where conn has a buffer, call [Shutdown] first. It may be called twice, and
// from any goroutine.
func (h *WriteHalf) Close() error {
	if h.closed.Swap(true) {
		return nil
	}
	err := h.s.conn.CloseWrite()
	if err2 := h.s.leave(); err == nil {
		err = err2
	}
	return err
}

// Drop is Close, for the owner of the half.
func (h *WriteHalf) Drop() { h.Close() }

// AbandonWrite passes on that a write was given up: see [AbandonRead].
func (h *WriteHalf) AbandonWrite(w edo.Waker) { AbandonWrite(h.s.conn, w) }

var errHalfClosed = edo.NewError(edo.ErrClosed, "aio: this half of the connection is closed")

// halfClosed is the result of an operation on a half that is closed.
func halfClosed(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(nil) {
		return edo.Pending, nil
	}
	return edo.Ready, errHalfClosed
}
