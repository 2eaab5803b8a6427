package tracing

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/mpsc"
	"go.opentelemetry.io/otel/trace"
)

// Sender is an [mpsc.Sender] that sends each value with the span of its task. Any number of goroutines
// may use one at the same time. Its owner closes or drops it.
type Sender[T any] struct{ inner *mpsc.Sender[Message[T]] }

// NewMPSC returns a channel of package mpsc that holds capacity messages at most, as [mpsc.New] does.
func NewMPSC[T any](capacity int) (*Sender[T], *Receiver[T]) {
	tx, rx := mpsc.New[Message[T]](capacity)
	return &Sender[T]{tx}, &Receiver[T]{rx}
}

// Inner returns the sender of the messages, for what Sender has not.
func (tx *Sender[T]) Inner() *mpsc.Sender[Message[T]] { return tx.inner }

// Clone returns another handle, which is closed on its own.
func (tx *Sender[T]) Clone() *Sender[T] { return &Sender[T]{tx.inner.Clone()} }

// Send sends v with the span of the task: see [mpsc.Sender.Send].
//
//edo:step SendStep
func (tx *Sender[T]) Send(task *edo.Task, v T) error { return tx.inner.Send(task, Carry(task, v)) }

// SendStep is the step form of [Sender.Send].
func (tx *Sender[T]) SendStep(task *edo.Task, st *edo.Step, v T) (done bool, err error) {
	return tx.inner.SendStep(task, st, Carry(task, v))
}

// TrySend sends v with the span of the task of s, if there is room: see [mpsc.Sender.TrySend].
//
//edo:nowait
func (tx *Sender[T]) TrySend(s edo.Spawner, v T) error { return tx.inner.TrySend(Carry(s, v)) }

// SendFuture returns a future that sends v with the span of the task that polls it first: see
// [mpsc.Sender.SendFuture].
func (tx *Sender[T]) SendFuture(v T) edo.Future[*Sender[T]] { return &sendFuture[T]{tx: tx, v: v} }

// sendFuture is a send as a future.
type sendFuture[T any] struct {
	tx *Sender[T]
	v  T
	f  *mpsc.SendFuture[Message[T]] // nil: it was not polled
}

// Poll is Ready when the value was accepted.
func (s *sendFuture[T]) Poll(cx *edo.Context) (*Sender[T], edo.Poll, error) {
	if s.f == nil {
		s.f = s.tx.inner.SendFuture(CarryIn(cx.Values(), s.v))
		var none T
		s.v = none
	}
	_, poll, err := s.f.Poll(cx)
	if poll == edo.Pending {
		return nil, edo.Pending, nil
	}
	return s.tx, edo.Ready, err
}

// Drop drops the value, unless that was accepted.
func (s *sendFuture[T]) Drop() {
	if s.f != nil {
		s.f.Drop()
		return
	}
	v := s.v
	var none T
	s.v = none
	edo.Drop(v)
}

// Close ends this handle: see [mpsc.Sender.Close].
func (tx *Sender[T]) Close() { tx.inner.Close() }

// Drop is [Sender.Close], for owners.
func (tx *Sender[T]) Drop() { tx.inner.Drop() }

// Receiver is an [mpsc.Receiver] whose task gets, in its span, a link to the span of the sender of each
// message. It is an [edo.Stream] of the values. One task at a time waits with it. Its owner drops it.
type Receiver[T any] struct {
	inner *mpsc.Receiver[Message[T]]
}

// Inner returns the receiver of the messages, which have the span of their sender: for a span of its own
// for each message. The two receive in turn.
func (rx *Receiver[T]) Inner() *mpsc.Receiver[Message[T]] { return rx.inner }

// PollNext is Ready with the next value: see [mpsc.Receiver.PollNext].
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	m, p, err := rx.inner.PollNext(cx)
	if p == edo.Ready && err == nil {
		link(cx, m)
	}
	return m.Value, p, err
}

// link links the span of the task that is polled to that of the sender.
func link[T any](cx *edo.Context, m Message[T]) {
	if m.Sender.IsValid() {
		trace.SpanFromContext(cx.Values()).AddLink(m.Link())
	}
}

// Recv waits for the next value: see [mpsc.Receiver.Recv].
//
//edo:step RecvStep
func (rx *Receiver[T]) Recv(task *edo.Task) (T, error) {
	m, err := rx.inner.Recv(task)
	if err == nil {
		link(inside.Context(task), m)
	}
	return m.Value, err
}

// RecvStep is the step form of [Receiver.Recv].
func (rx *Receiver[T]) RecvStep(task *edo.Task) (done bool, v T, err error) {
	done, m, err := rx.inner.RecvStep(task)
	if done && err == nil {
		link(inside.Context(task), m)
	}
	return done, m.Value, err
}

// RecvFuture is [Receiver.Recv] as a future. To drop it does not change the receiver.
func (rx *Receiver[T]) RecvFuture() edo.Future[T] { return (*recvFuture[T])(rx) }

// recvFuture is a receiver as the future of its next value.
type recvFuture[T any] Receiver[T]

// Poll is ready with the next value, or with an error at the end.
func (f *recvFuture[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	m, p, err := f.inner.PollRecv(cx)
	if p == edo.Ready && err == nil {
		link(cx, m)
	}
	return m.Value, p, err
}

// Close refuses further messages: see [mpsc.Receiver.Close].
func (rx *Receiver[T]) Close() { rx.inner.Close() }

// Drop closes the receiver, and drops what was not received.
func (rx *Receiver[T]) Drop() { rx.inner.Drop() }
