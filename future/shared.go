package future

import (
	"errors"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Shared is one of several futures that all come to what one future comes to: see [Share].
// Each is its owner's, as any future; [Shared.Clone] and Drop may be called from any
// goroutine, also while others poll. One task waits with each: of several that wait with
// the same one, one gets the result, and the others an error that says so.
//
// The zero Shared has nothing to poll, and is ready with an error.
type Shared[T any] struct {
	core *sharing[T]

	// Guarded by core.mu.
	waiter     *sched.Task // the task of the last poll, or the branch of it; nil: it does not wait
	next, prev *Shared[T]  // among those that wait
	ended      bool        // it has given the result, or was dropped
	crowded    bool        // several tasks have waited with it
}

// Share returns a future of what f comes to, of which there can be many: each
// [Shared.Clone] comes to the same value or error, in whatever task it is polled, before f
// is ready or after. It owns f: f is polled by the tasks that wait, whichever comes first
// when it was woken, and is dropped when it is ready or the last of the clones is dropped.
// A task that goes away leaves f to the others.
//
// The value goes to all that ask, so it is one that may be used by several: a pointer to
// what does not change, say. When it is an [edo.Dropper], it is theirs to drop; it is
// dropped with the last clone only when none has had it. A panic in f is the error of all,
// an [*edo.PanicError].
//
// A function in direct style belongs to the task that started it, and ends with that. So
// an f with [edo.Async] in it is not shared; its task's [edo.JoinHandle] is.
//
// Share is one allocation of some 200 bytes, a clone one of 48, and a poll none. A wake
// of f wakes all that wait, of which one polls it.
func Share[T any](f edo.Future[T]) *Shared[T] {
	c := &sharing[T]{src: source(f), clones: 1, woken: true}
	c.task.InitExternal((*sharingBody[T])(c))
	c.first.core = c
	return &c.first
}

// Clone returns another future of the same result. The clone of one that has given its
// result, or was dropped, is as that: ready with an error.
func (s *Shared[T]) Clone() *Shared[T] {
	c := s.core
	if c == nil {
		return &Shared[T]{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !s.ended {
		c.clones++
	}
	return &Shared[T]{core: c, ended: s.ended}
}

// sharing is what the clones share. The future is polled as a branch of the task whose
// clone polls it: its waker is that of an external task of the scheduler, which stands for
// all that wait.
//
//	state    polling  woken   done
//	waits    false    false   false   a clone that is polled gets in line
//	woken    false    true    false   the next clone that is polled polls src
//	polled   true     any     false   by one goroutine; others get in line
//	over     false    any     true    the result is there
//
// # Rules
//
//  1. src is used by the goroutine that has set polling, alone. The state of task is as
//     that of a child of package fan: active while woken or polled, idle while src waits.
//  2. A wake of src sets woken and then wakes all that are in line, who leave it. So a
//     clone that got in line is woken whenever there is something to poll; that it wakes
//     one which its owner does not poll, or drops, delays no other.
//  3. A clone gets in line before it polls src, so that a wake during the poll finds it.
//  4. A task that finds another one in its clone's place in line takes the place. The other
//     is woken with those in line, and told when the result is gone; or it has ended.
//  5. An inspection polls src as well, for its leaves, but leaves woken and the line as
//     they are. Those that found it polling are woken after it, when woken says so.
type sharing[T any] struct {
	task  sched.Task
	first Shared[T]
	src   own.Future[T]

	mu         sync.Mutex // guards the following, and what the clones say
	line, last *Shared[T] // those that wait
	waiting    int        // so many
	clones     int        // that have not ended
	polling    bool
	woken      bool
	done       bool
	given      bool          // the value, to a clone
	displaced  []*sched.Task // whose places in line others have taken, by the same clone
	v          T
	err        error
}

var errCrowded = edo.NewError(own.ErrPolledAgain, "future: a Shared gave its result to another task that waited with it: each task needs a Clone of its own")

var errGoexit = errors.New("future: a shared future called runtime.Goexit")

// Poll is ready when the future is.
func (s *Shared[T]) Poll(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	c := s.core
	if c == nil {
		return polledAgain[T](cx)
	}
	in := cx.Internal(internal.Key{})
	if in.Inspecting() {
		s.inspect(cx)
		return zero, edo.Pending, nil
	}
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	c.mu.Lock()
	if !s.ended && !c.done {
		s.getInLine(in.Task())
		if c.woken && !c.polling {
			c.polling, c.woken = true, false
			c.mu.Unlock()
			c.poll(cx, s)
			c.mu.Lock()
		}
	}
	switch {
	case s.ended:
		err := errEnded
		if s.crowded {
			err = errCrowded
		}
		c.mu.Unlock()
		return zero, edo.Ready, err
	case !c.done:
		c.mu.Unlock()
		return zero, edo.Pending, nil
	}
	v, err := c.v, c.err
	c.given = c.given || err == nil
	src, left := s.leave()
	c.mu.Unlock()
	src.Drop()
	left.Drop()
	return v, edo.Ready, err
}

// poll polls src for s, or for an inspection, which has set polling.
func (c *sharing[T]) poll(cx *edo.Context, s *Shared[T]) {
	in := cx.Internal(internal.Key{})
	if s != nil {
		c.task.Resume()
	}
	before := in.Branch(&c.task)
	var v T
	p, err := edo.Ready, errGoexit
	returned := false
	defer func() {
		if !returned {
			if value := recover(); value != nil {
				err = &edo.PanicError{Value: value, Stack: debug.Stack(), Task: "(that polled a future.Shared)"}
			}
			p = edo.Ready
		}
		in.Branch(before)
		c.settle(s, v, p, err)
	}()
	v, p, err = c.src.Poll(cx)
	returned = true
	if p == edo.End {
		err = errEnded
	}
}

// settle ends a poll for s, or an inspection.
func (c *sharing[T]) settle(s *Shared[T], v T, p edo.Poll, err error) {
	c.mu.Lock()
	c.polling = false
	if p != edo.Pending {
		c.done, c.v, c.err = true, v, err
		if s != nil {
			s.leaveLine() // it sees for itself
		}
	}
	done, late, dropped := c.done, s == nil && c.woken, c.clones == 0
	c.mu.Unlock()
	switch {
	case dropped: // meanwhile, by another goroutine
		c.task.Complete()
		c.src.Drop()
		if done && err == nil {
			own.Discard(v)
		}
	case done:
		c.task.Complete()
		c.wakeAll()
	case late:
		c.wakeAll()
	case s != nil:
		woken := false
		for !c.task.Suspend() {
			woken = true
		}
		if woken {
			c.task.Wake()
		}
	}
}

// inspect has the leaves of src say what they wait for, or says itself what s does.
func (s *Shared[T]) inspect(cx *edo.Context) {
	c := s.core
	c.mu.Lock()
	if s.ended || c.done || c.polling || c.woken {
		c.mu.Unlock()
		cx.Proceed(s)
		return
	}
	c.polling = true
	c.mu.Unlock()
	c.poll(cx, nil)
}

// Waits says what for, when the future cannot say it.
func (s *Shared[T]) Waits(*edo.Context) edo.Wait {
	c := s.core
	w := edo.Wait{On: "future: a shared result"}
	if c == nil {
		return w
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.ended || c.done {
		w.By = []string{"nothing: it is there"}
	} else {
		w.By = []string{"the next poll of the future, whose task was woken"}
	}
	return w
}

// Drop lets go of s; the last of the clones drops the future.
func (s *Shared[T]) Drop() {
	c := s.core
	if c == nil {
		return
	}
	c.mu.Lock()
	src, left := s.leave()
	c.mu.Unlock()
	defer left.Drop()
	src.Drop()
}

// leave ends s, and returns what is to be dropped when it was the last: the future, and a
// value that no clone has had.
func (s *Shared[T]) leave() (src own.Future[T], left own.Value[T]) {
	c := s.core
	if s.ended {
		return src, left
	}
	s.ended = true
	s.leaveLine()
	if c.clones--; c.clones > 0 || c.polling {
		return src, left
	}
	src, c.src = c.src, own.Future[T]{}
	c.task.Complete()
	if c.done && c.err == nil && !c.given {
		left = own.HoldValue(c.v)
	}
	var none T
	c.v = none
	return src, left
}

// getInLine makes t be woken with the next wake of the future.
func (s *Shared[T]) getInLine(t *sched.Task) {
	c := s.core
	if s.waiter == nil {
		s.prev, c.last = c.last, s
		if s.prev == nil {
			c.line = s
		} else {
			s.prev.next = s
		}
		c.waiting++
	} else if s.waiter != t && !slices.Contains(c.displaced, s.waiter) {
		c.displaced = append(c.displaced, s.waiter)
		s.crowded = true
	}
	s.waiter = t
}

func (s *Shared[T]) leaveLine() {
	c := s.core
	if s.waiter == nil {
		return
	}
	if s.prev == nil {
		c.line = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		c.last = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.next, s.prev, s.waiter = nil, nil, nil
	c.waiting--
}

// wakeAll wakes those that are in line, in their order. It wakes without the lock; those
// that get in line meanwhile are behind.
func (c *sharing[T]) wakeAll() {
	c.mu.Lock()
	displaced := c.displaced
	c.displaced = nil
	left := c.waiting
	for left > 0 && c.line != nil {
		var some [8]*sched.Task
		n := 0
		for n < len(some) && left > 0 && c.line != nil {
			some[n] = c.line.waiter
			c.line.leaveLine()
			n++
			left--
		}
		c.mu.Unlock()
		for _, t := range some[:n] {
			t.Wake()
		}
		c.mu.Lock()
	}
	c.mu.Unlock()
	for _, t := range displaced {
		t.Wake()
	}
}

// sharingBody is the side of a sharing that the scheduler sees.
type sharingBody[T any] sharing[T]

func (b *sharingBody[T]) Poll(*sched.Context) bool {
	panic("future: a shared future is polled by its clones")
}
func (b *sharingBody[T]) Fail(any, []byte) { panic("future: a shared future is polled by its clones") }

// Unpark says that the future was woken.
func (b *sharingBody[T]) Unpark() {
	c := (*sharing[T])(b)
	c.mu.Lock()
	c.woken = true
	c.mu.Unlock()
	c.wakeAll()
}

// Parent returns a task that waits for the future, or nil.
func (b *sharingBody[T]) Parent() *sched.Task {
	c := (*sharing[T])(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line == nil {
		return nil
	}
	return c.line.waiter
}
