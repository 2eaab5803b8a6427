package oneshot

import (
	"runtime"
	"slices"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// watchers are several tasks that wait for the end by way of one sender.
type watchers struct {
	tasks     []*sched.Task
	nextToAsk int // which task the next one that comes asks whether it still waits
}

// watchEnd is Ready at the end of the channel. Otherwise it keeps the task of cx, to be woken
// then, beside the other tasks that wait for the end.
//
// A task that stops waiting does not take itself out. Each task that comes asks one of the
// others, in turn, whether it still waits, and takes its place if it does not. So there are
// never many more tasks in tx than wait.
func (tx *Sender[T]) watchEnd(cx *edo.Context) edo.Poll {
	c, leaf, me := &tx.c, (*closing[T])(tx), (*sched.Context)(cx).Task()
	var asked *sched.Task
	stays := false // asked still waits
	for {
		s, ok := c.claimTx()
		if !ok {
			return edo.Ready
		}
		other := c.taskToAsk(s, me)
		switch {
		case other == me:
			return c.releaseTx(me, s&waiting)
		case other == nil || other == asked:
			p := c.releaseTx(me, c.addWatcher(s, me, stays))
			if other != nil && !stays {
				cx.Displace(inside.WakerOf(other), leaf)
			}
			return p
		}
		if c.releaseTx(me, s&waiting) == edo.Ready {
			return edo.Ready
		}
		asked, stays = other, cx.Sole(inside.WakerOf(other), leaf, "") != nil
	}
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

// taskToAsk returns me if that waits already, or the task to ask whether it still waits, or
// nil when tx holds none. The caller has txBusy.
func (c *channel[T]) taskToAsk(s uint32, me *sched.Task) *sched.Task {
	switch {
	case s&txMany != 0:
		w := (*watchers)(c.tx)
		if slices.Contains(w.tasks, me) {
			return me
		}
		return w.tasks[w.nextToAsk]
	case s&txWaits != 0:
		return (*sched.Task)(c.tx)
	}
	return nil
}

// addWatcher puts me into tx, beside the task that was asked or in its place, and returns the
// bits that say what tx holds. The caller has txBusy.
func (c *channel[T]) addWatcher(s uint32, me *sched.Task, beside bool) uint32 {
	switch {
	case s&txMany != 0:
		w := (*watchers)(c.tx)
		if beside {
			w.tasks = append(w.tasks, me)
		} else {
			w.tasks[w.nextToAsk] = me
		}
		w.nextToAsk = (w.nextToAsk + 1) % len(w.tasks)
		return txWaits | txMany
	case s&txWaits != 0 && beside:
		c.tx = unsafe.Pointer(&watchers{tasks: []*sched.Task{(*sched.Task)(c.tx), me}})
		return txWaits | txMany
	}
	c.tx = unsafe.Pointer(me)
	return txWaits
}

// takeWatchers takes the tasks out of tx, which holds what bits say.
func (c *channel[T]) takeWatchers(bits uint32) (tasks []*sched.Task) {
	switch {
	case bits&txMany != 0:
		tasks = (*watchers)(c.tx).tasks
	case bits&txWaits != 0:
		tasks = []*sched.Task{(*sched.Task)(c.tx)}
	}
	c.tx = nil
	return tasks
}
