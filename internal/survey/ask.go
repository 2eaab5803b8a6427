package survey

import (
	"fmt"
	"time"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/report"
)

// How a report learns what a task waits for.
//
// The report claims the task as a worker would (see sched.Task.Inspect), and polls it with a
// context that has no budget. No leaf goes on then: each hands itself to the context, and
// returns Pending with nothing changed, as when the budget is used up. So the poll reaches
// exactly the leaves that the task waits for, through all futures between, and leaves do no
// work while no report asks. A function in direct style is resumed, finds its future still
// pending, and suspends again.
//
// A future that breaks the rules, and goes on without Context.Proceed, does so here as in any
// other poll. Its result is kept, and the task is woken to go on from there.
//
// The poll is on a goroutine of its own, for two reasons. The caller's goroutine may be locked
// to its thread, and then it cannot switch to a coroutine that was made on another one. And
// the poll may call Goexit, which must not end the caller.

// LeafWait returns what a leaf waits for, if it is an edo.Leaf that knows. Package edo sets
// it.
var LeafWait func(leaf any, cx *sched.Context) (report.Wait, bool)

// Answer is what a task says about its waits.
type Answer struct {
	Waits     []report.Wait
	IsIdle    bool // the task waits; otherwise it could not be asked
	IsPartial bool // there is no leaf, or a leaf that does not say what it waits for
}

// MayEndOutside reports whether an event outside of the program may end the wait. A partial
// answer counts as such a wait if countPartial is set.
func (a *Answer) MayEndOutside(countPartial bool) bool {
	for _, w := range a.Waits {
		if w.Outside {
			return true
		}
	}
	return countPartial && a.IsPartial
}

// ask asks t what it waits for.
func ask(rt *core.Runtime, t *sched.Task) (a Answer) {
	if _, ok := t.Body().(core.Body); ok {
		a.IsIdle = t.Inspect(func() { a.fill(rt, t, nil) })
	}
	return a
}

// fill makes a the answer of t, which is held still, with others or alone.
func (a *Answer) fill(rt *core.Runtime, t *sched.Task, still map[*sched.Task]bool) {
	b, ok := t.Body().(core.Body)
	if !ok || t.HomeOr(rt.Sched) != rt.Sched {
		a.IsPartial = true
		return
	}
	var leaves []any
	var limits []core.Limit
	cx := sched.NewInspection(rt.Sched, t, func(leaf any) {
		if l, ok := leaf.(core.Limit); ok {
			limits = append(limits, l)
			return
		}
		leaves = append(leaves, leaf)
	})
	cx.HoldStill(still)
	b.Inspect(cx)
	a.IsPartial = len(leaves) == 0
	for _, leaf := range leaves {
		if w, ok := WaitOf(leaf, cx); ok {
			a.Waits = append(a.Waits, w)
		} else {
			a.IsPartial = true
		}
	}
	a.applyLimits(rt, t, limits)
}

// WaitOf returns what a leaf waits for, if it says so.
func WaitOf(leaf any, cx *sched.Context) (w report.Wait, ok bool) {
	defer func() {
		if v := recover(); v != nil {
			w, ok = report.Wait{On: fmt.Sprintf("%T, whose Waits panics: %v", leaf, v)}, true
		}
	}()
	return LeafWait(leaf, cx)
}

// applyLimits sets the ends of the waits of t to the earliest deadline around it: of limits,
// which the inspection has met, of the regions of its function, and of its base context.
func (a *Answer) applyLimits(rt *core.Runtime, t *sched.Task, limits []core.Limit) {
	l := core.Limit{At: sched.Never}
	for _, one := range limits {
		l.At, l.IsShielded = min(l.At, one.At), l.IsShielded || one.IsShielded
	}
	if !l.IsShielded {
		l.At = min(l.At, core.LimitAround(t))
	}
	var until time.Time
	if l.At != sched.Never {
		until = rt.Driver.Time(l.At)
	}
	if b, ok := t.Body().(core.Based); ok && b.Base() != nil {
		if at, ok := b.Base().Deadline(); ok && (until.IsZero() || at.Before(until)) {
			until = at
		}
	}
	if until.IsZero() {
		return
	}
	for i := range a.Waits {
		if w := &a.Waits[i]; w.Until.IsZero() || until.Before(w.Until) {
			w.Until = until
		}
	}
}

// askAll asks all tasks that rt lists, until look returns false. It reports whether the tasks
// could be asked: on a runtime of one worker they cannot while a poll does not return.
func askAll(rt *core.Runtime, look func(t *sched.Task, a Answer) bool) (isStill bool) {
	var tasks []*sched.Task
	resume, isStill := rt.Sched.Pause(patience)
	defer resume()
	for t := range rt.Sched.Tasks {
		tasks = append(tasks, t)
	}
	askThese(rt, tasks, isStill, look)
	return isStill
}

// askThese asks tasks, if they may be asked, until look returns false.
func askThese(rt *core.Runtime, tasks []*sched.Task, mayAsk bool, look func(t *sched.Task, a Answer) bool) {
	for len(tasks) != 0 {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for len(tasks) != 0 {
				t := tasks[0]
				tasks = tasks[1:] // first: the poll may call Goexit
				var a Answer
				if mayAsk {
					a = ask(rt, t)
				}
				if !hasEnded(t) && !look(t, a) {
					tasks = nil
				}
			}
		}()
		<-ended
	}
}

// Ask asks t alone, and returns what it does. Any goroutine may call it, and a poll of another
// task that holds no lock. A task that runs, or has never waited, has no waits.
func Ask(rt *core.Runtime, t *sched.Task) report.Task {
	s := &Survey{}
	askThese(rt, []*sched.Task{t}, true, func(t *sched.Task, a Answer) bool {
		s.Tasks, s.tasks = append(s.Tasks, infoOf(rt, t, a)), append(s.tasks, t)
		return true
	})
	if len(s.Tasks) == 0 {
		return report.Task{Name: core.Describe(t), State: states[rt.Sched.State(t)], Cancelled: t.IsCancelled()}
	}
	s.nameHolders()
	info := s.Tasks[0]
	for k := range info.Waits {
		info.Waits[k].SetHeld(nil) // it would keep the tasks in memory
	}
	return info
}

// hasEnded reports whether t has ended. The handle knows that a moment before the registry.
func hasEnded(t *sched.Task) bool {
	if !t.Listed() {
		return true
	}
	h := core.HeadOf(t)
	return h != nil && h.Finished()
}

// patience is how long a report waits for a poll to return that keeps it from asking the
// tasks.
const patience = 200 * time.Millisecond
