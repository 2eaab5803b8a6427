package future

import (
	"runtime/debug"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// sharedCore is the common part of the clones of one Shared: the future, its result, and the
// queue of the clones that wait. A clone polls the future as a branch of its own task. The
// future is given the waker of an external task of the scheduler, which stands for all
// waiting clones.
//
//	state    polling  woken   done
//	waits    false    false   false   a clone that is polled enters the queue
//	woken    false    true    false   the next clone that is polled polls src
//	polled   true     any     false   one goroutine polls src; other clones enter the queue
//	over     false    any     true    the result is there
//
// # Rules
//
//  1. Only the goroutine that has set polling uses src. The state of task is that of a
//     child of package fan: active while woken or polled, idle while src waits.
//  2. A wake of src sets woken, and then takes all clones out of the queue and wakes their
//     tasks. So whenever src is to be polled, every clone that had entered the queue was
//     woken. If the owner of one of them does not poll it, or drops it, the others still
//     poll src.
//  3. A clone enters the queue before it polls src, so that a wake during the poll finds it.
//  4. A task that finds another task in the queue by the same clone replaces it. The replaced
//     task is woken together with the queue, and polls the clone again, unless it has ended.
//     If the clone has returned the result by then, the replaced task gets an error.
//  5. An inspection polls src too, for its leaves, but leaves woken and the queue as they
//     are. Clones that were polled meanwhile found polling set: after the inspection they are
//     woken if woken is set.
type sharedCore[T any] struct {
	task  sched.Task
	first Shared[T]
	src   own.Future[T]

	mu         sync.Mutex // guards the following fields, and those of the clones
	head, tail *Shared[T] // the queue of the clones that wait
	queued     int        // its length
	clones     int        // clones that have not ended
	polling    bool
	woken      bool
	done       bool
	delivered  bool          // a clone has returned the value
	displaced  []*sched.Task // tasks that were replaced in the queue by others (rule 4)
	v          T
	err        error
}

// poll polls src for the clone s, or for an inspection if s is nil. The caller has set
// polling.
func (c *sharedCore[T]) poll(cx *edo.Context, s *Shared[T]) {
	in := (*sched.Context)(cx)
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
		c.endPoll(s, v, p, err)
	}()
	v, p, err = c.src.Poll(cx)
	returned = true
	if p == edo.End {
		err = errEnded
	}
}

// endPoll clears polling, and keeps the result if src is ready. Then it wakes the clones
// that have to be polled.
func (c *sharedCore[T]) endPoll(s *Shared[T], v T, p edo.Poll, err error) {
	c.mu.Lock()
	c.polling = false
	if p != edo.Pending {
		c.done, c.v, c.err = true, v, err
		if s != nil {
			s.dequeue() // its Poll returns the result now
		}
	}
	done, wokenDuringInspection, dropped := c.done, s == nil && c.woken, c.clones == 0
	c.mu.Unlock()
	switch {
	case dropped: // by another goroutine during the poll, which left src to this one
		c.task.Complete()
		c.src.Drop()
		if done && err == nil {
			own.Discard(v)
		}
	case done:
		c.task.Complete()
		c.wakeAll()
	case wokenDuringInspection: // rule 5
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

// wakeAll takes the clones that are in the queue now out of it, and wakes their tasks in
// order; it also wakes the displaced tasks. It wakes without the lock, some at a time. Clones
// that enter the queue meanwhile are behind them, and stay.
func (c *sharedCore[T]) wakeAll() {
	c.mu.Lock()
	displaced := c.displaced
	c.displaced = nil
	left := c.queued
	for left > 0 && c.head != nil {
		var batch [8]*sched.Task
		n := 0
		for n < len(batch) && left > 0 && c.head != nil {
			batch[n] = c.head.waiter
			c.head.dequeue()
			n++
			left--
		}
		c.mu.Unlock()
		for _, t := range batch[:n] {
			t.Wake()
		}
		c.mu.Lock()
	}
	c.mu.Unlock()
	for _, t := range displaced {
		t.Wake()
	}
}

// sharedBody is the side of a sharedCore that the scheduler sees.
type sharedBody[T any] sharedCore[T]

func (b *sharedBody[T]) Poll(*sched.Context) bool {
	panic("future: a shared future is polled by its clones")
}
func (b *sharedBody[T]) Fail(any, []byte) { panic("future: a shared future is polled by its clones") }

// Unpark records the wake of the future, and wakes the clones that wait (rule 2).
func (b *sharedBody[T]) Unpark() {
	c := (*sharedCore[T])(b)
	c.mu.Lock()
	c.woken = true
	c.mu.Unlock()
	c.wakeAll()
}

// Parent returns a task that waits for the future, or nil.
func (b *sharedBody[T]) Parent() *sched.Task {
	c := (*sharedCore[T])(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.head == nil {
		return nil
	}
	return c.head.waiter
}
