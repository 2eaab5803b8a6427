package core

import (
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/sched"
)

// A Life is what the tasks of one host of a simulation have in common, from the start of its
// program to its crash. A task has the life of the task that spawns it, or of the one in whose
// poll it is spawned.
//
//	living   its tasks are polled
//	paused   a task that is to be polled is held back instead   → living, dead
//	dead     a task that is to be polled ends instead, and none of its code runs
//
// The program has ended when all its tasks have, but daemons: then onEnd is called.
//
// The worker of the runtime changes it, in a poll or between two. Of a task that has died there
// remains the stack of its function: when the runtime has ended, that is unwound
// ([Runtime.Unwind]).
type Life struct {
	rt    *Runtime
	of    any
	state lifeState
	held  []*sched.Task // while it is paused
	tasks atomic.Int64  // that have not ended, without daemons
	onEnd func()
}

// lives are those of the tasks that have goroutines of their own, by goroutine.
type lives struct {
	mu sync.Mutex // guards the following
	of map[uintptr]*Life
}

type lifeState uint8

const (
	living lifeState = iota
	paused
	dead
)

// NewLife begins a life of a host, in a runtime that is seeded. It is called in a poll. onEnd is called when the
// last task ends, before it has: on the worker, or on the goroutine of that task. It may be called again, if that
// spawns others later; also when the life is over.
func NewLife(rt *Runtime, of any, onEnd func()) *Life {
	if !rt.HasLives.Swap(true) {
		rt.Coros.Track()
		rt.SetGate()
	}
	return &Life{rt: rt, of: of, onEnd: onEnd}
}

// SetGate makes the scheduler ask the lives before each poll, and call BeforePoll.
func (rt *Runtime) SetGate() { rt.Sched.SetGate(rt.admits) }

// Of returns the host.
func (l *Life) Of() any { return l.of }

// HostOf returns the name of the host that t belongs to; "": of none.
func HostOf(t *sched.Task) string {
	if x := ExtraOf(t); x != nil && x.life != nil {
		if h, ok := x.life.of.(interface{ Name() string }); ok {
			return h.Name()
		}
	}
	return ""
}

// Option makes a task that is spawned with it the first of l.
func (l *Life) Option() SpawnOption {
	return SpawnOption{Apply: func(x *Extra) { x.life, x.isFirst = l, true }}
}

// excuse returns the life whose crash excuses what the task has failed with: nil, if that is a
// panic, or if the task was the first of its life, which no other would have joined.
func (x *Extra) excuse() *Life {
	if x.life == nil || x.isFirst || Hooks.IsPanic(x.Err) {
		return nil
	}
	return x.life
}

// join gives a task that is about to be spawned its life.
func (h *Head) join(x, parent *Extra, rt *Runtime) {
	switch {
	case x.life != nil:
	case parent != nil:
		x.life = parent.life
	default:
		x.life = rt.LifeHere()
	}
	if x.life != nil {
		h.Task.SetChildrenInherit()
		if x.keepsLife = !x.Daemon; x.keepsLife {
			x.life.tasks.Add(1)
		}
	}
}

// leaveLife notes that the task has ended, once.
func (x *Extra) leaveLife() {
	if !x.keepsLife {
		return
	}
	x.keepsLife = false
	if x.life.tasks.Add(-1) == 0 {
		x.life.onEnd()
	}
}

// LifeHere returns the life of the task that the calling goroutine runs, or nil.
func (rt *Runtime) LifeHere() *Life {
	g := gid.Get()
	if t := rt.Sched.PollingOn(g); t != nil {
		if x := ExtraOf(t); x != nil {
			return x.life
		}
		return nil
	}
	rt.lives.mu.Lock()
	defer rt.lives.mu.Unlock()
	return rt.lives.of[g]
}

// enter makes the calling goroutine, g, one of l, which may be nil, until leave is called.
func (l *Life) enter(g uintptr) (leave func()) {
	if l == nil {
		return func() {}
	}
	all := &l.rt.lives
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.of == nil {
		all.of = map[uintptr]*Life{}
	}
	all.of[g] = l
	return func() {
		all.mu.Lock()
		delete(all.of, g)
		all.mu.Unlock()
	}
}

// IsDead reports whether t belongs to a life that is over.
func IsDead(t *sched.Task) bool {
	x := ExtraOf(t)
	return x != nil && x.life != nil && x.life.state == dead
}

// admits is the gate of a runtime with lives.
func (rt *Runtime) admits(t *sched.Task) bool {
	if rt.BeforePoll != nil {
		rt.BeforePoll()
	}
	x := ExtraOf(t)
	if x == nil || x.life == nil {
		return true
	}
	switch x.life.state {
	case paused:
		x.life.held = append(x.life.held, t)
		return false
	case dead:
		if b, ok := t.Body().(Body); ok {
			t.Replace(corpse{b})
		}
	}
	return true
}

// Pause holds the tasks of l back.
func (l *Life) Pause() {
	if l.state == living {
		l.state = paused
	}
}

// Resume lets the tasks of l go on.
func (l *Life) Resume() {
	if l.state == paused {
		l.state = living
		l.readmit()
	}
}

func (l *Life) readmit() {
	held := l.held
	l.held = nil
	for _, t := range held {
		l.rt.Sched.Readmit(t)
	}
}

// Tasks calls yield for every task of l that has waited once and has not ended, until yield returns
// false.
func (l *Life) Tasks(yield func(*sched.Task) bool) {
	for t := range l.rt.Sched.Tasks {
		if x := ExtraOf(t); x != nil && x.life == l && !t.HasEnded() && !yield(t) {
			return
		}
	}
}

// End ends l. None of its code runs any more, except for the rest of the poll that calls End, if
// that is one of its tasks, and for tasks with goroutines of their own: those are cancelled. By a
// crash the failures are forgotten of tasks that were to be joined, perhaps.
func (l *Life) End(isCrash bool) {
	if l.state == dead {
		return
	}
	l.state = dead
	l.readmit()
	for t := range l.Tasks {
		if _, isParked := t.Body().(sched.Parked); isParked {
			t.Cancel()
		} else {
			t.Wake()
		}
	}
	if isCrash {
		l.rt.Failures.forget(l)
	}
}

// corpse is the body of a task that is dead: its next poll is the last.
type corpse struct{ Body }

func (c corpse) Poll(cx *sched.Context) (ended bool) {
	if x := c.Head().extra.Load(); x != nil && x.Daemon {
		x.Daemon = false
		cx.Runtime().UnmarkDaemon()
	}
	return true
}

func (c corpse) Future() any               { return nil }
func (c corpse) Inspect(cx *sched.Context) {}

// Unwind ends the functions that tasks of dead lives have left, when the runtime has ended.
func (rt *Runtime) Unwind() {
	rt.Coros.Unwind(func() { rt.unwinder = sched.Unwinder{} })
}

// Condemn makes the function exit when it is resumed on c, after the runtime has ended. Every
// operation in its deferred calls fails.
func (t *Task) Condemn(*coro.Coro) {
	head := t.Head()
	t.Cx, t.Rt, t.IsCancelled, t.MayRelay = t.Rt.unwinder.Context(head), nil, true, false
}

// Condemn is that of the function's Task.
func (b *Borrowed) Condemn(c *coro.Coro) { b.t.Condemn(c) }

// Condemn is that of the Runner, if it has one.
func (v *runnerWithValues) Condemn(c *coro.Coro) {
	if r, ok := v.Runner.(coro.Condemned); ok {
		r.Condemn(c)
	}
}
