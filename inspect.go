package edo

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// How a report learns what a task waits for.
//
// It takes the task as a worker would (see sched.Task.Inspect) and polls it with a
// context that has no budget. No leaf may go on then: each hands itself to the context,
// and returns Pending with nothing changed, as when its budget is used up. So the poll
// comes to just those leaves that the task waits for, through whatever futures lie
// between, and no leaf has to say anything while nobody asks. A function in direct
// style is resumed, finds that what it awaits is still pending, and suspends again.
//
// A future that breaks the rules, and goes on without [Context.Proceed], does so here as
// in any other poll; what it comes to is kept, and the task woken to go on from there.
//
// All this happens on a goroutine of its own. The caller's may be locked to its thread,
// which may switch to no coroutine that was made elsewhere; and it may not end because
// somebody calls Goexit.

// inspected is the body of a task that can be asked.
type inspected interface {
	// inspect polls what the task waits for, which waits, by cx.
	inspect(cx *Context)
}

// answer is what a task says that it waits for.
type answer struct {
	waits   []Wait
	waiting bool // it waits; otherwise it could not be asked
	silent  bool // one of the leaves does not say what it waits for, or there is none
}

// outside says whether something outside of the program may end the wait: for certain,
// or, when maybe, for all that is known.
func (a *answer) outside(maybe bool) bool {
	for _, w := range a.waits {
		if w.Outside {
			return true
		}
	}
	return maybe && a.silent
}

// ask asks t what it waits for.
func ask(rt *sched.Runtime, t *sched.Task) (a answer) {
	if _, ok := t.Body().(inspected); ok {
		a.waiting = t.Inspect(func() { a.of(rt, t) })
	}
	return a
}

// of is what t says, which is held still.
func (a *answer) of(rt *sched.Runtime, t *sched.Task) {
	b, ok := t.Body().(inspected)
	if !ok || t.HomeOr(rt) != rt {
		a.silent = true
		return
	}
	var leaves []Leaf
	var limits []limit
	cx := sched.NewInspection(rt, t, func(leaf any) {
		if at, ok := leaf.(limit); ok {
			limits = append(limits, at)
			return
		}
		l, _ := leaf.(Leaf)
		leaves = append(leaves, l)
	})
	b.inspect((*Context)(cx))
	a.silent = len(leaves) == 0
	for _, l := range leaves {
		if l == nil {
			a.silent = true
		} else {
			a.waits = append(a.waits, waitOf(l, (*Context)(cx)))
		}
	}
	a.within(rt, t, limits)
}

// waitOf returns what l says.
func waitOf(l Leaf, cx *Context) (w Wait) {
	defer func() {
		if v := recover(); v != nil {
			w = Wait{On: fmt.Sprintf("%T, whose Waits panics: %v", l, v)}
		}
	}()
	return l.Waits(cx)
}

// askAll asks all tasks that rt knows, until look says no. If it could ask none, because
// a poll does not return, it says so.
func (rt *Runtime) askAll(look func(t *sched.Task, a answer) bool) (still bool) {
	var tasks []*sched.Task
	resume, still := rt.sched.Pause(patience)
	defer resume()
	for t := range rt.sched.Tasks {
		tasks = append(tasks, t)
	}
	rt.askThese(tasks, still, look)
	return still
}

// askThese asks tasks, if they may be asked, until look says no.
func (rt *Runtime) askThese(tasks []*sched.Task, may bool, look func(t *sched.Task, a answer) bool) {
	for len(tasks) != 0 {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for len(tasks) != 0 {
				t := tasks[0]
				tasks = tasks[1:] // first: it may call Goexit
				var a answer
				if may {
					a = ask(rt.sched, t)
				}
				if !hasEnded(t) && !look(t, a) {
					tasks = nil
				}
			}
		}()
		<-ended
	}
}

// hasEnded says whether t has ended. Its handle says so a moment before the registry.
func hasEnded(t *sched.Task) bool {
	h, ok := t.Body().(interface{ finished() bool })
	return !t.Listed() || ok && h.finished()
}

// patience is how long a report waits for a poll to return, when a task that blocks
// keeps it from asking the others.
const patience = 200 * time.Millisecond

func inspect[T any](b body[T], cx *Context) {
	h := b.handle()
	over := false
	defer func() {
		if !over { // a panic, or Goexit, of a future that did not wait
			fail(b, recover(), debug.Stack())
			h.task.Wake()
		}
	}()
	x := h.extra.Load()
	if x.hasValues() {
		defer enterValues(gid.Get(), x)()
	}
	f := b.held()
	if f != nil && poll(b, cx, f) {
		h.task.Wake() // a worker takes the other steps of the end
	}
	if x := h.extra.Load(); x != nil {
		x.nested.inspect(cx, x, f == nil)
	}
	over = true
}

// inspect polls those that wait although they were dropped, or all that are left.
func (n *nested) inspect(cx *Context, x *extra, all bool) {
	before := n.list()
	n.drive(cx, x, func(s suspended) bool { return all || s.isDropped() })
	if len(n.list()) != len(before) {
		cx.in().Root().Wake()
	}
}

func (b *blockingBody[T]) inspect(cx *Context) { b.task.inspect(cx) }
func (b *block) inspect(cx *Context)           { b.task.inspect(cx) }

// inspect polls what a goroutine of its own waits for. When that is ready, or panics,
// the goroutine finds out itself.
func (t *Task) inspect(cx *Context) {
	pending := false
	defer func() {
		if !pending {
			recover()
			t.head.Wake()
		}
	}()
	if x := peek(t.head); x.hasValues() {
		defer enterValues(gid.Get(), x)()
	}
	pending = t.await == nil || t.await(cx) == Pending
	if t.region != nil {
		cx.in().Defer(t.region.limit())
	}
}
