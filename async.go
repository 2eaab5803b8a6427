package edo

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/coro"
)

// Async returns a future that runs fn in direct style: straight-line code that
// suspends where it waits. It borrows a coroutine at the first poll, and gives it
// back when fn returns. Never polled, fn never runs.
//
// Once started it belongs to the task that polls it, which is also the one to drop
// it. Dropped while fn is suspended, fn gets [ErrCancelled] from the call it waits in and from every later one, and
// runs to its end before the task ends; so does one that is forgotten, and until
// then its coroutine is kept. A panic in fn is its error, a [*PanicError].
func Async[T any](fn func(task *Task) (T, error)) Future[T] {
	a := &async[T]{}
	a.task.fn = fn
	return a
}

// async is a function in direct style, as a future.
//
//	task.coro  task.over
//	nil        false      not started
//	set        false      started: running or suspended
//	nil        true       ended, or dropped unstarted
//
// [Go] has a form of its own, direct.
type async[T any] struct {
	task    Task
	dropped atomic.Bool // resume it with ErrCancelled; the task drives it to its end
	told    atomic.Bool // resume it with ErrCancelled; whoever polls it goes on to
	value   T
	err     error
}

var errPolledAgain = errors.New("edo: a future was polled after it had ended")

// Poll runs the function until it suspends or returns.
func (a *async[T]) Poll(cx *Context) (T, Poll, error) {
	var zero T
	t := &a.task
	if a.died() || t.over() {
		return zero, Ready, errPolledAgain
	}
	starts := t.coro == nil
	if starts {
		t.start(cx)
		if t.whole { // unless somebody else polls what was spawned: then it ends with that task
			b, ok := t.head.Body().(body[T])
			t.whole = ok && b.held() == Future[T](a)
		}
		if !t.whole {
			if x := ownerOf(t.head); x != nil {
				x.nested.add(a)
			}
		}
	} else if t.head != cx.in().Root() {
		return zero, Ready, fmt.Errorf("edo: the function %s was started by another task, and ends with it", funcName(t.fn))
	}
	t.hear(cx, a.dropped.Load() || a.told.Load())
	var r coro.Runner
	if starts {
		r = (*asyncRunner[T])(a)
	}
	ended, err := t.drive(cx, r)
	if !ended {
		return zero, Pending, nil
	}
	if err != nil {
		a.err = err
	}
	a.finish()
	v, err := a.value, a.err
	a.value, a.err = zero, nil
	return v, Ready, err
}

// start borrows a coroutine.
func (t *Task) start(cx *Context) {
	t.head = cx.in().Root()
	t.rt = runtimeOf(cx.in())
	t.coro = t.pool().Get()
}

// hear makes the function see, when it is resumed, that it was told to end, or that the
// task was cancelled which it is the whole of.
func (t *Task) hear(cx *Context, told bool) {
	if t.cancelled || cx.in().Inspecting() || !told && !(t.whole && t.head.IsCancelled()) {
		return
	}
	t.cancelled = true
	if t.ctx != nil {
		t.ctx.end(t.whyCancelled())
	}
}

// pool returns where the coroutine is from.
func (t *Task) pool() *coro.Pool {
	if t.rt == nil {
		return mockCoroutines
	}
	return t.rt.coros
}

// mockCoroutines are for mock tasks, which have no runtime.
var mockCoroutines = coro.NewPool(0)

// drive switches to the coroutine and back, and says whether the function has
// ended, and with which panic; r is set when it is to begin. When it called
// runtime.Goexit the switch does not return: the goroutine that polls ends as well,
// and the worker sees to the rest.
func (t *Task) drive(cx *Context, r coro.Runner) (ended bool, err error) {
	if cx.in().External() {
		if x := peek(t.head); !x.hasValues() {
		} else if r != nil {
			r = &valued{r, x}
		} else if cx.in().Inspecting() {
			defer enterValues(t.coro.Gid(), x)()
		}
	}
	c := t.coro
	t.cx = cx
	var res coro.Result
	before := cx.in().SetGoroutine(c.Gid())
	if r != nil {
		res = c.StartRunner(r)
	} else {
		res = c.Resume()
	}
	cx.in().SetGoroutine(before)
	t.cx = nil
	if res.State == coro.Suspended {
		return false, nil
	}
	if res.State == coro.Panicked {
		err = &PanicError{Value: res.Value, Stack: res.Stack, Task: t.Name()}
	}
	t.pool().Put(c)
	return true, err
}

// valued is a function that begins off the workers, where its values are found by its
// goroutine.
type valued struct {
	coro.Runner
	x *extra
}

func (v *valued) Run(c *coro.Coro) {
	defer enterValues(c.Gid(), v.x)()
	v.Runner.Run(c)
}

// finish ends the function's part in its task.
func (a *async[T]) finish() {
	t := &a.task
	t.coro = nil
	t.finish()
	if t.whole {
		return
	}
	if x := ownerOf(t.head); x != nil {
		x.nested.remove(a)
	}
}

// died says whether the function has called runtime.Goexit, and its coroutine is
// gone.
func (a *async[T]) died() bool {
	if c := a.task.coro; c == nil || !c.Dead() {
		return false
	}
	a.finish()
	return true
}

// asyncRunner is the side of an async that the coroutine sees.
type asyncRunner[T any] async[T]

// Run runs the function on the coroutine.
func (a *asyncRunner[T]) Run(c *coro.Coro) {
	t := &a.task
	t.enterOn(c)
	a.value, a.err = t.fn.(func(*Task) (T, error))(t)
	if carried.Any() {
		a.err = errors.Join(a.err, takeOff(t.Name))
	}
	t.gid.Store(returned)
}

// Unwound lets go of the goroutine, whose descriptor will be used again.
func (a *asyncRunner[T]) Unwound(*coro.Coro) { a.task.unwound() }

// enterOn notes which goroutine the function runs on.
func (t *Task) enterOn(c *coro.Coro) {
	g := c.Gid()
	t.gid.Store(g)
	t.cx.in().SetGoroutine(g)
}

// unwound ends a function that has not returned, while its goroutine lives.
func (t *Task) unwound() {
	t.gid.Store(returned)
	t.cx.in().SetGoroutine(0)
}

// cancel says whether the function has started and must be polled to its end, now
// that its task has been cancelled.
func (a *async[T]) cancel() bool {
	a.told.Store(true)
	return a.task.coro != nil
}

// Drop lets go of a function that has not started, and has one that is suspended
// run to its end.
func (a *async[T]) Drop() {
	t := &a.task
	if a.died() || t.over() {
		return
	}
	if t.coro == nil {
		t.gid.Store(returned)
		return
	}
	if a.dropped.Swap(true) {
		return
	}
	if x := ownerOf(t.head); x != nil {
		x.nested.dropped.Store(true)
	}
	t.head.Wake()
}

func (a *async[T]) function() any { return a.task.fn }

// suspended is a function in direct style that has started.
type suspended interface {
	// drive runs it on, cancelled, and says whether it has ended.
	// Only a panic of it is an error that anybody is told of.
	drive(cx *Context) (ended bool, err error)
	isDropped() bool
}

func (a *async[T]) isDropped() bool { return a.dropped.Load() }

func (a *async[T]) drive(cx *Context) (ended bool, err error) {
	a.dropped.Store(true)
	v, p, err := a.Poll(cx)
	if p == Ready && err == nil { // nobody gets it
		if r := reflect.ValueOf(v); r.Kind() != reflect.Pointer || !r.IsNil() {
			Drop(v)
		}
	}
	var panicked *PanicError
	if !errors.As(err, &panicked) {
		err = nil
	}
	return p != Pending, err
}

// nested are the functions in direct style that a task has started inside its
// future: those that are dropped while suspended, or forgotten, are run to their
// ends before the task ends. A suspended function that nobody resumes would be a
// goroutine leaked, with defers that never run.
type nested struct {
	dropped atomic.Bool // one of them has been dropped
	mu      sync.Mutex  // guards the following
	bodies  []suspended
}

func (n *nested) add(s suspended) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.bodies = append(n.bodies, s)
}

func (n *nested) remove(s suspended) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if i := slices.Index(n.bodies, s); i >= 0 {
		last := len(n.bodies) - 1
		n.bodies[i] = n.bodies[last]
		n.bodies[last] = nil
		n.bodies = n.bodies[:last]
	}
}

// list returns those that there are, the one started last first: it is the
// innermost.
func (n *nested) list() []suspended {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.bodies) == 0 {
		return nil
	}
	all := slices.Clone(n.bodies)
	slices.Reverse(all)
	return all
}

// clean drives those that have been dropped, for the task of x.
func (n *nested) clean(cx *Context, x *extra) {
	if n.dropped.Load() {
		n.dropped.Store(false)
		n.drive(cx, x, func(s suspended) bool { return s.isDropped() })
	}
}

// finish drives all of them as far as they come, and says whether none is left. One
// that ends may be what another waits for, and no waker says so.
func (n *nested) finish(cx *Context, x *extra) (ended bool) {
	for n.drive(cx, x, func(suspended) bool { return true }) {
	}
	return n.list() == nil
}

// drive drives those that which says, and makes their panics errors of the task. It
// says whether one has ended. One that still waits has dropped set again.
func (n *nested) drive(cx *Context, x *extra, which func(suspended) bool) (some bool) {
	for _, s := range n.list() {
		if !which(s) {
			continue
		}
		ended, err := s.drive(cx)
		if err != nil {
			x.fail(err)
		}
		if ended {
			some = true
		} else {
			n.dropped.Store(true)
		}
	}
	return some
}
