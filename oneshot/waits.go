package oneshot

import "github.com/edo-go/edo"

// What waits is the channel itself, under one name or another, so that waiting needs
// no memory of its own. Where it was made is not kept, to have it small.

// Waits says what a task waits for that waits for the value, or that it need not wait any
// more.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	s := rx.ch().state.Load()
	switch {
	case s&read != 0:
		return edo.Wait{On: "oneshot: receive (received already)"}
	case s&sent != 0:
		return edo.Wait{On: "oneshot: receive (sent)"}
	case s&gone != 0:
		return edo.Wait{On: "oneshot: receive (the sender is closed)"}
	case s&closed != 0:
		return edo.Wait{On: "oneshot: receive (closed)"}
	}
	return edo.Wait{
		On: "oneshot: receive",
		By: []string{"its sender, which has neither sent nor closed (a function that may fail defers its Close)"},
	}
}

// closing is a sender that waits for its end, and the future of that.
type closing[T any] channel[T]

// Waits says what for, or that it has come.
func (c *closing[T]) Waits(*edo.Context) edo.Wait {
	s := c.state.Load()
	switch {
	case s&sent != 0:
		return edo.Wait{On: "oneshot: the receiver to go (sent)"}
	case s&gone != 0:
		return edo.Wait{On: "oneshot: the receiver to go (this sender is closed)"}
	case s&closed != 0:
		return edo.Wait{On: "oneshot: the receiver to go (it is closed)"}
	}
	return edo.Wait{
		On: "oneshot: the receiver to go",
		By: []string{"its receiver, which is neither closed nor dropped"},
	}
}

// Poll is [Sender.PollClosed].
func (c *closing[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, (*Sender[T])(c).PollClosed(cx), nil
}
