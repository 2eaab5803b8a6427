package edo

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// tellOfPanics tells Config.OnPanic of the panics in err that it has not been told of,
// and ends rt when it says so.
func (rt *Runtime) tellOfPanics(err error) {
	eachPanic(err, func(e *PanicError) {
		if atomic.SwapUint32(&e.told, 1) == 0 && rt.onPanic(e) {
			rt.sched.CancelAll()
		}
	})
}

// failures are the errors of tasks that nobody has joined: the first of them, and
// how many more. A server that goes on for years keeps no more than that.
type failures struct {
	mu        sync.Mutex // guards the following
	kept      []*failure
	stops     []error // why all of them were cancelled: stalls
	forgotten []error // what was not closed, in a simulation
	more      int
}

const maxFailures = 32

// failure is the error that one task ended with.
type failure struct {
	task string // its name
	err  error
	rt   *Runtime
	kept bool // guarded by failures.mu, as the next
	gone bool // removed
}

func (fs *failures) add(f *failure) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.kept) < maxFailures {
		f.kept = true
		fs.kept = append(fs.kept, f)
	} else {
		fs.more++
	}
}

// remove takes back a failure, because somebody has joined the task after all.
func (fs *failures) remove(f *failure) {
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

// stall keeps the error of a stall, which is always returned: that of the first one, and
// of the one after it, which names those that would not end.
func (fs *failures) stall(err error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.stops) < 2 {
		fs.stops = append(fs.stops, err)
	}
}

// forgot keeps that something was not closed, which only the collector has found.
func (fs *failures) forgot(err error) {
	if err == nil {
		return
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.forgotten) < maxFailures {
		fs.forgotten = append(fs.forgotten, err)
	}
}

// count returns how many there are.
func (fs *failures) count() int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return len(fs.kept) + fs.more
}

// join returns first, joined with what is there.
func (fs *failures) join(first error) error {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.kept) == 0 && fs.more == 0 && len(fs.stops) == 0 && len(fs.forgotten) == 0 {
		return first
	}
	all := make([]error, 0, len(fs.kept)+4)
	if first != nil {
		all = append(all, first)
	}
	all = append(all, fs.forgotten...)
	all = append(all, fs.stops...)
	for _, f := range fs.kept {
		all = append(all, withName(f.task, f.err))
	}
	if fs.more > 0 {
		all = append(all, fmt.Errorf("edo: and %d more tasks failed", fs.more))
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// withName returns err, which a task ended with, with the name of the task, unless err
// says it itself.
func withName(task string, err error) error {
	if _, ok := err.(*PanicError); ok || task == "" {
		return err
	}
	return fmt.Errorf("task %s: %w", task, err)
}
