package oneshot

import (
	"runtime"
	"slices"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// watchers are several tasks that wait for the end by way of one sender.
type watchers struct {
	all  []*sched.Task
	next int // the one to be asked, when another comes, whether it still waits
}

// attend is Ready at the end of the channel. Otherwise the task of cx is woken then,
// beside the others that wait for it.
//
// Tasks that do not wait any more are not taken out when they turn away: each task that
// comes has one of the others asked, in turn, and takes its place if that has gone. So
// there are never many more than wait.
func (c *channel[T]) attend(cx *edo.Context) edo.Poll {
	me := cx.Internal(internal.Key{}).Task()
	var asked *sched.Task
	stays := false
	for {
		s, ok := c.claim()
		if !ok {
			return edo.Ready
		}
		one := c.candidate(s, me)
		switch {
		case one == me:
			return c.unclaim(me, s&waiting)
		case one == nil || one == asked:
			p := c.unclaim(me, c.admit(s, me, stays))
			if one != nil && !stays {
				cx.Displace(wakerOf(one), (*closing[T])(c))
			}
			return p
		}
		if c.unclaim(me, s&waiting) == edo.Ready {
			return edo.Ready
		}
		asked, stays = one, cx.Sole(wakerOf(one), (*closing[T])(c), "") != nil
	}
}

// claim takes txBusy, and returns the state before. It is not ok at the end.
func (c *channel[T]) claim() (s uint32, ok bool) {
	for {
		s = c.state.Load()
		switch {
		case s&over != 0:
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

// unclaim gives txBusy back, and says that tx holds what bits say. At the end it is Ready,
// and wakes those but me.
func (c *channel[T]) unclaim(me *sched.Task, bits uint32) edo.Poll {
	for {
		s := c.state.Load()
		if s&over != 0 {
			for _, t := range c.empty(bits) {
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

// candidate returns me if that waits already, or the task to be asked whether it still
// does, or nil when there is none. Claimed.
func (c *channel[T]) candidate(s uint32, me *sched.Task) *sched.Task {
	switch {
	case s&txMany != 0:
		w := (*watchers)(c.tx)
		if slices.Contains(w.all, me) {
			return me
		}
		return w.all[w.next]
	case s&txWaits != 0:
		return (*sched.Task)(c.tx)
	}
	return nil
}

// admit puts me into tx, beside the candidate or in its place, and returns the bits that
// say what tx holds. Claimed.
func (c *channel[T]) admit(s uint32, me *sched.Task, beside bool) uint32 {
	switch {
	case s&txMany != 0:
		w := (*watchers)(c.tx)
		if beside {
			w.all = append(w.all, me)
		} else {
			w.all[w.next] = me
		}
		w.next = (w.next + 1) % len(w.all)
		return txWaits | txMany
	case s&txWaits != 0 && beside:
		c.tx = unsafe.Pointer(&watchers{all: []*sched.Task{(*sched.Task)(c.tx), me}})
		return txWaits | txMany
	}
	c.tx = unsafe.Pointer(me)
	return txWaits
}

// empty takes the tasks out of tx, which holds what bits say.
func (c *channel[T]) empty(bits uint32) (all []*sched.Task) {
	switch {
	case bits&txMany != 0:
		all = (*watchers)(c.tx).all
	case bits&txWaits != 0:
		all = []*sched.Task{(*sched.Task)(c.tx)}
	}
	c.tx = nil
	return all
}

// wakeSenders wakes those that waited, in state s, for the end by way of the sender.
func (c *channel[T]) wakeSenders(cx *edo.Context, s uint32) {
	for _, t := range c.empty(s) {
		wake(cx, t)
	}
}
