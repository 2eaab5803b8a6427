package lock

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal"
	"github.com/edo-go/edo/internal/own"
)

// Once is a value that is made when it is first asked for, by a function that may wait.
// The zero value has none yet. Any number of goroutines may use it at the same time.
// It must not be copied.
//
// One initialiser runs at a time, and the others wait for it. One that fails, panics or
// is cancelled leaves the Once as it was: the next that waits tries, with its own
// function. An initialiser must not ask for the value that it makes: it would wait for
// itself.
//
// Two may overlap in one case: when an [InitFuture] is dropped, a function in direct style
// inside of it ([edo.Async]) gets [edo.ErrCancelled] and runs on to its end, with its
// defers, and the next initialiser may begin before that. Where it matters, call
// [Once.GetOrInit] in direct style: it hands the turn on when fn has returned.
//
// The value stays the Once's; each caller gets a copy. A report names the task that
// initialises.
type Once[T any] struct {
	// The permit is the right to initialise. The permits are closed when there is a
	// value, which is not changed any more. So a goroutine that sees them closed may read it.
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

// GetOrInit returns the value, which fn makes if there is none: with the caller's task. It
// waits while another initialiser runs. The error is that of fn, or of the task,
// [edo.ErrCancelled] when it was asked to end before, or while it waited: also when
// there is a value, which [Once.Get] gives to a task that ends.
func (o *Once[T]) GetOrInit(task *edo.Task, fn func(task *edo.Task) (T, error)) (v T, err error) {
	if err := o.p.acquire(task, 1, 1, ofOnce); err == errRefused {
		return o.value, nil
	} else if err != nil {
		return v, err
	}
	made := false
	defer func() { // also when fn panics
		if !made {
			o.p.give(nil, 1, 1)
		}
	}()
	if v, err = fn(task); err != nil {
		var zero T
		return zero, err
	}
	made = true
	o.set(nil, v)
	return v, nil
}

// set makes v the value. The caller is the initialiser.
func (o *Once[T]) set(cx *edo.Context, v T) {
	o.value = v
	o.p.holder.clear()
	o.p.shut(cx)
}

// GetOrInitFuture returns [Once.GetOrInit] as a future, where fn makes the future that
// makes the value. fn is called when it is the turn of this initialiser, and not at all
// if there is a value by then.
//
// In direct style use [Once.GetOrInit]: an [edo.Await] that is cancelled leaves the future
// in line, or initialising, until it is dropped. See [Once] for a future with a function
// in direct style inside.
func (o *Once[T]) GetOrInitFuture(fn func() edo.Future[T]) *InitFuture[T] {
	f := &InitFuture[T]{o: o, fn: fn}
	f.r.ask(&o.p, 1, 1, ofOnce)
	return f
}

// InitFuture is the future of [Once.GetOrInitFuture]. It owns the future that makes the
// value. One task at a time waits for it: another one that comes while it is in line gets
// an [*edo.BusyError].
type InitFuture[T any] struct {
	r     request
	o     *Once[T]
	fn    func() edo.Future[T]
	made  own.Future[T]
	turns bool // it is the initialiser
}

var errNilFuture = errors.New("lock: a function for a Once returned a nil future")

// Poll is Ready with the value, or with the error of the initialiser.
func (f *InitFuture[T]) Poll(cx *edo.Context) (v T, p edo.Poll, err error) {
	if !f.turns {
		_, p, err := f.r.Poll(cx)
		switch {
		case p == edo.Pending:
			return v, p, nil
		case err == errRefused:
			return f.o.value, p, nil
		case err != nil:
			return v, p, err
		}
		f.turns = true
	} else {
		f.o.p.holder.moved(cx.Internal(internal.Key{}).Root())
	}
	waits := false
	defer func() { // also when the function or its future panics
		if !waits {
			f.end()
		}
	}()
	if !f.made.Held() {
		made := f.fn()
		if made == nil {
			return v, edo.Ready, errNilFuture
		}
		f.made.Hold(made)
	}
	v, p, err = f.made.Poll(cx)
	switch {
	case p == edo.Pending:
		waits = true
	case p == edo.End:
		p, err = edo.Ready, fmt.Errorf("lock: a future for a Once returned End")
	case err == nil:
		f.turns = false
		f.o.set(cx, v)
	}
	return v, p, err
}

// end ends the turn of this initialiser without a value, and lets the next try.
func (f *InitFuture[T]) end() {
	defer func() {
		if f.turns {
			f.turns = false
			f.o.p.give(nil, 1, 1)
		}
	}()
	f.made.Drop()
}

// Drop gives up: it leaves the line, or drops the future that makes the value, and the
// next that waits tries. Work that the dropped future still does may overlap with the next
// initialiser: see [Once].
func (f *InitFuture[T]) Drop() {
	f.r.drop()
	f.end()
}
