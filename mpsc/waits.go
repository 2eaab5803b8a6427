package mpsc

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/held"
	"github.com/edo-go/edo/internal/origin"
	"github.com/edo-go/edo/internal/waiters"
)

// Waits says that the receiver waits for a message, and names its possible sources: the open
// handles, by where they were made, and the permits that are out. Or it says that no message
// can come.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	c := &rx.c
	c.mu.Lock()
	n, closed, dropped := c.tail-max(c.released, c.consumed.Load()), c.closed.Load(), c.dropped
	ended := c.atEnd()
	permits := c.describePermits()
	made := c.origins.Clone()
	c.mu.Unlock()
	there := "empty"
	switch {
	case n != 0:
		there = origin.Count(int(n), "message")
	case dropped:
		there = "at its end: it was dropped"
	case ended && closed:
		there = "at its end: it was closed"
	case ended:
		there = "at its end: every sender is closed"
	case closed:
		there = "closed, empty"
	}
	w := edo.Wait{On: fmt.Sprintf("mpsc: receive (%s, %s)", there, c.describeSize())}
	if !closed {
		w.By = made.Describe("sender")
	}
	w.By = append(w.By, permits...)
	w.SetHeld(&held.Held{About: held.RefTo(c)})
	return w
}

// Waits is that of the receiver.
func (f *receiving[T]) Waits(cx *edo.Context) edo.Wait { return (*Receiver[T])(f).Waits(cx) }

// Waits is that of the receiver.
func (a *arriving[T]) Waits(cx *edo.Context) edo.Wait { return (*Receiver[T])(a).Waits(cx) }

// describeSize says how many messages the channel holds at most.
func (c *channel[T]) describeSize() string {
	if c.limit == unbounded {
		return "unbounded"
	}
	return fmt.Sprintf("capacity %d", c.limit)
}

// describePermits says how many permits are out with their owners, how many were granted to
// reserves whose tasks have not run since, and how many slots the first in line has. Locked.
func (c *channel[T]) describePermits() (lines []string) {
	out := c.limit - c.capacity
	if out == 0 {
		return nil
	}
	var granted, collected uint64
	if c.coldPart != nil {
		granted = min(c.coldPart.untakenPermits.Load(), out)
	}
	if w := c.line.First(); w != nil {
		collected = uint64(w.got)
	}
	add := func(n uint64, more string) {
		if n != 0 {
			lines = append(lines, origin.Count(int(n), "permit")+more)
		}
	}
	add(out-granted-collected, "")
	add(granted, ", granted and not taken")
	add(collected, ", collected by a reserve in line")
	return lines
}

// describePlace says how many waiters are in line before w. It counts no more than a thousand,
// because it holds the lock meanwhile. Locked, with w in the line.
func (c *channel[T]) describePlace(w *waiter[T]) string {
	const most = 1000
	n := waiters.CountBefore(w, most)
	if n == most {
		return fmt.Sprintf("%d or more before it in line", n)
	}
	return fmt.Sprintf("%d before it in line", n)
}

// describeWait says how far what, a send or a reserve by way of w, has come, and what it waits
// for.
func (c *channel[T]) describeWait(what string, w *waiter[T]) edo.Wait {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.need+w.got != 0 {
		what = "reserve"
	}
	switch {
	case w.state == accepted && what == "send":
		return edo.Wait{On: fmt.Sprintf("mpsc: send (accepted, %s)", c.describeSize())}
	case w.state == accepted:
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (granted and not taken, %s)", what, c.describeSize())}
	case w.state == refused:
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (refused: the receiver is closed, %s)", what, c.describeSize())}
	case w.state != queued && c.closed.Load():
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (the receiver is closed, %s)", what, c.describeSize())}
	case w.state != queued:
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (%s)", what, c.describeSize()), By: []string{"the receiver"}}
	}
	if n := w.need + w.got; n > 1 {
		what = fmt.Sprintf("%s of %d, of which it has %d", what, n, w.got)
	}
	wait := edo.Wait{
		On: fmt.Sprintf("mpsc: %s (full, %s, %s)", what, c.describeSize(), c.describePlace(w)),
		By: append([]string{"the receiver"}, c.describePermits()...),
	}
	about := &held.Held{About: held.RefTo(c)}
	if t := c.owner.current.Load(); t != nil {
		about.Last = held.RefTo(t.root)
	}
	wait.SetHeld(about)
	return wait
}

// Waits says that the send or the reserve waits for room.
func (w *waiter[T]) Waits(*edo.Context) edo.Wait { return w.tx.ch.describeWait("send", w) }

// Waits says that the send waits for room.
func (f *SendFuture[T]) Waits(*edo.Context) edo.Wait {
	if f.w.tx == nil || f.w.phase == empty || f.w.phase == failed {
		return edo.Wait{On: "mpsc: send (nothing)"}
	}
	return f.w.tx.ch.describeWait("send", &f.w)
}

// Waits says that the reserve waits for a permit.
func (f *ReserveFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.describeWait() }

// Waits says that the reserve waits for permits.
func (f *ReserveManyFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.describeWait() }

func (r *reservation[T]) describeWait() edo.Wait {
	if r.w.tx == nil || r.w.phase == empty {
		return edo.Wait{On: "mpsc: reserve (nothing)"}
	}
	return r.w.tx.ch.describeWait("reserve", &r.w)
}

// Waits says that the task waits for its next turn.
func (s *sending[T]) Waits(*edo.Context) edo.Wait { return describeIdle("send", s.ch) }

// Waits says that the task waits for its next turn.
func (s *reserving[T]) Waits(*edo.Context) edo.Wait { return describeIdle("reserve", s.ch) }

// describeIdle is the wait of an operation for the next turn of its task.
func describeIdle[T any](what string, c *channel[T]) edo.Wait {
	return edo.Wait{On: fmt.Sprintf("mpsc: %s (%s)", what, c.describeSize())}
}

// Waits says that the task waits for the end of the channel, or that it has come.
func (s *closing[T]) Waits(*edo.Context) edo.Wait {
	c := s.ch
	c.mu.Lock()
	ended, closed := s.ended, c.closed.Load()
	c.mu.Unlock()
	switch {
	case closed:
		return edo.Wait{On: fmt.Sprintf("mpsc: closed (the receiver is closed, %s)", c.describeSize())}
	case ended:
		return edo.Wait{On: fmt.Sprintf("mpsc: closed (this sender is closed, %s)", c.describeSize())}
	}
	return edo.Wait{
		On: fmt.Sprintf("mpsc: closed (%s)", c.describeSize()),
		By: []string{"the receiver", "a Close of this sender"},
	}
}

// Waits says that the task waits for the end of the channel.
func (f *ClosedFuture[T]) Waits(cx *edo.Context) edo.Wait { return (*closing[T])(f.w.tx).Waits(cx) }
