package stress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/edo-go/edo"
)

// tree spawns tasks that spawn tasks: in direct style, without a stack, and one
// inside the other. Any of them may abort any other, fail, or drop the handles of its
// children.
func tree(r *round) program {
	bodies := r.account("tree: functions that were started")
	owned := r.account("tree: handles that tasks owned")
	futures := r.account("tree: futures")
	return func(task *edo.Task, rng *rand.Rand) error {
		t := &treePlay{round: r, bodies: bodies, owned: owned, futures: futures, room: 64}
		return t.branch(task, rng, 4)
	}
}

// treePlay is one tree.
type treePlay struct {
	*round
	bodies, owned, futures *account

	mu      sync.Mutex // guards the following
	room    int        // how many more tasks it may have
	handles []*edo.JoinHandle[edo.Unit]
}

// child is a task and the token that it owns.
type child struct {
	handle *edo.JoinHandle[edo.Unit]
	owned  *token
}

// branch is the function of a task: it spawns, mostly waits, and sometimes fails.
func (t *treePlay) branch(task *edo.Task, rng *rand.Rand, depth int) error {
	var children []child
	for n := rng.IntN(6); n > 0 && depth > 0; n-- {
		if c, ok := t.spawn(task, rng, depth-1); ok {
			children = append(children, c)
		}
		if err := dawdle(task, rng); err != nil {
			return err
		}
		if oneIn(rng, 6) {
			t.abortOne(rng)
		}
	}
	if oneIn(rng, 20) && depth < 4 {
		return t.misbehave(rng)
	}
	for _, c := range children {
		if oneIn(rng, 4) && depth < 4 {
			c.handle.Drop() // the child runs on
			continue
		}
		_, err := c.handle.Await(task)
		if task.Err() != nil {
			return err
		}
		if !c.owned.hasEnded() {
			t.fault("tree: a handle has resolved before the things that its task owns were dropped")
		}
		if err := t.removePlanned(err); err != nil && !errors.Is(err, edo.ErrCancelled) {
			return err
		}
	}
	return nil
}

// spawn spawns a child of one kind or another.
func (t *treePlay) spawn(task *edo.Task, rng *rand.Rand, depth int) (c child, ok bool) {
	t.mu.Lock()
	if t.room == 0 {
		t.mu.Unlock()
		return c, false
	}
	t.room--
	t.mu.Unlock()
	t.tasks.Add(1)

	c.owned = t.owned.open()
	own := edo.Owns(c.owned)
	inner := fork(rng)
	body := func(task *edo.Task) error {
		open := t.bodies.open()
		defer open.end()
		return t.branch(task, inner, depth)
	}
	switch rng.IntN(8) {
	case 0, 1, 2:
		c.handle = edo.Go(task, body, own)
	case 3:
		c.handle = edo.Spawn(task, edo.Async(func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, body(task)
		}), own)
	case 4:
		c.handle = edo.Spawn(task, t.newLeaf(inner, edo.Async(func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, body(task)
		})), own)
	case 5:
		parent := task
		c.handle = edo.Go(task, func(task *edo.Task) error {
			open := t.bodies.open()
			defer open.end()
			if err := edo.Yield(parent); err == nil { //edo:allow taskuse the error is what is tested
				return fmt.Errorf("the Task of another function could be used")
			}
			return body(task)
		}, own, edo.Name("child"))
	default:
		c.handle = edo.Spawn(task, t.newLeaf(inner, nil), own)
	}
	t.mu.Lock()
	t.handles = append(t.handles, c.handle)
	t.mu.Unlock()
	return c, true
}

// abortOne aborts a task of the tree, on this goroutine or on one outside.
func (t *treePlay) abortOne(rng *rand.Rand) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.handles) == 0 {
		return
	}
	h := t.handles[rng.IntN(len(t.handles))]
	if oneIn(rng, 2) {
		h.Abort()
	} else {
		t.outside.do(h.Abort)
	}
}
