package core

import (
	"fmt"
	"slices"
	"sync"
)

// Failures are the errors of tasks that no task has joined: the first of them, and
// how many more. A server that goes on for years keeps no more than that.
type Failures struct {
	mu        sync.Mutex // guards the following
	kept      []*failure
	stops     []error // why all of them were cancelled: stalls
	forgotten []error // what was not closed, in a simulation
	more      int
}

// failure is the error that one task ended with.
type failure struct {
	task string // its name
	err  error
	rt   *Runtime
	life *Life // the failure is forgotten when this ends by a crash; or nil
	kept bool  // guarded by Failures.mu, as the next
	gone bool  // removed
}

func (fs *Failures) add(f *failure) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.kept) < MaxErrors {
		f.kept = true
		fs.kept = append(fs.kept, f)
	} else {
		fs.more++
	}
}

// remove takes back a failure, because the task was joined after all.
func (fs *Failures) remove(f *failure) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f.gone {
		return
	}
	f.gone = true
	if !f.kept {
		fs.more--
	} else if i := slices.Index(fs.kept, f); i >= 0 {
		fs.kept = slices.Delete(fs.kept, i, i+1)
	}
}

// forget takes back failures of tasks of l, whose host has crashed: no task was left to join them.
func (fs *Failures) forget(l *Life) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.kept = slices.DeleteFunc(fs.kept, func(f *failure) bool { return f.life == l })
}

// AddStall keeps the first two stall errors, which are always returned; the second one lists
// the tasks that ignored the cancellation.
func (fs *Failures) AddStall(err error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.stops) < 2 {
		fs.stops = append(fs.stops, err)
	}
}

// HasStopped reports whether AddStall was called.
func (fs *Failures) HasStopped() bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return len(fs.stops) != 0
}

// AddForgotten keeps that something was not closed, which only the collector has found.
func (fs *Failures) AddForgotten(err error) {
	if err == nil {
		return
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.forgotten) < MaxErrors {
		fs.forgotten = append(fs.forgotten, err)
	}
}

// Count returns how many there are.
func (fs *Failures) Count() int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return len(fs.kept) + fs.more
}

// Join returns first, joined with what is there. It calls Error of the errors, which is the program's,
// without the lock.
func (fs *Failures) Join(first error) error {
	fs.mu.Lock()
	kept, stops, forgotten, more := slices.Clone(fs.kept), slices.Clone(fs.stops), slices.Clone(fs.forgotten), fs.more
	fs.mu.Unlock()
	if len(kept) == 0 && more == 0 && len(stops) == 0 && len(forgotten) == 0 {
		return first
	}
	all := make([]error, 0, len(kept)+4)
	if first != nil {
		all = append(all, first)
	}
	all = append(all, forgotten...)
	all = append(all, stops...)
	for _, f := range kept {
		all = append(all, withName(f.task, f.err))
	}
	return JoinErrors(all, "edo: and %d more tasks failed", more)
}

// withName returns err, which a task ended with, with the name of the task, unless err
// says it itself.
func withName(task string, err error) error {
	if task == "" || Hooks.IsPanic(err) {
		return err
	}
	return fmt.Errorf("task %s: %w", task, err)
}

// AddFailure keeps err, of no task, until [Runtime.Wait].
func (rt *Runtime) AddFailure(err error) { rt.Failures.add(&failure{err: err, rt: rt}) }
