package edo

import (
	"runtime/debug"

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

// inspected is the body of a task that can be asked.
type inspected interface {
	// inspect polls what the task waits for, which waits, by cx.
	inspect(cx *Context)
}

// waitsOf returns what t waits for, and whether it waits.
func waitsOf(rt *sched.Runtime, t *sched.Task) (waits []Wait, waiting bool) {
	b, ok := t.Body().(inspected)
	if !ok {
		return nil, false
	}
	waiting = t.Inspect(func() {
		var cx *Context
		cx = (*Context)(sched.NewInspection(rt, t, func(leaf any) {
			if l, ok := leaf.(Leaf); ok && l != nil {
				waits = append(waits, l.Waits(cx))
			}
		}))
		b.inspect(cx)
	})
	return waits, waiting
}

func (r *runner[T]) inspect(cx *Context) {
	h := (*JoinHandle[T])(r)
	over := false
	defer func() {
		if !over { // a panic, or Goexit, of a future that did not wait
			r.Fail(recover(), debug.Stack())
			h.task.Wake()
		}
	}()
	if f := h.f; f == nil {
		h.more().nested.inspect(cx)
	} else if h.poll(cx, f) {
		h.task.Wake() // a worker takes the other steps of the end
	}
	over = true
}

// inspect polls those that are left suspended.
func (n *nested) inspect(cx *Context) {
	for _, s := range n.list() {
		s.inspect(cx)
	}
}

func (a *async[T]) inspect(cx *Context) { a.Poll(cx) }

func (b *blockingBody[T]) inspect(cx *Context) { b.task.inspect(cx) }
func (b *block) inspect(cx *Context)           { b.task.inspect(cx) }

// inspect polls what a goroutine of its own waits for. When that is ready, or panics,
// the goroutine finds out itself.
func (t *Task) inspect(cx *Context) {
	defer func() {
		if recover() != nil {
			t.head.Wake()
		}
	}()
	if t.await != nil && t.await(cx) != Pending {
		t.head.Wake()
	}
}
