package coro

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"

	"github.com/edo-go/edo/internal/carried"
)

// A State says why control came back from a coroutine.
type State uint8

const (
	// Suspended says that the function called [Coro.Yield].
	Suspended State = iota
	// Ended says that the function returned.
	Ended
	// Panicked says that the function ended by a panic.
	Panicked
)

// String returns the name of s.
func (s State) String() string {
	switch s {
	case Suspended:
		return "Suspended"
	case Ended:
		return "Ended"
	case Panicked:
		return "Panicked"
	}
	return "State(?)"
}

// A Result is what [Coro.Start] and [Coro.Resume] return.
type Result struct {
	State State
	Value any    // what was given to panic, when State is Panicked
	Stack []byte // the stack of the panic, as debug.Stack prints it
}

// Late is what Start and Resume panic with when the function has called
// [runtime.Goexit] and then panicked, in a deferred call. The panic does not end the
// goroutine of the coroutine, which ends anyway, so it goes on with whoever resumed.
type Late struct {
	Value any    // what was given to panic
	Stack []byte // the stack of the panic, as debug.Stack prints it
}

// Error returns the value.
func (l *Late) Error() string {
	return fmt.Sprintf("panic in a deferred call after runtime.Goexit: %v", l.Value)
}

// Unwrap returns the value, when it is an error.
func (l *Late) Unwrap() error {
	err, _ := l.Value.(error)
	return err
}

// Reason returns the value and the stack of a panic that was recovered with value, on the
// stack that is given: those of a [Late] are the first one's.
func Reason(value any, stack []byte) (any, []byte) {
	if l, ok := value.(*Late); ok {
		return l.Value, l.Stack
	}
	return value, stack
}

// A Coro runs one function at a time, which may stop and be continued.
//
// # Phases
//
//	phase      the goroutine of the coroutine      left by
//	idle       waits for a function, or is unborn  Start → running; Put → idle in the pool, or gone
//	running    runs the function                   Yield → suspended; the function's end → idle; Goexit → dead
//	suspended  waits inside Yield                  Resume → running
//	dead       has ended or is about to            nothing
//
// The fields belong to the coroutine while it runs and to whoever will resume it
// otherwise; the switch between the two orders their accesses. So a Coro may be
// resumed from different goroutines, but never from two at the same time. Those of
// its place belong to who stands there, while it does, and to who will change places
// with it: see place.go.
type Coro struct {
	// What a switch needs is the first 64 bytes: a coroutine that comes from another
	// processor is not in the cache.
	place
	at    *Coro // at whose place it stands, while it does not run
	back  *Coro // at whose place the resumer stands, while it runs
	self  self  // set before the first function runs, and never again
	phase phase
	ends  bool  // it is to end when it runs next; the pool's, as the next two
	index int32 // where the pool has it, and one more

	relay   *Coro // it is to change places there when it runs next
	visitor *Coro // who of those in the pool stands at its place

	pool     *Pool
	runner   Runner         // what it runs, or is to run next
	labels   carried.Labels // which the function begins with
	panicked *Result        // what the last function ended with, unless it returned
	bubbled  bool           // it was made in a bubble of testing/synctest, and may not leave it
	exits    uint8          // how often its goroutine was told to exit, and has stayed; see shelf
	heir     *Coro          // whom its goroutine serves after its death
}

type phase uint8

const (
	idle phase = iota
	running
	suspended
	dead
)

var (
	errStart  = errors.New("coro: Start of a coroutine whose function has not ended: Resume it until it ends")
	errResume = errors.New("coro: Resume of a coroutine that is not suspended: Start a function first, and resume from one goroutine at a time")
	errYield  = errors.New("coro: Yield outside a running function: call it from the function that was given to Start")
)

// newCoro makes a coroutine. One that was made on a goroutine that is locked to its thread
// would be bound to that thread.
func newCoro(p *Pool) *Coro {
	carried.Prepare()
	c := &Coro{pool: p, bubbled: p.shelf != nil && carried.InBubble()}
	c.at = c
	if carried.Locked() {
		aside(func() { c.next, _ = iter.Pull(c.life()) })
	} else {
		c.next, _ = iter.Pull(c.life())
	}
	return c
}

// Start runs fn until it calls [Coro.Yield] or ends. It panics unless the
// coroutine waits for a function. It does not return when fn calls
// [runtime.Goexit]: the caller's goroutine exits as well, or panics with a [*Late] when a
// deferred call of fn has panicked. fn begins with the profiler's labels of the caller.
func (c *Coro) Start(fn func(c *Coro)) Result { return c.StartRunner(runnerFunc(fn)) }

// A Runner is a function as an object: to start one that is at hand anyway
// allocates nothing.
type Runner interface {
	Run(c *Coro)
	// Unwound is called when Run does not return, by a panic or Goexit, while the
	// goroutine still lives. So Run needs no deferred call of its own to notice.
	Unwound(c *Coro)
}

type runnerFunc func(c *Coro)

func (f runnerFunc) Run(c *Coro)   { f(c) }
func (f runnerFunc) Unwound(*Coro) {}

// Become says that r goes on in the place of the Runner that runs, which calls it.
func (c *Coro) Become(r Runner) { c.runner = r }

// StartRunner is [Coro.Start] of r.Run.
func (c *Coro) StartRunner(r Runner) Result {
	if c.phase != idle {
		panic(errStart)
	}
	c.runner = r
	c.labels = carried.LabelsHere()
	c.phase = running
	p := c.at
	c.back, p.who = p, nil
	if carried.MaybeLocked() {
		p.apart = true
	}
	if next, yield := p.Turn(); next != nil {
		next()
	} else {
		yield(struct{}{})
	}
	if c = p.who; c != nil && c.phase == suspended {
		return Result{}
	}
	return p.outcome()
}

// Resume lets the function go on until it calls [Coro.Yield] again or ends. It
// panics unless the coroutine is suspended. It does not return when the function
// calls [runtime.Goexit], as Start does not.
//
// Start and Resume call what [iter.Pull] made themselves and not through a function they
// share: after a switch of stacks the processor predicts every return wrongly, at about
// 10 ns each. [Coro.Leave] is for that too.
func (c *Coro) Resume() Result {
	if c.phase != suspended {
		panic(errResume)
	}
	c.phase = running
	p := c.at
	c.back, p.who = p, nil
	if carried.MaybeLocked() {
		p.apart = true
	}
	if next, yield := p.Turn(); next != nil {
		next()
	} else {
		yield(struct{}{})
	}
	if c = p.who; c != nil && c.phase == suspended {
		return Result{}
	}
	return p.outcome()
}

// outcome says what the function ended with that has come back to the place of p; or the
// goroutine whose place it is has exited.
func (p *Coro) outcome() Result {
	c := p.who
	if c == nil || c.phase == dead {
		buried := c != nil
		if !buried {
			c = p
		}
		late := c.panicked
		c.panicked = nil
		if buried {
			c.pool.bury(c)
		}
		if late != nil {
			panic(&Late{late.Value, late.Stack})
		}
		runtime.Goexit()
	}
	if c.panicked == nil {
		return Result{State: Ended}
	}
	r := *c.panicked
	c.panicked = nil
	return r
}

// Yield switches back to whoever resumed the coroutine and returns when it is
// resumed again. It must be called on the goroutine of the coroutine: called from
// elsewhere it panics at best.
func (c *Coro) Yield() { c.Leave().swap() }

// Leave is Yield but for the switch itself, for who wants no call between: what
// [Coro.Turn] of the result returns must be called at once.
func (c *Coro) Leave() *Coro {
	if c.phase != running {
		panic(errYield)
	}
	c.phase = suspended
	p := c.back
	c.at, p.who = p, c
	if c.self.maybeLocked() {
		p.apart = true
	}
	return p
}

// Gid returns the identity of the coroutine's goroutine. It is valid once a
// function has been started, and does not change.
func (c *Coro) Gid() uintptr { return c.self.gid() }

// Dead says whether the coroutine has ended by [runtime.Goexit]. Whoever resumes
// coroutines on a goroutine that must not end that way asks in a deferred call.
func (c *Coro) Dead() bool { return c.phase == dead }

// life is what the coroutine's goroutine does: function after function, until the
// pool ends it. yield is nil for an heir of a coroutine that has died. All in one function:
// what it has on the stack every waiting task has.
func (c *Coro) life() iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		stopped := false
		defer func() {
			// Deferred here and not in run, because a panic that is recovered while the
			// goroutine exits ends run, but does not end the exiting.
			if !stopped {
				c.died()
			}
		}()
		if yield != nil {
			c.yield = yield
			c.self.take()
			carried.SetLabels(nil) // of who made it
		}
		for !c.ends {
			c.run()
			c.phase = idle
			c.stand()
		}
		stopped = true
	}
}

// died is the end of a coroutine whose function has called Goexit.
func (c *Coro) died() {
	c.phase = dead
	c.pool.forget()
	if c.back != c || c.pool.shelf.wants(c) {
		c.stand() // until the pool sees to it that nobody else is at its place
		if h := c.heir; h != nil {
			h.life()(nil)
		}
		return
	}
	// For the resumer, if that stands in next here; if in yield, it looks itself.
	if late := c.panicked; late != nil {
		panic(&Late{late.Value, late.Stack})
	}
}

// run runs one function to its end.
func (c *Coro) run() {
	defer c.recovered()
	if c.labels != nil {
		carried.SetLabels(c.labels)
	}
	c.runner.Run(c)
	c.runner = nil
	if carried.Any() {
		carried.Clear()
	}
}

// recovered takes in a panic, of the Runner or of nobody: then it returned.
func (c *Coro) recovered() {
	r := c.runner
	if r == nil {
		return
	}
	if v := recover(); v != nil {
		v, stack := Reason(v, debug.Stack())
		c.panicked = &Result{State: Panicked, Value: v, Stack: stack}
	}
	c.runner = nil
	carried.Clear()
	r.Unwound(c)
}
