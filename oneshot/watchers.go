package oneshot

import (
	"runtime"
	"slices"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/internal/waiters"
)

// watchers are several tasks that wait for the end by way of one sender.
type watchers = waiters.Roster[*sched.Task]

// watchEnd is Ready at the end of the channel. Otherwise it keeps the task of cx, to be woken
// then, beside the other tasks that wait for the end. A task that stops waiting does not take
// itself out: so each that comes asks others, as a [waiters.Roster] wants it.
func (tx *Sender[T]) watchEnd(cx *edo.Context) edo.Poll {
	c, leaf, me := &tx.c, (*closing[T])(tx), (*sched.Context)(cx).Task()
	var asked *sched.Task // it still waits
	for left := waiters.Questions; ; left-- {
		other, p := c.askOrWatch(me, asked, left)
		if other == nil {
			return p
		}
		if cx.Sole(inside.WakerOf(other), leaf, "") != nil {
			asked = other
			continue
		}
		if c.removeWatcher(me, other) == edo.Ready {
			return edo.Ready
		}
		cx.Displace(inside.WakerOf(other), leaf)
	}
}

// askOrWatch returns the task to ask whether it still waits, if there is one besides asked and
// left is not 0. Otherwise it puts me into tx, or is Ready at the end.
func (c *channel[T]) askOrWatch(me, asked *sched.Task, left int) (other *sched.Task, p edo.Poll) {
	s, ok := c.claimTx()
	if !ok {
		return nil, edo.Ready
	}
	bits := s & waiting
	switch {
	case bits&txMany != 0:
		w := (*watchers)(c.tx)
		if slices.Contains(w.All(), me) {
			return nil, c.releaseTx(me, bits)
		}
		if other, ok = w.Ask(asked, left); !ok {
			w.Add(me)
		}
	case bits == 0:
		c.tx, bits = unsafe.Pointer(me), txWaits
	default:
		switch only := (*sched.Task)(c.tx); {
		case only == me:
		case only != asked && left != 0:
			other = only
		default:
			w := new(watchers)
			w.Add(only)
			w.Add(me)
			c.tx, bits = unsafe.Pointer(w), txWaits|txMany
		}
	}
	if c.releaseTx(me, bits) == edo.Ready {
		return nil, edo.Ready
	}
	return other, edo.Pending
}

// removeWatcher takes a task out of tx that does not wait any more, unless another task has done
// so. It is Ready at the end.
func (c *channel[T]) removeWatcher(me, other *sched.Task) edo.Poll {
	s, ok := c.claimTx()
	if !ok {
		return edo.Ready
	}
	bits := s & waiting
	switch {
	case bits&txMany != 0:
		w := (*watchers)(c.tx)
		if w.Remove(other); len(w.All()) == 0 {
			c.tx, bits = nil, 0
		}
	case bits != 0 && (*sched.Task)(c.tx) == other:
		c.tx, bits = nil, 0
	}
	return c.releaseTx(me, bits)
}

// claimTx takes txBusy by rule 4, and returns the state before. ok is false at the end.
func (c *channel[T]) claimTx() (s uint32, ok bool) {
	for {
		s = c.state.Load()
		switch {
		case s&ended != 0:
			return s, false
		case s&txBusy != 0:
			if invariant.Enabled {
				invariant.Step("spin: oneshot: busy")
			}
			runtime.Gosched()
		case c.state.CompareAndSwap(s, s&^waiting|txBusy):
			if invariant.Enabled {
				invariant.Step("oneshot: claimed")
			}
			return s, true
		}
	}
}

// releaseTx clears txBusy, and sets bits, which say what tx holds. At the end it is Ready, and
// wakes the tasks in tx but me, by rule 4.
func (c *channel[T]) releaseTx(me *sched.Task, bits uint32) edo.Poll {
	for {
		s := c.state.Load()
		if s&ended != 0 {
			for _, t := range c.takeWatchers(bits) {
				if t != me {
					t.Wake()
				}
			}
			return edo.Ready
		}
		if c.state.CompareAndSwap(s, s&^txBusy|bits) {
			return edo.Pending
		}
	}
}

// takeWatchers takes the tasks out of tx, which holds what bits say.
func (c *channel[T]) takeWatchers(bits uint32) (tasks []*sched.Task) {
	switch {
	case bits&txMany != 0:
		tasks = (*watchers)(c.tx).All()
	case bits&txWaits != 0:
		tasks = []*sched.Task{(*sched.Task)(c.tx)}
	}
	c.tx = nil
	return tasks
}
