package lock

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Once is a value that is made by the first call that needs it, with a function that may
// wait. The zero value has none yet. Any number of goroutines may use it at the same time.
// It must not be copied.
//
// One initialiser runs at a time, and the others wait for it. An initialiser that fails,
// panics or is cancelled leaves the Once as it was: the next waiter tries, with its own
// function. An initialiser must not ask for the value that it makes: it would wait for
// itself.
//
// Two initialisers may overlap in one case: when an [InitFuture] is dropped, a function in
// direct style inside it ([edo.Async]) gets [edo.ErrCancelled] and runs to its end, with
// its defers, and the next initialiser may begin before that. Where this matters, call
// [Once.GetOrInit] in direct style: there the next initialiser begins after fn has
// returned.
//
// The value stays in the Once; each caller gets a copy. A report names the task that
// initialises.
type Once[T any] struct {
	// The one permit is the right to initialise. The permits are closed after value was
	// stored, which does not change any more: so a goroutine that sees them closed may read
	// it.
	p     permits
	value T
}

// Get returns the value, if there is one. It never waits, and costs a load.
func (o *Once[T]) Get() (v T, ok bool) {
	if !o.p.isClosed() {
		return v, false
	}
	return o.value, true
}

// GetOrInit returns the value. If there is none, fn makes it, with the caller's task. It
// waits while another initialiser runs. The error is that of fn, or of the task:
// [edo.ErrCancelled] when the task was cancelled before, or while it waited. That is so
// also when there is a value, which a cancelled task gets by [Once.Get].
//
//edo:step GetOrInitStep
func (o *Once[T]) GetOrInit(task *edo.Task, fn func(task *edo.Task) (T, error)) (v T, err error) {
	if err := o.p.acquire(task, 1, 1, ofOnce); err == errRefused {
		return o.value, nil
	} else if err != nil {
		return v, err
	}
	hasValue := false
	defer func() { // also when fn panics
		if !hasValue {
			o.p.release(nil, 1, 1)
		}
	}()
	if v, err = fn(task); err != nil {
		var zero T
		return zero, err
	}
	hasValue = true
	o.setValue(nil, v)
	return v, nil
}

// GetOrInitStep is the step form of [Once.GetOrInit]; fn is a step form too. The step keeps the
// request in the queue, and after that, in an allocation, the step of fn.
func (o *Once[T]) GetOrInitStep(task *edo.Task, st *edo.Step, fn func(task *edo.Task, st *edo.Step) (done bool, v T, err error)) (done bool, v T, err error) {
	init := edo.StepState[initStep](st)
	if init == nil {
		if done, err = o.p.acquireStep(task, st, 1, 1, ofOnce); !done {
			return false, v, nil
		} else if err == errRefused {
			return true, o.value, nil
		} else if err != nil {
			return true, v, err
		}
		init = &initStep{}
		st.Set(init)
	}
	goesOn, hasValue := false, false
	defer func() { // also when fn panics
		if goesOn {
			return
		}
		st.Set(nil)
		if !hasValue {
			o.p.release(nil, 1, 1)
		}
	}()
	if done, v, err = fn(task, &init.fn); !done || err != nil {
		goesOn = !done
		var zero T
		return done, zero, err
	}
	hasValue = true
	o.setValue(nil, v)
	return true, v, nil
}

// initStep is an initialiser that runs, as a step.
type initStep struct{ fn edo.Step }

// setValue stores v as the value. The caller is the initialiser.
func (o *Once[T]) setValue(cx *edo.Context, v T) {
	o.value = v
	o.p.holder.clear()
	o.p.close(cx)
}

// GetOrInitFuture returns [Once.GetOrInit] as a future, where fn returns the future that
// makes the value. fn is called when this initialiser may begin, and not at all if there is
// a value by then.
//
// In direct style use [Once.GetOrInit]: an [edo.Await] that is cancelled leaves the future
// in the queue, or initialising, until it is dropped. See [Once] for a future with a
// function in direct style inside.
func (o *Once[T]) GetOrInitFuture(fn func() edo.Future[T]) *InitFuture[T] {
	f := &InitFuture[T]{o: o, fn: fn}
	f.r.start(&o.p, 1, 1, ofOnce)
	return f
}

// InitFuture is the future of [Once.GetOrInitFuture]. It owns the future that makes the
// value. One task at a time waits for it: a second one that comes while it is in the queue
// gets an [*edo.BusyError].
type InitFuture[T any] struct {
	r             request
	o             *Once[T]
	fn            func() edo.Future[T]
	init          own.Future[T] // what fn returned
	isInitialiser bool
}

var errNilFuture = errors.New("lock: a function for a Once returned a nil future")

// Poll is Ready with the value, or with the error of the initialiser.
func (f *InitFuture[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	// Wait for the right to initialise, or for the value of another initialiser.
	if !f.isInitialiser {
		_, p, err := f.r.Poll(cx)
		switch {
		case p == edo.Pending:
			return v, p, nil
		case err == errRefused:
			return f.o.value, p, nil
		case err != nil:
			return v, p, err
		}
		f.isInitialiser = true
	} else {
		f.o.p.holder.setTask((*sched.Context)(cx).Root())
	}
	// Call fn once, and poll its future. Unless that goes on waiting, this turn ends.
	goesOn := false
	defer func() { // also when fn or its future panics
		if !goesOn {
			f.endTurn()
		}
	}()
	if !f.init.Held() {
		init := f.fn()
		if init == nil {
			return v, edo.Ready, errNilFuture
		}
		f.init.Hold(init)
	}
	v, p, err = f.init.Poll(cx)
	switch {
	case p == edo.Pending:
		goesOn = true
	case p == edo.End:
		p, err = edo.Ready, fmt.Errorf("lock: a future for a Once returned End")
	case err == nil:
		f.isInitialiser = false
		f.o.setValue(cx, v)
	}
	return v, p, err
}

// endTurn drops the future that makes the value. If f is the initialiser still, there is no
// value, and the next waiter tries.
func (f *InitFuture[T]) endTurn() {
	defer func() {
		if f.isInitialiser {
			f.isInitialiser = false
			f.o.p.release(nil, 1, 1)
		}
	}()
	f.init.Drop()
}

// Drop gives up: it leaves the queue, or drops the future that makes the value, and the
// next waiter tries. Work that the dropped future still does may overlap with the next
// initialiser: see [Once].
func (f *InitFuture[T]) Drop() {
	f.r.Drop()
	f.endTurn()
}
