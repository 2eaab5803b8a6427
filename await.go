package edo

import "math/rand/v2"

// Cancelled waits until the task is asked to end, and returns [ErrCancelled] then: a
// main function that has nothing to do but to keep its servers running calls it. Inside
// a scope it waits for the cancellation of that as well, and inside of [Shielded] for
// none.
func (t *Task) Cancelled() error {
	_, err := Await[Unit](t, (*ownCancellation)(t))
	return err
}

// ownCancellation is a Task as the future of nothing, which only its cancellation ends.
type ownCancellation Task

// Poll is always pending.
func (c *ownCancellation) Poll(cx *Context) (Unit, Poll, error) {
	cx.Proceed(c)
	return Unit{}, Pending, nil
}

// Waits says so.
func (c *ownCancellation) Waits(*Context) Wait {
	return Wait{On: "edo: the cancellation of the task itself"}
}

// Rand returns a source of random numbers for the function of task. In a simulation they
// are drawn from the seed, so that a run with the same seed draws the same; otherwise
// they are as those of package math/rand/v2, and not for secrets. It is used by that
// function alone, while it runs, and costs one allocation; keep it.
func Rand(task *Task) *rand.Rand { return rand.New((*taskRand)(task)) }

// taskRand is a Task as a source of random numbers.
type taskRand Task

// Uint64 returns the next number. It panics when the Task is not the caller's.
func (r *taskRand) Uint64() uint64 {
	t := (*Task)(r)
	if err := t.check(); err != nil {
		panic(err)
	}
	cx := t.cx.in()
	switch {
	case t.rt == nil || !t.rt.driver.Seeded():
		return rand.Uint64()
	case cx.External(): // a blocking task must not perturb the run
		return uint64(cx.Rand())<<32 | uint64(cx.Rand())
	}
	return t.rt.driver.Rand()
}
