package future

import (
	"errors"
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Shared is one of several futures that all give the result of one future: see [Share]. A
// Shared has one owner, as any future; but [Shared.Clone] and Drop may be called from any
// goroutine, also while others poll. One task waits with each Shared: when several tasks
// wait with the same one, one of them gets the result, and the others get an error that says
// so.
//
// The zero Shared has nothing to poll, and is ready with an error.
type Shared[T any] struct {
	core *sharedCore[T]

	// Guarded by core.mu.

	waiter     *sched.Task // the task of the last poll, or a branch of it; nil: not in the queue
	next, prev *Shared[T]  // neighbours in the queue of core
	ended      bool        // it has returned the result, or was dropped
	crowded    bool        // several tasks have waited with it
}

// Share returns a future of the result of f that can be cloned: each [Shared.Clone] gives
// the same value or error, in any task, before f is ready or after. It owns f. When f was
// woken, the first of the waiting tasks to run polls it. f is dropped when it is ready, or
// with the last clone. A task that ends, or drops its clone, leaves f to the others.
//
// Every clone returns the same value, so it must be one that several may use, such as a
// pointer to immutable data. If it is an [edo.Dropper], the tasks that received it drop it;
// it is dropped with the last clone only if no clone has returned it. A panic in f is the
// error of all clones, an [*edo.PanicError].
//
// A function in direct style belongs to the task that started it, and ends with that task.
// So do not share an f with [edo.Async] in it; spawn a task, and share its [edo.JoinHandle].
//
// Share is one allocation of some 200 bytes, a clone one of 48, and a poll none. A wake of f
// wakes all waiting tasks, and one of them polls f.
func Share[T any](f edo.Future[T]) *Shared[T] {
	c := &sharedCore[T]{src: source(f), clones: 1, woken: true}
	c.task.InitExternal((*sharedBody[T])(c))
	c.first.core = c
	return &c.first
}

// Clone returns another future of the same result. A clone of a Shared that has returned its
// result, or was dropped, has ended too: it is ready with an error.
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

var errCrowded = edo.NewError(own.ErrPolledAgain, "future: a Shared gave its result to another task that waited with it: each task needs a Clone of its own")

var errGoexit = errors.New("future: a shared future called runtime.Goexit")

// Poll is ready when the shared future is.
func (s *Shared[T]) Poll(cx *edo.Context) (zero T, _ edo.Poll, _ error) {
	c := s.core
	if c == nil {
		return polledAgain[T](cx)
	}
	in := (*sched.Context)(cx)
	if in.Inspecting() {
		s.inspect(cx)
		return zero, edo.Pending, nil
	}
	if !cx.Proceed(nil) {
		return zero, edo.Pending, nil
	}
	// Enter the queue (rule 3), and then poll src if it was woken and no clone polls it.
	c.mu.Lock()
	if !s.ended && !c.done {
		s.enqueue(in.Task())
		if c.woken && !c.polling {
			c.polling, c.woken = true, false
			c.mu.Unlock()
			c.poll(cx, s)
			c.mu.Lock()
		}
	}
	// c.mu is locked. Without a result, the next wake polls s again.
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
	// Return the result, once. If s is the last clone, drop src.
	v, err := c.v, c.err
	c.delivered = c.delivered || err == nil
	src, undelivered := s.end()
	c.mu.Unlock()
	src.Drop()
	undelivered.Drop()
	return v, edo.Ready, err
}

// inspect makes the leaves of src report what they wait for. If no leaf can, s does.
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

// Waits says what s waits for, when the leaves of the future cannot.
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

// Drop ends s. The last of the clones drops the shared future.
func (s *Shared[T]) Drop() {
	c := s.core
	if c == nil {
		return
	}
	c.mu.Lock()
	src, undelivered := s.end()
	c.mu.Unlock()
	defer undelivered.Drop()
	src.Drop()
}

// end ends s. If s was the last clone, it returns what the caller must drop, without the
// lock: the shared future, and a value that no clone has returned.
func (s *Shared[T]) end() (src own.Future[T], undelivered own.Value[T]) {
	c := s.core
	if s.ended {
		return src, undelivered
	}
	s.ended = true
	s.dequeue()
	if c.clones--; c.clones > 0 || c.polling {
		return src, undelivered
	}
	src, c.src = c.src, own.Future[T]{}
	c.task.Complete()
	if c.done && c.err == nil && !c.delivered {
		undelivered = own.HoldValue(c.v)
	}
	var none T
	c.v = none
	return src, undelivered
}

// enqueue makes the next wake of the shared future wake t. If another task is in the queue by
// the same clone, t takes its place (rule 4).
func (s *Shared[T]) enqueue(t *sched.Task) {
	c := s.core
	if s.waiter == nil {
		s.prev, c.tail = c.tail, s
		if s.prev == nil {
			c.head = s
		} else {
			s.prev.next = s
		}
		c.queued++
	} else if s.waiter != t && !slices.Contains(c.displaced, s.waiter) {
		c.displaced = append(c.displaced, s.waiter)
		s.crowded = true
	}
	s.waiter = t
}

// dequeue removes s from the queue, if it is there.
func (s *Shared[T]) dequeue() {
	c := s.core
	if s.waiter == nil {
		return
	}
	if s.prev == nil {
		c.head = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		c.tail = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.next, s.prev, s.waiter = nil, nil, nil
	c.queued--
}
