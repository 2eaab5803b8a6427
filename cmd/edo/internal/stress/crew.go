package stress

import (
	"math/rand/v2"
	"sync"

	"github.com/edo-go/edo"
)

// crew spawns the tasks of a scenario, in one way or another, and counts them.
type crew struct {
	*round
	bodies, futures *account
}

func (r *round) crew(name string) *crew {
	return &crew{
		round:   r,
		bodies:  r.account(name + ": functions that were started"),
		futures: r.account(name + ": futures"),
	}
}

type body func(task *edo.Task, rng *rand.Rand) error

// start spawns fn, which owns handles: as a task in direct style, as a future, or on a
// goroutine of its own.
func (c *crew) start(s edo.Spawner, rng *rand.Rand, fn body, handles ...edo.Dropper) *edo.JoinHandle[edo.Unit] {
	c.tasks.Add(1)
	inner := fork(rng)
	run := func(task *edo.Task) error {
		open := c.bodies.open()
		defer open.end()
		return fn(task, inner)
	}
	value := func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, run(task) }
	own := edo.Owns(handles...)
	switch rng.IntN(10) {
	case 0:
		return edo.Blocking(s, value, own)
	case 1:
		return edo.Spawn(s, edo.Async(value), own)
	}
	return edo.Go(s, run, own)
}

// drive spawns a future, which owns handles.
func (c *crew) drive(s edo.Spawner, f edo.Future[edo.Unit], handles ...edo.Dropper) *edo.JoinHandle[edo.Unit] {
	c.tasks.Add(1)
	return edo.Spawn(s, counted(c, f), edo.Owns(handles...))
}

// abort aborts h once in n times, now or soon, and says so.
func (c *crew) abort(rng *rand.Rand, n int, h *edo.JoinHandle[edo.Unit]) bool {
	if !oneIn(rng, n) {
		return false
	}
	if oneIn(rng, 3) {
		h.Abort()
	} else {
		c.outside.do(h.Abort)
	}
	return true
}

// countedFuture is a future that must be polled by one at a time, and dropped once.
type countedFuture[T any] struct {
	crew   *crew
	inner  edo.Future[T]
	open   *token
	polled bool // a poll is under way
	ended  bool
}

func counted[T any](c *crew, f edo.Future[T]) *countedFuture[T] {
	return &countedFuture[T]{crew: c, inner: f, open: c.futures.open()}
}

func (f *countedFuture[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	if f.ended || f.polled || f.open.hasEnded() {
		f.crew.fault("%s: one was polled after its end, or twice at a time", f.open.account.name)
	}
	f.polled, f.ended = true, true // it may panic
	v, p, err := f.inner.Poll(cx)
	f.polled, f.ended = false, p == edo.Ready
	return v, p, err
}

func (f *countedFuture[T]) Drop() {
	f.open.end()
	edo.Drop(f.inner)
}

// heirs are tasks that tasks of a program have spawned, for the program to join.
type heirs struct {
	mu  sync.Mutex // guards all
	all []*edo.JoinHandle[edo.Unit]
}

func (h *heirs) add(one *edo.JoinHandle[edo.Unit]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, one)
}

// join waits for them, and for those that they add meanwhile.
func (h *heirs) join(r *round, task *edo.Task) error {
	for {
		h.mu.Lock()
		all := h.all
		h.all = nil
		h.mu.Unlock()
		if len(all) == 0 {
			return nil
		}
		if err := joinAll(r, task, all); err != nil {
			return err
		}
	}
}
