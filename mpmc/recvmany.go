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
//
//edo:step RecvManyStep
func (rx *Receiver[T]) RecvMany(task *edo.Task, buf []T, limit int) ([]T, error) {
	if limit <= 0 {
		return buf, task.Proceed((*asking[T])(rx))
	}
	if err := task.Proceed((*asking[T])(rx)); err != nil {
		return buf, err
	}
	buf, w, err := rx.beginRecvMany(inside.Context(task), buf, limit)
	if w == nil {
		return buf, err
	}
	_, err = edo.Await(task, edo.Future[edo.Unit](w))
	return rx.endRecvMany(task, w, buf, limit, err)
}

// RecvManyStep is the step form of [Receiver.RecvMany]. The step keeps the turn in line.
func (rx *Receiver[T]) RecvManyStep(task *edo.Task, st *edo.Step, buf []T, limit int) (done bool, _ []T, err error) {
	w := edo.StepState[turn[T]](st)
	if w == nil {
		if done, err = task.ProceedStep((*asking[T])(rx)); !done || err != nil || limit <= 0 {
			return done, buf, err
		}
		if buf, w, err = rx.beginRecvMany(inside.Context(task), buf, limit); w == nil {
			return true, buf, err
		}
		st.Set(w)
	}
	if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](w)); done {
		st.Set(nil)
		buf, err = rx.endRecvMany(task, w, buf, limit, err)
	}
	return done, buf, err
}

// beginRecvMany receives messages, or returns an error, or a turn in line.
func (rx *Receiver[T]) beginRecvMany(cx *edo.Context, buf []T, limit int) (_ []T, w *turn[T], err error) {
	c := rx.ch
	c.mu.Lock()
	switch c.pollMessage(rx) {
	case edo.Ready:
		buf = c.takeUnpromised(buf, limit)
		c.settle(cx)
		return buf, nil, nil
	case edo.End:
		err = rx.seat.endError()
	default:
		w = rx.joinTurns(cx)
	}
	c.mu.Unlock()
	return buf, w, err
}

// endRecvMany receives the message that w, which has waited and got err, was promised, and
// those behind it.
func (rx *Receiver[T]) endRecvMany(task *edo.Task, w *turn[T], buf []T, limit int, err error) ([]T, error) {
	if err = rx.ch.endTurn(w, err); err == nil {
		buf = rx.ch.takeUnpromised(buf, limit)
	}
	rx.endWait(task, w, err)
	return buf, err
}

// PollRecvMany is Ready with buf and up to limit messages more, or with an error that matches
// [edo.ErrClosed], as [Receiver.RecvMany] is. While there is no message it is pending, with a
// place in line as that of [Receiver.PollNext], and returns buf as it was.
func (rx *Receiver[T]) PollRecvMany(cx *edo.Context, buf []T, limit int) ([]T, edo.Poll, error) {
	if !cx.Proceed((*polling[T])(rx)) {
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
