package stress

import (
	"math/rand/v2"
	"sync"

	"github.com/edo-go/edo"
)

// spawner spawns the tasks of a scenario, in one way or another, and counts them.
type spawner struct {
	*round
	bodies, futures *account
}

func (r *round) spawner(name string) *spawner {
	return &spawner{
		round:   r,
		bodies:  r.account(name + ": functions that were started"),
		futures: r.account(name + ": futures"),
	}
}

type body func(task *edo.Task, rng *rand.Rand) error

// start spawns a task that calls fn and owns handles: in direct style, as a future, or on a
// goroutine of its own.
func (c *spawner) start(s edo.Spawner, rng *rand.Rand, fn body, handles ...edo.Dropper) *edo.JoinHandle[edo.Unit] {
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

// turns are tasks that do the same thing again and again.
type turns struct {
	tasks   int                                              // at most
	turns   int                                              // fewer than so many each
	turn    body                                             // one turn, in direct style; an error ends the task
	ignore  func(err error) error                            // the error of the task, for one of a turn; nil: the same
	future  func(rng *rand.Rand, n int) edo.Future[edo.Unit] // n turns without a stack
	futures int                                              // one task in so many is such a future
	aborted int                                              // one task in so many is aborted
}

// spawnTurns spawns the tasks of t.
func (c *spawner) spawnTurns(task *edo.Task, rng *rand.Rand, t turns) (handles []*edo.JoinHandle[edo.Unit]) {
	for range 1 + rng.IntN(t.tasks) {
		n := rng.IntN(t.turns)
		var h *edo.JoinHandle[edo.Unit]
		if oneIn(rng, t.futures) {
			h = c.drive(task, t.future(fork(rng), n))
		} else {
			h = c.start(task, rng, func(task *edo.Task, rng *rand.Rand) error {
				for range n {
					if err := t.turn(task, rng); err != nil && t.ignore != nil {
						return t.ignore(err)
					} else if err != nil {
						return err
					}
				}
				return nil
			})
		}
		handles = append(handles, h)
		c.abort(rng, t.aborted, h)
	}
	return handles
}

// drive spawns a future, which owns handles.
func (c *spawner) drive(s edo.Spawner, f edo.Future[edo.Unit], handles ...edo.Dropper) *edo.JoinHandle[edo.Unit] {
	c.tasks.Add(1)
	return edo.Spawn(s, counted(c, f), edo.Owns(handles...))
}

// abort aborts h once in n times, now or soon, and reports whether it does.
func (c *spawner) abort(rng *rand.Rand, n int, h *edo.JoinHandle[edo.Unit]) bool {
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

// countedFuture is a future that checks that one task at a time polls it, and that it is
// dropped once.
type countedFuture[T any] struct {
	spawner *spawner
	inner   edo.Future[T]
	open    *token
	polled  bool // a poll is under way
	ended   bool
}

func counted[T any](c *spawner, f edo.Future[T]) *countedFuture[T] {
	return &countedFuture[T]{spawner: c, inner: f, open: c.futures.open()}
}

func (f *countedFuture[T]) Poll(cx *edo.Context) (T, edo.Poll, error) {
	if f.ended || f.polled || f.open.hasEnded() {
		f.spawner.fault("%s: one was polled after its end, or twice at a time", f.open.account.name)
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

// lateTasks are tasks that other tasks of a program have spawned, for the program to join.
type lateTasks struct {
	mu  sync.Mutex // guards all
	all []*edo.JoinHandle[edo.Unit]
}

func (h *lateTasks) add(one *edo.JoinHandle[edo.Unit]) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, one)
}

// join waits for all, and for those that are added meanwhile.
func (h *lateTasks) join(r *round, task *edo.Task) error {
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
