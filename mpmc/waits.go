package mpmc

import (
	"fmt"
	"math"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// wait says that a receive by way of s waits for a message, and what may send it:
// the senders that are open, by where they were made, and the permits that are out.
func (s *seat[T]) wait(w *turn[T]) edo.Wait {
	c := s.ch
	c.mu.Lock()
	n, promised, closed, ended := c.queue.Len(), c.promised, c.closed, s.ended
	mine := w.state == chosen || s.own.state == chosen
	permits := c.permits()
	made := c.made.senders.Clone()
	c.mu.Unlock()
	there := "empty"
	switch {
	case ended:
		return edo.Wait{On: "mpmc: receive (on closed receiver)"}
	case mine:
		there = "a message was promised to it, and not taken yet"
	case n != 0 && n == promised:
		there = origin.Count(n, "message") + ", promised to other receives"
	case n != 0:
		there = origin.Count(n, "message")
	}
	if closed {
		there = "closed, " + there
	}
	wait := edo.Wait{On: fmt.Sprintf("mpmc: receive (%s, %s)", there, c.size())}
	if !closed {
		wait.By = made.Describe("sender")
	}
	wait.By = append(wait.By, permits...)
	return wait
}

// Waits says that a message is waited for, and what may send it.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait { return rx.seat.wait(&rx.seat.own) }

// Waits says that a message is waited for.
func (w *turn[T]) Waits(*edo.Context) edo.Wait { return w.seat.wait(w) }

// Waits says that a message is waited for.
func (f *RecvFuture[T]) Waits(*edo.Context) edo.Wait {
	if f.w.seat == nil {
		return edo.Wait{On: "mpmc: receive (of no receiver)"}
	}
	return f.w.seat.wait(&f.w)
}

// Waits says that a message is waited for.
func (f *recvMany[T]) Waits(*edo.Context) edo.Wait { return f.w.seat.wait(&f.w) }

// Waits says that a message is waited for: the receive has yet to ask for one.
func (rx *asking[T]) Waits(*edo.Context) edo.Wait { return rx.seat.wait(&rx.seat.own) }

// size says how many messages there may be.
func (c *channel[T]) size() string {
	if c.limit == math.MaxInt {
		return "unbounded"
	}
	return fmt.Sprintf("capacity %d", c.limit)
}

// permits says how many permits are out, or held by those in line. Locked.
func (c *channel[T]) permits() []string {
	if c.out == 0 {
		return nil
	}
	return []string{origin.Count(c.out, "permit")}
}

// place says how many are in line before w. No more than a thousand are counted: the lock
// is held meanwhile. Locked, with w in the line.
func (c *channel[T]) place(w *offer[T]) string {
	const most = 1000
	n := 0
	for x := c.sending.first; x != w; x = x.next {
		if n++; n == most {
			return fmt.Sprintf("%d or more before it in line", n)
		}
	}
	return fmt.Sprintf("%d before it in line", n)
}

// waits says that what, a send or a reserve by way of w, waits for room, and what may make
// it: the receivers that are open, by where they were made, and the permits that are out.
func (c *channel[T]) waits(what string, w *offer[T]) edo.Wait {
	c.mu.Lock()
	if w.need+w.got != 0 {
		what = "reserve"
	}
	how := c.size()
	var permits []string
	if w.state == queued {
		if n := w.need + w.got; n > 1 {
			what = fmt.Sprintf("%s of %d, of which it has %d", what, n, w.got)
		}
		full := "full"
		if c.promised != 0 && c.promised == c.queue.Len() {
			full = "full of messages that were promised to receives, and not taken yet"
		}
		how = fmt.Sprintf("%s, %s, %s", full, how, c.place(w))
		permits = c.permits()
	}
	made := c.made.receivers.Clone()
	c.mu.Unlock()
	return edo.Wait{
		On: fmt.Sprintf("mpmc: %s (%s)", what, how),
		By: append(made.Describe("receiver"), permits...),
	}
}

// Waits says that room is waited for.
func (w *offer[T]) Waits(*edo.Context) edo.Wait { return w.tx.ch.waits("send", w) }

// Waits says that room is waited for.
func (f *SendFuture[T]) Waits(*edo.Context) edo.Wait {
	if f.w.tx == nil {
		return edo.Wait{On: "mpmc: send (of nothing)"}
	}
	return f.w.tx.ch.waits("send", &f.w)
}

// Waits says that a permit is waited for.
func (f *ReserveFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.waits() }

// Waits says that permits are waited for.
func (f *ReserveManyFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.waits() }

func (r *reservation[T]) waits() edo.Wait {
	if r.w.tx == nil {
		return edo.Wait{On: "mpmc: reserve (of nothing)"}
	}
	return r.w.tx.ch.waits("reserve", &r.w)
}

// Waits says that the task has not come to its turn.
func (tx *sending[T]) Waits(*edo.Context) edo.Wait { return idle("send", tx.ch) }

// Waits says that the task has not come to its turn.
func (tx *reserving[T]) Waits(*edo.Context) edo.Wait { return idle("reserve", tx.ch) }

// idle is what waits for nothing but its task's next turn.
func idle[T any](what string, c *channel[T]) edo.Wait {
	return edo.Wait{On: fmt.Sprintf("mpmc: %s (%s)", what, c.size())}
}

// Waits says that the end of the channel is waited for, and what may bring it about.
func (tx *closing[T]) Waits(*edo.Context) edo.Wait {
	c := tx.ch
	c.mu.Lock()
	made, closed := c.made.receivers.Clone(), (*Sender[T])(tx).isClosed()
	c.mu.Unlock()
	if closed {
		return edo.Wait{On: fmt.Sprintf("mpmc: closed (it is, %s)", c.size())}
	}
	return edo.Wait{
		On: fmt.Sprintf("mpmc: closed (%s)", c.size()),
		By: append(made.Describe("receiver"), "a Close of this sender"),
	}
}

// Waits says that the end of the channel is waited for.
func (f *ClosedFuture[T]) Waits(cx *edo.Context) edo.Wait { return (*closing[T])(f.w.tx).Waits(cx) }
