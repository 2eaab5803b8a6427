package mpsc

import "math"

// Len returns how many messages were accepted and not received yet.
func (tx *Sender[T]) Len() int { return tx.ch.len() }

// Cap returns how many messages the channel holds at most, as Go's cap does, with one
// difference: a slot that a permit stands for does not count while the permit is out,
// or is being collected by a [Sender.ReserveMany] in line. So without a permit there is
// room for Cap - Len messages, which is what Tokio calls the capacity, and the channel
// is full when the two are equal. Without permits, and always once they are back, Cap
// is [Sender.MaxCap].
func (tx *Sender[T]) Cap() int { return tx.ch.cap() }

// MaxCap returns the capacity that the channel was made with: [math.MaxInt] when it has
// no limit. It does not change.
func (tx *Sender[T]) MaxCap() int { return tx.ch.maxCap() }

// StrongCount returns how many handles are open: a [WeakSender] and a permit do not
// count.
func (tx *Sender[T]) StrongCount() int { return tx.ch.strongCount() }

// WeakCount returns how many handles of type [WeakSender] there are that were not dropped.
func (tx *Sender[T]) WeakCount() int { return tx.ch.weakCount() }

// Len returns how many messages were accepted and not received yet.
func (rx *Receiver[T]) Len() int { return rx.c.len() }

// Cap returns how many messages the channel holds at most, less the permits that are
// out: see [Sender.Cap].
func (rx *Receiver[T]) Cap() int { return rx.c.cap() }

// MaxCap returns the capacity that the channel was made with: [math.MaxInt] when it has
// no limit.
func (rx *Receiver[T]) MaxCap() int { return rx.c.maxCap() }

// StrongCount returns how many handles are open to send with.
func (rx *Receiver[T]) StrongCount() int { return rx.c.strongCount() }

// WeakCount returns how many handles of type [WeakSender] there are that were not dropped.
func (rx *Receiver[T]) WeakCount() int { return rx.c.weakCount() }

// StrongCount returns how many handles are open: while there are any,
// [WeakSender.Upgrade] succeeds.
func (w *WeakSender[T]) StrongCount() int { return w.ch.strongCount() }

// WeakCount returns how many WeakSenders there are that were not dropped.
func (w *WeakSender[T]) WeakCount() int { return w.ch.weakCount() }

func (c *channel[T]) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.tail - max(c.released, c.consumed.Load()))
}

func (c *channel[T]) cap() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(min(c.capacity, math.MaxInt))
}

func (c *channel[T]) maxCap() int { return int(min(c.limit, math.MaxInt)) }

func (c *channel[T]) strongCount() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.senders)
}

func (c *channel[T]) weakCount() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.weak)
}
