package oneshot

import "github.com/edo-go/edo"

// The leaf of each wait is the channel itself, under several types, so that waiting needs no
// memory of its own. A channel does not record where it was made, to stay small.

// Waits says that the task waits for the value, or that it need not wait any more.
func (rx *Receiver[T]) Waits(*edo.Context) edo.Wait {
	s := rx.c.state.Load()
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

// closing is a sender as the future of its end.
type closing[T any] Sender[T]

// Waits says that the task waits for the end, or that it has come.
func (f *closing[T]) Waits(*edo.Context) edo.Wait {
	s := f.c.state.Load()
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
func (f *closing[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	return edo.Unit{}, (*Sender[T])(f).PollClosed(cx), nil
}
