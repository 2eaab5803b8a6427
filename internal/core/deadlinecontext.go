package core

import (
	"context"
	"errors"
	"sync"
	"time"
)

// deadlineContext is a context.Context with a deadline on the clock of the runtime, which
// may be a simulated one: context.WithDeadline has a timer of the real clock. Its scope
// ends it. Others derive from it a context of package context, which has the cause.
type deadlineContext struct {
	context.Context // the outer one
	at              time.Time
	done            chan struct{}

	mu    sync.Mutex // guards the following
	err   error
	after map[*func()]struct{} // to be called at the end, by the goroutine that ends it
}

// newDeadlineContext returns a context that ends with outer, and when end is called. at is
// its deadline, or that of outer, if that is earlier. After an end at the deadline Err is
// context.DeadlineExceeded. The cause is that which was given, or that of outer: the context
// of package context that it embeds has it, which has ended before, and is what Cause asks.
func newDeadlineContext(outer context.Context, at time.Time) (context.Context, context.CancelCauseFunc) {
	inner, endInner := context.WithCancelCause(outer)
	c := &deadlineContext{Context: inner, at: at, done: make(chan struct{})}
	if before, ok := outer.Deadline(); ok && before.Before(at) {
		c.at = before
	}
	stop := context.AfterFunc(inner, func() { c.end(inner.Err()) })
	return c, func(cause error) {
		own := stop() // otherwise outer has ended, and goes before
		endInner(cause)
		if own && errors.Is(cause, context.DeadlineExceeded) {
			c.end(context.DeadlineExceeded)
		}
		c.end(inner.Err())
	}
}

// end ends c, once.
func (c *deadlineContext) end(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	after := c.after
	c.after = nil
	close(c.done)
	c.mu.Unlock()
	for f := range after {
		(*f)()
	}
}

// Deadline returns the earlier one of its own and that of the outer context.
func (c *deadlineContext) Deadline() (time.Time, bool) { return c.at, true }

// Done returns the channel that is closed at the end.
func (c *deadlineContext) Done() <-chan struct{} { return c.done }

// Err says whether c has ended, and how.
func (c *deadlineContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// AfterFunc is what package context asks a foreign context for, instead of starting a
// goroutine for each context that derives from it. f waits for no task. But package context
// calls AfterFunc with a lock that f takes: when c has ended in between, f is called by
// another goroutine.
func (c *deadlineContext) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	over := c.err != nil
	if !over {
		if c.after == nil {
			c.after = map[*func()]struct{}{}
		}
		c.after[&f] = struct{}{}
	}
	c.mu.Unlock()
	if over {
		go f()
		return func() bool { return false }
	}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waits := c.after[&f]
		delete(c.after, &f)
		return waits
	}
}
