package stream

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// FromChan returns a stream of the values of a Go channel, which plain goroutines send. It ends
// when the channel is closed. A value that is there is received at once. To wait there is a
// goroutine, which the stream starts when it first has to wait and keeps until it ends; it
// receives one value for each poll that waits.
//
// One task waits at a time: a second one that waits meanwhile gets an [*edo.BusyError].
//
// Dropped, the stream receives no more, and drops the value that the goroutine has received and
// no poll has taken: one at the most. It does not wake senders: they select on the end of what
// they send for. In the simulator the order in which plain goroutines send is theirs, not the
// seed's. The way back is sink.Chan.
func FromChan[T any](ch <-chan T) Seq[T] {
	c := &fromChan[T]{ch: ch}
	c.self = c
	return Seq[T]{&c.node}
}

type fromChan[T any] struct {
	node[T]

	mu       sync.Mutex    // guards the following
	ch       <-chan T      // nil: ended or dropped
	ask      chan struct{} // asks the goroutine for a value; nil: there is none yet
	stop     chan struct{}
	isAsked  bool // the goroutine receives
	hasEnded bool
	v        own.Value[T]
	waker    edo.Waker
	external *sched.Runtime // of the task that waits, which counts the goroutine
}

// Waits says that the stream waits for the sender.
func (c *fromChan[T]) Waits(*edo.Context) edo.Wait {
	return edo.Wait{On: "stream: a value in a Go channel", Outside: true}
}

func (c *fromChan[T]) PollNext(cx *edo.Context) (v T, _ edo.Poll, _ error) {
	if !cx.Proceed(c) {
		return v, edo.Pending, nil
	}
	var displaced edo.Waker // its task did not wait when Sole asked it; it may wait again by now
	for {
		c.mu.Lock()
		switch {
		case c.v.Held():
			v = c.v.Take()
			c.mu.Unlock()
			return v, edo.Ready, nil
		case c.hasEnded:
			c.mu.Unlock()
			c.Drop()
			return v, edo.End, nil
		case !c.isAsked:
			select {
			case v, ok := <-c.ch:
				c.mu.Unlock()
				if !ok {
					c.Drop()
					return v, edo.End, nil
				}
				return v, edo.Ready, nil
			default:
			}
			c.startReceive()
		}
		if w := c.waker; w != (edo.Waker{}) && w != cx.Waker() && w != displaced {
			c.mu.Unlock() // Sole polls the other task, and that poll locks mu
			if err := cx.Sole(w, c, "one task receives and hands the values on, or each receives from the channel"); err != nil {
				return v, edo.Ready, err
			}
			displaced = w
			continue
		}
		c.wait(cx)
		c.mu.Unlock()
		if displaced != (edo.Waker{}) {
			cx.Displace(displaced, c)
		}
		return v, edo.Pending, nil
	}
}

// startReceive asks the goroutine for a value.
func (c *fromChan[T]) startReceive() {
	c.isAsked = true
	if c.ask == nil {
		c.ask, c.stop = make(chan struct{}, 1), make(chan struct{})
		go c.run(c.ch, c.ask, c.stop)
	}
	c.ask <- struct{}{}
}

// wait keeps the waker of cx.
func (c *fromChan[T]) wait(cx *edo.Context) {
	c.waker = cx.Waker()
	if c.external == nil {
		if c.external = (*sched.Context)(cx).Runtime(); c.external != nil {
			c.external.CountExternal(1)
		}
	}
}

// run receives a value each time that it is asked.
func (c *fromChan[T]) run(ch <-chan T, ask <-chan struct{}, stop <-chan struct{}) {
	for range ask {
		select {
		case v, ok := <-ch:
			c.received(v, ok)
		case <-stop:
			c.received(*new(T), false)
			return
		}
	}
}

// received stores what the goroutine has received, and wakes the task that waits.
func (c *fromChan[T]) received(v T, ok bool) {
	c.mu.Lock()
	c.isAsked = false
	isDead := c.hasEnded && ok // dropped meanwhile
	if ok && !isDead {
		c.v.Put(v)
	}
	c.hasEnded = c.hasEnded || !ok
	w, rt := c.waker, c.external
	c.waker, c.external = edo.Waker{}, nil
	c.mu.Unlock()
	if isDead {
		own.Discard(v)
	}
	w.Wake()
	if rt != nil {
		rt.CountExternal(-1)
	}
}

func (c *fromChan[T]) Drop() {
	c.mu.Lock()
	c.ch, c.hasEnded = nil, true
	v := c.v
	c.v = own.Value[T]{}
	ask, stop := c.ask, c.stop
	c.ask, c.stop = nil, nil
	c.mu.Unlock()
	if ask != nil {
		close(stop)
		close(ask)
	}
	v.Drop()
}
