package mpmc

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/edo-go/edo/internal/waiters"
)

// Check says which of the channel's rules does not hold, while nothing is going on.
func (rx *Receiver[T]) Check() error { return rx.ch.check() }

// Check is [Receiver.Check].
func (tx *Sender[T]) Check() error { return tx.ch.check() }

func (c *channel[T]) check() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	got, waits := 0, map[*seat[T]]int{}
	for w := c.offers.First(); w != nil; w = waiters.Next(w) {
		got += w.got
		if w != c.offers.First() && w.got != 0 {
			return errors.New("rule 3: an offer has slots that is not the first in line")
		}
		if w.state != queued || w.waker != w.ownerWaker {
			return errors.New("an offer in line is not queued, or knows another waker")
		}
	}
	for w := c.turns.First(); w != nil; w = waiters.Next(w) {
		if w.state != queued || w.seat == nil || w.seat.ended || (w.rx == nil) != (w == &w.seat.streamTurn) {
			return errors.New("a turn in line is not queued, or belongs to no open receiver")
		}
		if w.rx != nil {
			waits[w.seat]++
		}
	}
	for s, n := range waits {
		if s.waiting != n {
			return fmt.Errorf("a seat counts %d turns in line, and there are %d", s.waiting, n)
		}
	}
	for w := c.cold().unusedOffers.First(); w != nil; w = waiters.Next(w) {
		if !reflect.ValueOf(&w.value).Elem().IsZero() || w.tx != nil || !w.waker.IsZero() || waiters.Prev(w) != nil {
			return errors.New("an offer that is kept keeps something else")
		}
	}
	n := c.queue.Len()
	switch {
	case c.out < 0 || got > c.out:
		return fmt.Errorf("rule 1: %d slots collected, %d permits out", got, c.out)
	case n+c.out > c.limit:
		return fmt.Errorf("rule 1: %d messages and %d permits, capacity %d", n, c.out, c.limit)
	case c.promised < 0 || c.promised > n:
		return fmt.Errorf("rule 2: %d of %d messages are promised", c.promised, n)
	case !c.offers.Empty() && n+c.out != c.limit:
		return fmt.Errorf("rule 3: an offer is in line, with %d slots free", c.freeSlots())
	case !c.turns.Empty() && c.promised != n:
		return fmt.Errorf("rule 4: a turn is in line, and %d messages are loose", c.unpromised())
	case c.closed && !c.offers.Empty():
		return errors.New("rule 6: closed, and an offer is in line")
	case c.closed && !c.coldPart.closers.Empty():
		return errors.New("rule 6: closed, and a task waits for that")
	case c.dropped && (!c.closed || n != 0 || c.receivers != 0 || !c.turns.Empty()):
		return errors.New("rule 6: dropped, and open, or with messages or receivers")
	case !c.dropped && c.receivers == 0:
		return errors.New("rule 6: no receiver is left, and it is not dropped")
	case c.atEnd() && !c.turns.Empty():
		return errors.New("rule 7: the end, and a turn is in line")
	case c.origins.senders.Total() != c.senders || c.origins.receivers.Total() != c.receivers:
		return fmt.Errorf("%d senders and %d receivers open, and %d and %d places where they were made",
			c.senders, c.receivers, c.origins.senders.Total(), c.origins.receivers.Total())
	}
	return nil
}

// The errors of futures that were polled after their end.
var (
	ErrSent     = errSent
	ErrReserved = errReserved
	ErrReceived = errReceived
)

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
	if tx.watches == nil {
		return 0
	}
	return len(tx.watches.All())
}
