package mpsc

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
)

// RecvMany waits for a message, and appends it to buf with those that there are behind
// it, up to limit of them. It does not wait for more than one. buf grows only when they do
// not fit into it:
//
//	buf, err = rx.RecvMany(task, buf[:0], 64)
//
// A limit of 0, or less, appends nothing at once. With an error nothing is appended and
// nothing is lost: it is as of [Receiver.Recv]. A batch costs one operation of the
// budget, and less per message than [Receiver.Recv]: it is taken without the lock, and
// the senders get the room for all of it at once. It allocates nothing but what buf
// grows by.
func (rx *Receiver[T]) RecvMany(task *edo.Task, buf []T, limit int) ([]T, error) {
	if limit <= 0 {
		return buf, task.Proceed(rx)
	}
	for before := len(buf); ; {
		if _, err := edo.Await(task, edo.Future[edo.Unit]((*arriving[T])(rx))); err != nil {
			return buf, err
		}
		if buf = rx.takeMany(task.Internal(internal.Key{}), buf, limit); len(buf) > before {
			return buf, nil
		}
	}
}

// takeMany receives what there is, up to limit messages: none when another task has
// received them meanwhile.
func (rx *Receiver[T]) takeMany(cx *edo.Context, buf []T, limit int) []T {
	c := rx.ch()
	o := c.beginReceive(cx.Internal(internal.Key{}).Root())
	buf = c.receiveMany(cx, buf, limit)
	c.endReceive(o)
	return buf
}

// PollRecvMany is Ready with buf and up to limit messages more, or with an error that
// matches [edo.ErrClosed], as [Receiver.RecvMany] is; it is pending while there is no
// message, and returns buf as it was.
func (rx *Receiver[T]) PollRecvMany(cx *edo.Context, buf []T, limit int) ([]T, edo.Poll, error) {
	if limit <= 0 {
		if !cx.Proceed(rx) {
			return buf, edo.Pending, nil
		}
		return buf, edo.Ready, nil
	}
	for before := len(buf); ; {
		_, p, err := (*arriving[T])(rx).Poll(cx)
		if p == edo.Pending || err != nil {
			return buf, p, err
		}
		if buf = rx.takeMany(cx, buf, limit); len(buf) > before {
			return buf, p, nil
		}
	}
}

// RecvManyFuture returns [Receiver.RecvMany] as a future, which has buf until it is
// ready. It takes the messages when it is Ready and not before; dropping it leaves the
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
		if !cx.Proceed(f.rx) {
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

// arriving is a receiver as a future that is ready when there is a message, which it
// leaves where it is, or fails at the end.
type arriving[T any] channel[T]

// Poll is Ready when a message lies between head and seen.
func (a *arriving[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed((*Receiver[T])(a)) {
		return edo.Unit{}, edo.Pending, nil
	}
	c, root := (*channel[T])(a), cx.Internal(internal.Key{}).Root()
	for {
		o, p := c.beginReceive(root), edo.Ready
		if c.head == c.seen {
			p = c.refill(cx.Waker())
		}
		c.endReceive(o)
		switch p {
		case edo.End:
			return edo.Unit{}, edo.Ready, errDone
		case contested:
			if err := c.contend(cx); err != nil {
				return edo.Unit{}, edo.Ready, err
			}
		default:
			return edo.Unit{}, p, nil
		}
	}
}
