package mpsc

import (
	"errors"
	"fmt"
	"reflect"
)

// Check says which of the channel's rules does not hold, while nothing is going on.
func (rx *Receiver[T]) Check() error {
	c := rx.ch()
	c.mu.Lock()
	defer c.mu.Unlock()
	received := max(c.released, c.consumed.Load())
	var got uint64
	for w := c.line.first; w != nil; w = w.next {
		got += uint64(w.got)
		if w != c.line.first && w.got != 0 {
			return errors.New("rule 3: somebody has slots who is not the first in line")
		}
	}
	made := c.origins.Total()
	for w := c.rare().kept; w != nil; w = w.next {
		if !reflect.ValueOf(&w.value).Elem().IsZero() || w.via != nil || !w.waker.IsZero() || w.prev != nil {
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
	case c.line.first != nil && (c.stop != c.tail || c.tail-received != c.capacity):
		return fmt.Errorf("rule 3: somebody is in line, and stop %d, tail %d, received %d", c.stop, c.tail, received)
	case c.waiting.Load() != (c.line.first != nil):
		return errors.New("rule 4: waiting is not whether somebody is in line")
	case c.closed.Load() && (c.stop != c.tail || c.line.first != nil):
		return errors.New("rule 6: closed, with room or with somebody in line")
	case !c.rx.IsZero() && (c.tail != received || c.atEnd()):
		return errors.New("rule 7: the receiver waits for nothing")
	case c.dropped && (c.into != nil || c.from != nil || c.rare().spare != nil):
		return errors.New("dropped, and there is room for messages")
	case made != int(c.senders):
		return fmt.Errorf("%d handles open, and %d places where they were made", c.senders, made)
	}
	return nil
}
