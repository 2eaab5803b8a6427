package core

import (
	"sync"

	"github.com/edo-go/edo/internal/sched"
)

// joiners are the tasks that wait for the same task to end, when there are several. The
// handle has room for one pointer, to an external task: that of the one waiter, or that
// of a joiners, which wakes all. A waiter that is here has either been woken or finds the
// task resolved:
//
//  1. A waiter enters the list, locked, and then asks whether the task is resolved.
//  2. The worker resolves the task, takes the pointer out of the handle, and wakes it.
//     The list is read, locked, after that.
type joiners struct {
	task sched.Task

	mu  sync.Mutex // guards the following
	all []*sched.Task
	at  map[*sched.Task]struct{} // those in all; made when there are many
	cap int                      // with so many the ended ones are taken out
}

// fewJoiners is how many tasks are searched one by one.
const fewJoiners = 16

// newJoiners returns the list of two.
func newJoiners(first, second *sched.Task) *joiners {
	j := &joiners{all: []*sched.Task{first, second}, cap: 2 * fewJoiners}
	j.task.InitExternal((*joinersBody)(j))
	j.task.Suspend()
	return j
}

// add puts t into the list, once.
func (j *joiners) add(t *sched.Task) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.has(t) {
		return
	}
	if len(j.all) == j.cap {
		j.sweep()
	}
	j.all = append(j.all, t)
	if j.at != nil {
		j.at[t] = struct{}{}
	} else if len(j.all) > fewJoiners {
		j.index()
	}
}

// has says whether t is in the list. Locked.
func (j *joiners) has(t *sched.Task) bool {
	if j.at != nil {
		_, ok := j.at[t]
		return ok
	}
	for _, o := range j.all {
		if o == t {
			return true
		}
	}
	return false
}

// sweep takes out the tasks that have ended since they asked. Locked.
func (j *joiners) sweep() {
	kept := make([]*sched.Task, 0, len(j.all))
	for _, t := range j.all {
		if !t.HasEnded() {
			kept = append(kept, t)
		}
	}
	j.all = kept
	j.cap = max(2*fewJoiners, 2*len(kept))
	j.index()
}

// index makes the index of the list. Locked.
func (j *joiners) index() {
	j.at = make(map[*sched.Task]struct{}, len(j.all))
	for _, t := range j.all {
		j.at[t] = struct{}{}
	}
}

// joinersBody is the side of a joiners that the scheduler sees.
type joinersBody joiners

func (b *joinersBody) Poll(*sched.Context) bool { panic("edo: a list of joiners is not polled") }
func (b *joinersBody) Fail(any, []byte)         { panic("edo: a list of joiners is not polled") }

// Unpark wakes all, in the order in which they came.
func (b *joinersBody) Unpark() {
	b.mu.Lock()
	all := b.all
	b.all, b.at = nil, nil
	b.mu.Unlock()
	for _, t := range all {
		t.Wake()
	}
}

// Wait makes the end of the task of h wake me, and reports whether it has ended.
func (h *Head) Wait(me *sched.Task) (isResolved bool) {
	for {
		one := h.joiner.Load()
		if one == me {
			break
		}
		if one == nil {
			if h.joiner.CompareAndSwap(nil, me) {
				break
			}
			continue
		}
		if b, ok := one.Body().(*joinersBody); ok {
			(*joiners)(b).add(me)
			break
		}
		if one.HasEnded() {
			if h.joiner.CompareAndSwap(one, me) {
				break
			}
			continue
		}
		if h.joiner.CompareAndSwap(one, &newJoiners(one, me).task) {
			break
		}
	}
	return h.Task.Join()
}
