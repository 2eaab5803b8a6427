package mpsc

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// Waits says that a message is waited for, and who may send it: the handles that are
// open, by where they were made, and the permits that are out. Or that none can come.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	c := rx.ch()
	c.mu.Lock()
	n, closed, dropped := c.tail-max(c.released, c.consumed.Load()), c.closed.Load(), c.dropped
	ended := c.atEnd()
	permits := c.permits()
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
	w := edo.Wait{On: fmt.Sprintf("mpsc: receive (%s, %s)", there, c.size())}
	if !closed {
		w.By = made.Describe("sender")
	}
	w.By = append(w.By, permits...)
	return w
}

// Waits is what the receiver waits for.
func (c *receiving[T]) Waits(cx *edo.Context) edo.Wait { return (*Receiver[T])(c).Waits(cx) }

// size says how many messages there may be.
func (c *channel[T]) size() string {
	if c.limit == unbounded {
		return "unbounded"
	}
	return fmt.Sprintf("capacity %d", c.limit)
}

// permits says how many permits are held by their owners, how many were granted to
// reserves whose tasks have not run since, and how many the first in line has. Locked.
func (c *channel[T]) permits() (lines []string) {
	out := c.limit - c.capacity
	if out == 0 {
		return nil
	}
	var granted, collected uint64
	if c.aside != nil {
		granted = min(c.aside.untaken.Load(), out)
	}
	if w := c.line.first; w != nil {
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

// place says how many are in line before w. No more than a thousand are counted: whoever
// asks has the lock meanwhile. Locked, with w in the line.
func (c *channel[T]) place(w *waiter[T]) string {
	const most = 1000
	n := 0
	for x := c.line.first; x != w; x = x.next {
		if n++; n == most {
			return fmt.Sprintf("%d or more before it in line", n)
		}
	}
	return fmt.Sprintf("%d before it in line", n)
}

// waits says that what, a send or a reserve by way of w, waits for room.
func (c *channel[T]) waits(what string, w *waiter[T]) edo.Wait {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.need+w.got != 0 {
		what = "reserve"
	}
	switch {
	case w.state == accepted && what == "send":
		return edo.Wait{On: fmt.Sprintf("mpsc: send (accepted, %s)", c.size())}
	case w.state == accepted:
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (granted and not taken, %s)", what, c.size())}
	case w.state == refused:
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (refused: the receiver is closed, %s)", what, c.size())}
	case w.state != queued && c.closed.Load():
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (the receiver is closed, %s)", what, c.size())}
	case w.state != queued:
		return edo.Wait{On: fmt.Sprintf("mpsc: %s (%s)", what, c.size()), By: []string{"the receiver"}}
	}
	if n := w.need + w.got; n > 1 {
		what = fmt.Sprintf("%s of %d, of which it has %d", what, n, w.got)
	}
	return edo.Wait{
		On: fmt.Sprintf("mpsc: %s (full, %s, %s)", what, c.size(), c.place(w)),
		By: append([]string{"the receiver"}, c.permits()...),
	}
}

// Waits says that room is waited for.
func (w *waiter[T]) Waits(*edo.Context) edo.Wait { return w.via.ch.waits("send", w) }

// Waits says that room is waited for.
func (f *SendFuture[T]) Waits(*edo.Context) edo.Wait {
	if f.w.via == nil || f.w.phase == empty || f.w.phase == failed {
		return edo.Wait{On: "mpsc: send (nothing)"}
	}
	return f.w.via.ch.waits("send", &f.w)
}

// Waits says that a permit is waited for.
func (f *ReserveFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.waits() }

// Waits says that permits are waited for.
func (f *ReserveManyFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.waits() }

func (r *reservation[T]) waits() edo.Wait {
	if r.w.via == nil || r.w.phase == empty {
		return edo.Wait{On: "mpsc: reserve (nothing)"}
	}
	return r.w.via.ch.waits("reserve", &r.w)
}

// Waits says that the task has not come to its turn.
func (s *sending[T]) Waits(*edo.Context) edo.Wait { return idle("send", s.ch) }

// Waits says that the task has not come to its turn.
func (s *reserving[T]) Waits(*edo.Context) edo.Wait { return idle("reserve", s.ch) }

// idle is what waits for nothing but its task's next turn.
func idle[T any](what string, c *channel[T]) edo.Wait {
	return edo.Wait{On: fmt.Sprintf("mpsc: %s (%s)", what, c.size())}
}

// Waits says that the end of the channel is waited for, or that it has come.
func (s *closing[T]) Waits(*edo.Context) edo.Wait {
	c := s.ch
	c.mu.Lock()
	ended, closed := s.ended, c.closed.Load()
	c.mu.Unlock()
	switch {
	case closed:
		return edo.Wait{On: fmt.Sprintf("mpsc: closed (the receiver is closed, %s)", c.size())}
	case ended:
		return edo.Wait{On: fmt.Sprintf("mpsc: closed (this sender is closed, %s)", c.size())}
	}
	return edo.Wait{
		On: fmt.Sprintf("mpsc: closed (%s)", c.size()),
		By: []string{"the receiver", "a Close of this sender"},
	}
}

// Waits says that the end of the channel is waited for.
func (f *ClosedFuture[T]) Waits(cx *edo.Context) edo.Wait { return (*closing[T])(f.w.via).Waits(cx) }
