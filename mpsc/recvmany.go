package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
)

// RecvMany waits for a message, and appends it to buf with the messages behind it, up to
// limit of them. It does not wait for a second one. buf grows only when they do not fit into
// it:
//
//	buf, err = rx.RecvMany(task, buf[:0], 64)
//
// With a limit of 0, or less, it appends nothing and does not wait. With an error, which is as
// that of [Receiver.Recv], nothing is appended and nothing is lost. A batch costs one
// operation of the budget, and less per message than [Receiver.Recv]: the receiver takes it
// without the lock, and the senders get the room for all of it at once. Only the growth of
// buf allocates.
//
//edo:step RecvManyStep
func (rx *Receiver[T]) RecvMany(task *edo.Task, buf []T, limit int) ([]T, error) {
	if limit <= 0 {
		return buf, task.Proceed((*receiving[T])(rx))
	}
	for before := len(buf); ; {
		if _, err := edo.Await(task, edo.Future[edo.Unit]((*arriving[T])(rx))); err != nil {
			return buf, err
		}
		if buf = rx.receiveSeen(inside.Context(task), buf, limit); len(buf) > before {
			return buf, nil
		}
	}
}

// RecvManyStep is the step form of [Receiver.RecvMany].
func (rx *Receiver[T]) RecvManyStep(task *edo.Task, buf []T, limit int) (done bool, _ []T, err error) {
	if limit <= 0 {
		done, err = task.ProceedStep((*receiving[T])(rx))
		return done, buf, err
	}
	for before := len(buf); ; {
		if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit]((*arriving[T])(rx))); !done || err != nil {
			return done, buf, err
		}
		if buf = rx.receiveSeen(inside.Context(task), buf, limit); len(buf) > before {
			return true, buf, nil
		}
	}
}

// receiveSeen appends the messages that there are, up to limit: none when another task has
// received them meanwhile.
func (rx *Receiver[T]) receiveSeen(cx *edo.Context, buf []T, limit int) []T {
	c := &rx.c
	o := c.beginReceive((*sched.Context)(cx).Root())
	buf = c.receiveMany(cx, buf, limit)
	c.endReceive(o)
	return buf
}

// PollRecvMany is Ready with buf and up to limit messages more, or with an error that matches
// [edo.ErrClosed], as [Receiver.RecvMany] is. While there is no message it is pending, and
// returns buf as it was.
func (rx *Receiver[T]) PollRecvMany(cx *edo.Context, buf []T, limit int) ([]T, edo.Poll, error) {
	if limit <= 0 {
		if !cx.Proceed((*receiving[T])(rx)) {
			return buf, edo.Pending, nil
		}
		return buf, edo.Ready, nil
	}
	for before := len(buf); ; {
		_, p, err := (*arriving[T])(rx).Poll(cx)
		if p == edo.Pending || err != nil {
			return buf, p, err
		}
		if buf = rx.receiveSeen(cx, buf, limit); len(buf) > before {
			return buf, p, nil
		}
	}
}

// RecvManyFuture returns [Receiver.RecvMany] as a future, which has buf until it is
// ready. It takes the messages when it is Ready and not before. Dropping it leaves the
// receiver as it is.
func (rx *Receiver[T]) RecvManyFuture(buf []T, limit int) edo.Future[[]T] {
	return &recvMany[T]{rx: rx, buf: buf, limit: limit}
}

type recvMany[T any] struct {
	rx    *Receiver[T]
	buf   []T
	limit int
	ended bool
}

// Poll is [Receiver.PollRecvMany].
func (f *recvMany[T]) Poll(cx *edo.Context) ([]T, edo.Poll, error) {
	if f.ended {
		if !cx.Proceed((*receiving[T])(f.rx)) {
			return nil, edo.Pending, nil
		}
		return nil, edo.Ready, errPolled
	}
	buf, p, err := f.rx.PollRecvMany(cx, f.buf, f.limit)
	if p == edo.Pending {
		return nil, p, nil
	}
	f.buf, f.ended = nil, true
	return buf, p, err
}

// arriving is a receiver as a future that is ready when there is a message, and fails at the
// end. It leaves the message in the queue.
type arriving[T any] Receiver[T]

// Poll is Ready when there is a message between head and seen.
func (a *arriving[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed((*receiving[T])(a)) {
		return edo.Unit{}, edo.Pending, nil
	}
	p, err := a.PollWait(cx)
	return edo.Unit{}, p, err
}

// SharedLeaf returns the leaf that Poll proceeds by.
func (a *arriving[T]) SharedLeaf() edo.Leaf { return (*receiving[T])(a) }

// PollWait is Poll once the task may proceed. An [alarm.Alarm] calls it.
func (a *arriving[T]) PollWait(cx *edo.Context) (edo.Poll, error) {
	c, root := &a.c, (*sched.Context)(cx).Root()
	for {
		o, p := c.beginReceive(root), edo.Ready
		if c.head == c.seen {
			p = c.refillSeen(cx)
		}
		c.endReceive(o)
		switch p {
		case edo.End:
			return edo.Ready, errEnd
		case contested:
			if err := (*Receiver[T])(a).displaceReceiver(cx); err != nil {
				return edo.Ready, err
			}
		default:
			return p, nil
		}
	}
}
