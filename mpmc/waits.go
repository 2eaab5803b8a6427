package mpmc

import (
	"fmt"
	"math"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/waiters"
)

// describeWait says that a receive by way of s waits for a message, and names its possible
// sources: the open senders, by where they were made, and the permits that are out.
func (s *seat[T]) describeWait(w *turn[T]) edo.Wait {
	c := s.ch
	c.mu.Lock()
	n, promised, closed, ended := c.queue.Len(), c.promised, c.closed, s.ended
	mine := w.state == chosen || s.streamTurn.state == chosen
	permits := c.describePermits()
	made := c.origins.senders.Clone()
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
	wait := edo.Wait{On: fmt.Sprintf("mpmc: receive (%s, %s)", there, c.describeSize())}
	if !closed {
		wait.By = made.Describe("sender")
	}
	wait.By = append(wait.By, permits...)
	wait.SetHeld(&held.Held{About: held.RefTo(c)})
	return wait
}

// Waits says that the receiver waits for a message, and names its possible sources.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait { return rx.seat.describeWait(&rx.seat.streamTurn) }

// Waits says that the receive waits for a message.
func (w *turn[T]) Waits(*edo.Context) edo.Wait { return w.seat.describeWait(w) }

// Waits says that the receive waits for a message.
func (f *RecvFuture[T]) Waits(*edo.Context) edo.Wait {
	if f.w.seat == nil {
		return edo.Wait{On: "mpmc: receive (of no receiver)"}
	}
	return f.w.seat.describeWait(&f.w)
}

// Waits says that the receive waits for a message.
func (f *recvMany[T]) Waits(*edo.Context) edo.Wait { return f.w.seat.describeWait(&f.w) }

// Waits is that of the receiver: the receive has not looked for a message yet.
func (rx *asking[T]) Waits(*edo.Context) edo.Wait { return rx.seat.describeWait(&rx.seat.streamTurn) }

// describeSize says how many messages the channel holds at most.
func (c *channel[T]) describeSize() string {
	if c.limit == math.MaxInt {
		return "unbounded"
	}
	return fmt.Sprintf("capacity %d", c.limit)
}

// describePermits says how many permits are out, or collected by reserves in line. Locked.
func (c *channel[T]) describePermits() []string {
	if c.out == 0 {
		return nil
	}
	return []string{origin.Count(c.out, "permit")}
}

// describePlace says how many offers are in line before w. It counts no more than a thousand,
// because it holds the lock meanwhile. Locked, with w in the line.
func (c *channel[T]) describePlace(w *offer[T]) string {
	const most = 1000
	n := waiters.CountBefore(w, most)
	if n == most {
		return fmt.Sprintf("%d or more before it in line", n)
	}
	return fmt.Sprintf("%d before it in line", n)
}

// describeWait says that what, a send or a reserve by way of w, waits for room, and names what
// can make room: the open receivers, by where they were made, and the permits that are out.
func (c *channel[T]) describeWait(what string, w *offer[T]) edo.Wait {
	c.mu.Lock()
	if w.need+w.got != 0 {
		what = "reserve"
	}
	how := c.describeSize()
	var permits []string
	if w.state == queued {
		if n := w.need + w.got; n > 1 {
			what = fmt.Sprintf("%s of %d, of which it has %d", what, n, w.got)
		}
		full := "full"
		if c.promised != 0 && c.promised == c.queue.Len() {
			full = "full of messages that were promised to receives, and not taken yet"
		}
		how = fmt.Sprintf("%s, %s, %s", full, how, c.describePlace(w))
		permits = c.describePermits()
	}
	made := c.origins.receivers.Clone()
	c.mu.Unlock()
	wait := edo.Wait{
		On: fmt.Sprintf("mpmc: %s (%s)", what, how),
		By: append(made.Describe("receiver"), permits...),
	}
	wait.SetHeld(&held.Held{About: held.RefTo(c)})
	return wait
}

// Waits says that the send or the reserve waits for room.
func (w *offer[T]) Waits(*edo.Context) edo.Wait { return w.tx.ch.describeWait("send", w) }

// Waits says that the send waits for room.
func (f *SendFuture[T]) Waits(*edo.Context) edo.Wait {
	if f.w.tx == nil {
		return edo.Wait{On: "mpmc: send (of nothing)"}
	}
	return f.w.tx.ch.describeWait("send", &f.w)
}

// Waits says that the reserve waits for a permit.
func (f *ReserveFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.describeWait() }

// Waits says that the reserve waits for permits.
func (f *ReserveManyFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.describeWait() }

func (r *reservation[T]) describeWait() edo.Wait {
	if r.w.tx == nil {
		return edo.Wait{On: "mpmc: reserve (of nothing)"}
	}
	return r.w.tx.ch.describeWait("reserve", &r.w)
}

// Waits says that the task waits for its next turn.
func (tx *sending[T]) Waits(*edo.Context) edo.Wait { return describeIdle("send", tx.ch) }

// Waits says that the task waits for its next turn.
func (tx *reserving[T]) Waits(*edo.Context) edo.Wait { return describeIdle("reserve", tx.ch) }

// describeIdle is the wait of an operation for the next turn of its task.
func describeIdle[T any](what string, c *channel[T]) edo.Wait {
	return edo.Wait{On: fmt.Sprintf("mpmc: %s (%s)", what, c.describeSize())}
}

// Waits says that the task waits for the end of the channel, and what can bring it about.
func (tx *closing[T]) Waits(*edo.Context) edo.Wait {
	c := tx.ch
	c.mu.Lock()
	made, closed := c.origins.receivers.Clone(), (*Sender[T])(tx).isClosed()
	c.mu.Unlock()
	if closed {
		return edo.Wait{On: fmt.Sprintf("mpmc: closed (it is, %s)", c.describeSize())}
	}
	return edo.Wait{
		On: fmt.Sprintf("mpmc: closed (%s)", c.describeSize()),
		By: append(made.Describe("receiver"), "a Close of this sender"),
	}
}

// Waits says that the task waits for the end of the channel.
func (f *ClosedFuture[T]) Waits(cx *edo.Context) edo.Wait { return (*closing[T])(f.w.tx).Waits(cx) }
