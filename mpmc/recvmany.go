package mpmc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
)

// RecvMany waits in line for a message, and appends it to buf with the messages behind it that
// are promised to no other receive, up to limit of them. It does not wait for a second one. buf
// grows only when they do not fit into it:
//
//	buf, err = rx.RecvMany(task, buf[:0], 64)
//
// With a limit of 0, or less, it appends nothing and does not wait. With an error, which is as
// that of [Receiver.Recv], nothing is appended and nothing is lost. A batch costs one operation
// of the budget and takes the lock once. Only the growth of buf allocates.
func (rx *Receiver[T]) RecvMany(task *edo.Task, buf []T, limit int) ([]T, error) {
	if limit <= 0 {
		return buf, task.Proceed((*asking[T])(rx))
	}
	if err := task.Proceed((*asking[T])(rx)); err != nil {
		return buf, err
	}
	c, cx := rx.ch, inside.Context(task)
	c.mu.Lock()
	switch c.pollMessage(rx) {
	case edo.Ready:
		buf = c.takeUnpromised(buf, limit)
		c.settle(cx)
		return buf, nil
	case edo.End:
		err := rx.seat.endError()
		c.mu.Unlock()
		return buf, err
	}
	w := rx.lendTurn()
	c.turns.push(w, cx.Waker())
	c.mu.Unlock()
	err := c.awaitTurn(task, w, w)
	if err == nil {
		buf = c.takeUnpromised(buf, limit)
	}
	rx.endWait(task, w, err)
	return buf, err
}

// PollRecvMany is Ready with buf and up to limit messages more, or with an error that matches
// [edo.ErrClosed], as [Receiver.RecvMany] is. While there is no message it is pending, with a
// place in line as that of [Receiver.PollNext], and returns buf as it was.
func (rx *Receiver[T]) PollRecvMany(cx *edo.Context, buf []T, limit int) ([]T, edo.Poll, error) {
	if !cx.Proceed(rx) {
		return buf, edo.Pending, nil
	}
	if limit <= 0 {
		return buf, edo.Ready, nil
	}
	p, err := rx.pollTurn(cx)
	switch {
	case p == edo.End:
		return buf, edo.Ready, rx.endError()
	case p == edo.Ready && err == nil:
		buf = rx.ch.takeUnpromised(buf, limit)
		rx.ch.settle(cx)
	}
	return buf, p, err
}

// RecvManyFuture returns [Receiver.RecvMany] as a future, which has buf until it is ready,
// and a place in line of its own, like a [RecvFuture]: its owner drops it.
func (rx *Receiver[T]) RecvManyFuture(buf []T, limit int) edo.Future[[]T] {
	return &recvMany[T]{w: turn[T]{rx: rx, seat: rx.seat, phase: holding}, buf: buf, limit: limit}
}

type recvMany[T any] struct {
	w     turn[T]
	buf   []T
	limit int
}

// Poll is [Receiver.RecvMany].
func (f *recvMany[T]) Poll(cx *edo.Context) ([]T, edo.Poll, error) {
	if !cx.Proceed(f) {
		return nil, edo.Pending, nil
	}
	if f.limit <= 0 && f.w.phase == holding {
		f.w.phase = empty
		return f.buf, edo.Ready, nil
	}
	p, err := f.w.pollTurn(cx)
	if p == edo.Pending {
		return nil, p, nil
	}
	buf := f.buf
	f.buf = nil
	if err == nil {
		c := f.w.rx.ch
		buf = c.takeUnpromised(buf, f.limit)
		c.settle(cx)
	}
	return buf, p, err
}

// Drop leaves the line. A message that was promised to f goes to the next.
func (f *recvMany[T]) Drop() { f.w.dropTurn() }
