package chantest

import (
	"time"

	"github.com/edo-go/edo"
)

// ManySender is a sender of a channel that is tested. Clone, Sink, Reserve, ReserveMany and the
// polls of its futures are adapted, because their results have types of the package.
type ManySender[T any] interface {
	TrySend(v T) error
	Send(task *edo.Task, v T) error
	SendTimeout(task *edo.Task, v T, d time.Duration) error
	Close()
	Closed(task *edo.Task) error
	PollClosed(cx *edo.Context) edo.Poll
	ClosedFuture() edo.Future[edo.Unit]
	StrongCount() int

	Clone() ManySender[T]
	Sink() Sink[T]
	SendFuture(v T) edo.Future[edo.Unit]
	ReserveFuture() edo.Future[edo.Unit]
	ReserveManyFuture(n int) edo.Future[edo.Unit]
	Reserve(task *edo.Task) error            // and gives the permit back
	ReserveMany(task *edo.Task, n int) error // likewise
}

// ManyReceiver is a receiver of a channel that is tested.
type ManyReceiver[T any] interface {
	edo.Stream[T]
	TryRecv() (T, error)
	Recv(task *edo.Task) (T, error)
	RecvTimeout(task *edo.Task, d time.Duration) (T, error)
	RecvMany(task *edo.Task, buf []T, limit int) ([]T, error)
	PollRecvMany(cx *edo.Context, buf []T, limit int) ([]T, edo.Poll, error)
	Len() int
	Close()
	Drop()

	RecvFuture() edo.Future[T]
}

// Sink is the sink of a sender.
type Sink[T any] interface {
	edo.Sink[T]
	Drop()
}

// Open makes a channel for messages of type T.
type Open[T any] func(capacity int) (ManySender[T], ManyReceiver[T])

// WithoutValue returns f as a future whose value does not matter.
func WithoutValue[T any](f edo.Future[T]) edo.Future[edo.Unit] { return withoutValue[T]{f} }

type withoutValue[T any] struct{ f edo.Future[T] }

func (w withoutValue[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	_, p, err := w.f.Poll(cx)
	return edo.Unit{}, p, err
}

// WithoutPermit drops a permit that a reserve has returned, and returns the error.
func WithoutPermit[P edo.Dropper](p P, err error) error {
	if err == nil {
		p.Drop()
	}
	return err
}
