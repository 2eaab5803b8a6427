package mpmc

import (
	"unsafe"

	"github.com/edo-go/edo"
)

// The operations say which channel they are on, for a simulation that leaves out the orders of
// operations on different channels: see package schedule. Where the leaf would be a type that a program
// can name, it is another type here, so that these methods do not show.

func objectOf[T any](c *channel[T]) any { return unsafe.Pointer(c) }

// objectOfHandle is objectOf the channel of tx, which a future may not have yet.
func objectOfHandle[T any](tx *Sender[T]) any {
	if tx == nil {
		return nil
	}
	return objectOf(tx.ch)
}

// Object returns the channel.
func (s *sending[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (s *reserving[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (s *closing[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (rx *asking[T]) Object() any { return objectOf(rx.ch) }

// Object returns the channel.
func (w *offer[T]) Object() any { return objectOfHandle(w.tx) }

// Object returns the channel.
func (w *turn[T]) Object() any {
	if w.seat == nil {
		return nil
	}
	return objectOf(w.seat.ch)
}

// Object returns the channel.
func (f *recvMany[T]) Object() any { return f.w.Object() }

// polling is a receiver as the leaf of a poll that takes the turn of its seat.
type polling[T any] Receiver[T]

// Waits is that of the receiver.
func (rx *polling[T]) Waits(cx *edo.Context) edo.Wait { return (*Receiver[T])(rx).Waits(cx) }

// Object returns the channel.
func (rx *polling[T]) Object() any { return objectOf(rx.ch) }

// sendLeaf is a future as its leaf.
type sendLeaf[T any] SendFuture[T]

// Waits is that of the future.
func (f *sendLeaf[T]) Waits(cx *edo.Context) edo.Wait { return (*SendFuture[T])(f).Waits(cx) }

// Object returns the channel.
func (f *sendLeaf[T]) Object() any { return objectOfHandle(f.w.tx) }

// reserveLeaf is a future as its leaf.
type reserveLeaf[T any] ReserveFuture[T]

// Waits is that of the future.
func (f *reserveLeaf[T]) Waits(cx *edo.Context) edo.Wait { return (*ReserveFuture[T])(f).Waits(cx) }

// Object returns the channel.
func (f *reserveLeaf[T]) Object() any { return objectOfHandle(f.r.w.tx) }

// reserveManyLeaf is a future as its leaf.
type reserveManyLeaf[T any] ReserveManyFuture[T]

// Waits is that of the future.
func (f *reserveManyLeaf[T]) Waits(cx *edo.Context) edo.Wait {
	return (*ReserveManyFuture[T])(f).Waits(cx)
}

// Object returns the channel.
func (f *reserveManyLeaf[T]) Object() any { return objectOfHandle(f.r.w.tx) }

// recvLeaf is a future as its leaf.
type recvLeaf[T any] RecvFuture[T]

// Waits is that of the future.
func (f *recvLeaf[T]) Waits(cx *edo.Context) edo.Wait { return (*RecvFuture[T])(f).Waits(cx) }

// Object returns the channel.
func (f *recvLeaf[T]) Object() any { return f.w.Object() }
