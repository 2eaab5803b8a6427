package mpsc

import "unsafe"

// The operations say which channel they are on, for a simulation that leaves out the orders of
// operations on different channels: see package schedule. A receiver is its channel.

func objectOf[T any](c *channel[T]) any { return unsafe.Pointer(c) }

// Object returns the channel.
func (s *sending[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (s *reserving[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (s *closing[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (w *waiter[T]) Object() any { return objectOf(w.tx.ch) }

// Object returns the channel.
func (f *receiving[T]) Object() any { return objectOf(&f.c) }

// Object returns the channel.
func (a *arriving[T]) Object() any { return objectOf(&a.c) }
