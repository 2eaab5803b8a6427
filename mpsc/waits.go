package mpsc

import (
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/origin"
)

// Waits says that a message is waited for, and who may send it: the handles that are
// open, by where they were made, and the permits that are out.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	c := rx.ch()
	c.mu.Lock()
	n, closed := c.tail-max(c.released, c.consumed.Load()), c.closed.Load()
	permits := c.permits()
	made := c.origins.Clone()
	c.mu.Unlock()
	w := edo.Wait{}
	switch {
	case n != 0:
		w.On = fmt.Sprintf("mpsc: receive (%s, %s)", origin.Count(int(n), "message"), c.size())
	case closed:
		w.On = fmt.Sprintf("mpsc: receive (closed, empty, %s)", c.size())
	default:
		w.On = fmt.Sprintf("mpsc: receive (empty, %s)", c.size())
	}
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

// permits says how many permits are out, or held by those in line. Locked.
func (c *channel[T]) permits() []string {
	if c.capacity == c.limit {
		return nil
	}
	return []string{origin.Count(int(c.limit-c.capacity), "permit")}
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
	if w.state != queued {
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
	if f.w.via == nil {
		return edo.Wait{On: "mpsc: send (nothing)"}
	}
	return f.w.via.ch.waits("send", &f.w)
}

// Waits says that a permit is waited for.
func (f *ReserveFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.waits() }

// Waits says that permits are waited for.
func (f *ReserveManyFuture[T]) Waits(*edo.Context) edo.Wait { return f.r.waits() }

func (r *reservation[T]) waits() edo.Wait {
	if r.w.via == nil {
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

// Waits says that the end of the channel is waited for.
func (s *closing[T]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{
		On: fmt.Sprintf("mpsc: closed (%s)", s.ch.size()),
		By: []string{"the receiver", "a Close of this sender"},
	}
}

// Waits says that the end of the channel is waited for.
func (f *ClosedFuture[T]) Waits(cx *edo.Context) edo.Wait { return (*closing[T])(f.w.via).Waits(cx) }
