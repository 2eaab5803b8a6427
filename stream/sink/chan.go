package sink

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Chan returns a sink that sends on a Go channel, for goroutines that are no tasks. A value that
// the channel has room for is sent at once. For one that must wait there is a goroutine, which
// the sink starts at the first such value and keeps. It has room when that value was received.
//
// One task waits at a time: a second one that waits meanwhile gets an [*edo.BusyError].
//
// The sink owns the sending side: PollClose and Drop close ch, and nothing else may send on it or
// close it. Drop does not send the value that waits, and drops it. In the simulator the order of
// sends to plain goroutines is theirs, not the seed's.
func Chan[T any](ch chan<- T) edo.Sink[T] {
	return &channel[T]{ch: ch, stop: make(chan struct{})}
}

type channel[T any] struct {
	ch   chan<- T
	in   chan T // to the goroutine; nil: there is none yet
	stop chan struct{}

	mu        sync.Mutex // guards the following
	isPending bool       // the goroutine has a value
	isClosed  bool
	waker     edo.Waker
	external  *sched.Runtime // of the task that waits, which counts the goroutine
}

// Waits says that the sink waits for the receiver.
func (c *channel[T]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "sink: room in a Go channel", Outside: true}
}

func (c *channel[T]) PollReady(cx *edo.Context) (edo.Poll, error) {
	if !cx.Proceed(c) {
		return edo.Pending, nil
	}
	var displaced edo.Waker // its task did not wait when Sole asked it; it may wait again by now
	for {
		c.mu.Lock()
		switch {
		case c.isClosed:
			c.mu.Unlock()
			return edo.Ready, edo.ErrClosed
		case !c.isPending:
			c.mu.Unlock()
			return edo.Ready, nil
		}
		if w := c.waker; w != (edo.Waker{}) && w != cx.Waker() && w != displaced {
			c.mu.Unlock() // Sole polls the other task, and that poll locks mu
			if err := cx.Sole(w, c, "one task sends, and others send to it"); err != nil {
				return edo.Ready, err
			}
			displaced = w
			continue
		}
		c.wait(cx)
		c.mu.Unlock()
		if displaced != (edo.Waker{}) {
			cx.Displace(displaced, c)
		}
		return edo.Pending, nil
	}
}

// wait keeps the waker of cx.
func (c *channel[T]) wait(cx *edo.Context) {
	c.waker = cx.Waker()
	if c.external == nil {
		if c.external = (*sched.Context)(cx).Runtime(); c.external != nil {
			c.external.CountExternal(1)
		}
	}
}

func (c *channel[T]) PollFlush(cx *edo.Context) (edo.Poll, error) { return c.PollReady(cx) }

func (c *channel[T]) PollClose(cx *edo.Context) (edo.Poll, error) {
	p, err := c.PollReady(cx)
	if p == edo.Pending || err == edo.ErrClosed {
		return p, nil
	}
	c.Drop()
	return p, err
}

func (c *channel[T]) StartSend(v T) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.isClosed:
		return edo.ErrClosed
	case c.isPending:
		return errNoRoom
	}
	select {
	case c.ch <- v:
		return nil
	default:
	}
	if c.in == nil {
		c.in = make(chan T, 1)
		go c.run(c.in)
	}
	c.isPending = true
	c.in <- v
	return nil
}

// run sends the values that wait, and closes the channel in the end.
func (c *channel[T]) run(in <-chan T) {
	defer close(c.ch)
	for v := range in {
		select {
		case c.ch <- v:
		case <-c.stop:
			own.Discard(v)
		}
		c.mu.Lock()
		c.isPending = false
		w, rt := c.waker, c.external
		c.waker, c.external = edo.Waker{}, nil
		c.mu.Unlock()
		w.Wake()
		if rt != nil {
			rt.CountExternal(-1)
		}
	}
}

// Drop closes the channel.
func (c *channel[T]) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isClosed {
		return
	}
	c.isClosed = true
	close(c.stop)
	if c.in != nil {
		close(c.in)
	} else {
		close(c.ch)
	}
}
