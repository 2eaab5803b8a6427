package oneshot

import "github.com/edo-go/edo"

// What waits is the channel itself, under one name or another, so that waiting needs
// no memory of its own. Where it was made is not kept, to have it small.

// Waits says what a task waits for that waits for the value.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "oneshot: receive"}
	if rx.ch().state.Load()&over == 0 {
		w.By = []string{"its sender, which has neither sent nor closed"}
	}
	return w
}

// closing is a sender that waits for its end, and the future of that.
type closing[T any] channel[T]

// Waits says what for.
func (c *closing[T]) Waits(*edo.Context) edo.Wait {
	w := edo.Wait{On: "oneshot: the receiver to go"}
	if c.state.Load()&over == 0 {
		w.By = []string{"its receiver, which is neither closed nor dropped"}
	}
	return w
}

// Poll is [Sender.PollClosed].
func (c *closing[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, (*Sender[T])(c).PollClosed(cx), nil
}
