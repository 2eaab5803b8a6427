package stress

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/timer"
)

// blockers spawns tasks on goroutines of their own, tasks that block their worker,
// and goroutines that are tasks for a while.
func blockers(r *round) program {
	bodies := r.account("block: functions that were started")
	owned := r.account("block: handles that tasks owned")
	return func(task *edo.Task, rng *rand.Rand) error {
		var handles []*edo.JoinHandle[int]
		var tokens []*token
		for i := range 1 + rng.IntN(4) {
			r.tasks.Add(1)
			inner := fork(rng)
			tokens = append(tokens, owned.open())
			handles = append(handles, edo.Blocking(task, func(task *edo.Task) (int, error) {
				open := bodies.open()
				defer open.end()
				return i, blocking(r, task, inner)
			}, edo.Owns(tokens[i])))
			if oneIn(rng, 4) {
				handles[i].Abort()
			}
		}
		if oneIn(rng, 4) && !r.config.CurrentThread {
			if err := blockWorker(r, task); err != nil {
				return err
			}
		}
		if r.runtime != nil && oneIn(rng, 3) {
			visit(r, fork(rng))
		}
		for i, h := range handles {
			got, err := h.Await(task)
			if task.Err() != nil {
				return err
			}
			if !tokens[i].hasEnded() {
				return errors.New("a handle has resolved before the things that its task owns were dropped")
			}
			if err == nil && got != i {
				return fmt.Errorf("task %d returned %d", i, got)
			}
			if err := r.removePlanned(err); err != nil && !errors.Is(err, edo.ErrCancelled) {
				return err
			}
		}
		return nil
	}
}

// blocking is the function of a task on a goroutine of its own: it spawns, exchanges messages
// with tasks, or waits in plain Go.
func blocking(r *round, task *edo.Task, rng *rand.Rand) error {
	switch rng.IntN(6) {
	case 0:
		return r.misbehave(rng)
	case 1:
		ctx, cancel := context.WithTimeout(task.Context(), time.Duration(rng.IntN(5))*time.Millisecond)
		defer cancel()
		<-ctx.Done()
		return task.Err()
	case 2:
		return timer.Sleep(task, time.Duration(rng.IntN(3))*time.Millisecond)
	case 3:
		return dawdle(task, rng)
	}
	tx, rx := mpsc.New[int](1 + rng.IntN(3))
	defer rx.Drop()
	r.tasks.Add(1)
	n := rng.IntN(20)
	edo.Go(task, func(task *edo.Task) error {
		for i := range n {
			if err := tx.Send(task, i); err != nil {
				if errors.Is(err, edo.ErrClosed) {
					return nil // the other side was aborted
				}
				return err
			}
		}
		return nil
	}, edo.Owns(tx))
	for want := 0; ; want++ {
		got, err := rx.Recv(task)
		switch {
		case err == nil && got == want && want < n:
		case errors.Is(err, edo.ErrCancelled):
			return err
		case errors.Is(err, edo.ErrClosed) && (want == n || r.stopping.Load()):
			return nil
		default:
			return fmt.Errorf("block: received %d, %v instead of %d of %d", got, err, want, n)
		}
	}
}

// blockWorker spawns a task that blocks its worker, until another task has run.
func blockWorker(r *round, task *edo.Task) error {
	r.tasks.Add(2)
	gate := make(chan struct{})
	stuck := edo.Go(task, func(*edo.Task) error { <-gate; return nil }) //edo:allow blocking on purpose
	if err := edo.Yield(task); err != nil {
		close(gate)
		return err
	}
	opener := edo.Go(task, func(*edo.Task) error { return nil }, edo.Owns(closer(gate)))
	return joinAll(r, task, []*edo.JoinHandle[edo.Unit]{opener, stuck})
}

// closer closes a channel when it is dropped: also when its task never runs.
type closer chan struct{}

func (c closer) Drop() { close(c) }

// visit makes a goroutine that is no task a task for a while.
func visit(r *round, rng *rand.Rand) {
	r.outside.left.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rng.IntN(4))*time.Millisecond)
		defer cancel()
		err := edo.Block(r.runtime, ctx, func(task *edo.Task) error {
			if oneIn(rng, 2) {
				return timer.Sleep(task, time.Duration(rng.IntN(4))*time.Millisecond)
			}
			return timer.Sleep(task, time.Hour)
		})
		if err != nil && !errors.Is(err, edo.ErrCancelled) && !errors.Is(err, edo.ErrShutdown) {
			r.fault("block: Block returned %v", err)
		}
	})
}
