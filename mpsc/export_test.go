package mpsc

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/edo-go/edo/internal/waiters"
)

// Check says which of the channel's rules does not hold, while nothing is going on.
func (rx *Receiver[T]) Check() error {
	c := &rx.c
	c.mu.Lock()
	defer c.mu.Unlock()
	received := max(c.released, c.consumed.Load())
	var got uint64
	for w := c.line.First(); w != nil; w = waiters.Next(w) {
		got += uint64(w.got)
		if w != c.line.First() && w.got != 0 {
			return errors.New("rule 3: a waiter has slots and is not the first in line")
		}
	}
	made := c.origins.Total()
	for w := c.cold().unusedWaiters.First(); w != nil; w = waiters.Next(w) {
		if !reflect.ValueOf(&w.value).Elem().IsZero() || w.tx != nil || !w.waker.IsZero() || waiters.Prev(w) != nil {
			return errors.New("a waiter that is kept keeps something else")
		}
	}
	switch {
	case received != c.head:
		return fmt.Errorf("rule 1: received %d, and senders know of %d", c.head, received)
	case c.capacity > c.limit:
		return fmt.Errorf("rule 1: capacity %d of %d", c.capacity, c.limit)
	case c.tail-received > c.capacity:
		return fmt.Errorf("rule 1: %d messages, capacity %d", c.tail-received, c.capacity)
	case got > c.limit-c.capacity:
		return fmt.Errorf("rule 1: %d slots collected, %d permits out", got, c.limit-c.capacity)
	case c.stop < c.tail || c.stop > received+c.capacity:
		return fmt.Errorf("rule 2: stop is %d, tail %d, received %d", c.stop, c.tail, received)
	case !c.line.Empty() && (c.stop != c.tail || c.tail-received != c.capacity):
		return fmt.Errorf("rule 3: a waiter is in line, and stop %d, tail %d, received %d", c.stop, c.tail, received)
	case c.waiting.Load() != (!c.line.Empty()):
		return errors.New("rule 4: waiting is not whether a waiter is in line")
	case c.closed.Load() && (c.stop != c.tail || !c.line.Empty()):
		return errors.New("rule 6: closed, with room or with a waiter in line")
	case !c.rxWaker.IsZero() && (c.tail != received || c.atEnd()):
		return errors.New("rule 7: the receiver waits for nothing")
	case c.dropped && (c.tailSegment != nil || c.headSegment != nil || c.cold().spareSegment != nil):
		return errors.New("dropped, and there is room for messages")
	case made != int(c.senders):
		return fmt.Errorf("%d handles open, and %d places where they were made", c.senders, made)
	}
	return nil
}

// Watches returns how many tasks wait in Closed by way of tx.
func (tx *Sender[T]) Watches() int {
	tx.ch.mu.Lock()
	defer tx.ch.mu.Unlock()
	return int(tx.closers)
}

// Watchers returns how many wakers tx keeps, of tasks that have waited in PollClosed.
func (tx *Sender[T]) Watchers() int {
	tx.ch.mu.Lock()
	defer tx.ch.mu.Unlock()
	if tx.waiters == nil {
		return 0
	}
	return len(tx.waiters.watches.All())
}
