package mpsc

import "unsafe"

// The operations say which channel they are on, for a simulation that leaves out the orders of
// operations on different channels: see package schedule.

func objectOf[T any](c *channel[T]) any { return unsafe.Pointer(c) }

// Object returns the channel.
func (s *sending[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (s *reserving[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (s *closing[T]) Object() any { return objectOf(s.ch) }

// Object returns the channel.
func (w *waiter[T]) Object() any { return objectOf(w.tx.ch) }
