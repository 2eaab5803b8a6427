package core

import (
	"errors"
	"sync/atomic"

	"github.com/edo-go/edo/internal/carried"
	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/sched"
)

// Extra is what few tasks have. The spawner fills it in; then the worker that polls the
// task writes it, except for what has a lock.
type Extra struct {
	Name     string         // given by an option; not changed any more
	kept     name           // kept from the future, when that is released
	Err      error          // what the task has failed with
	labels   carried.Labels // of the spawner, unless the task has them already
	owned    []Dropper
	nested   nested
	contexts contexts
	values   *values
	bonds    Bond  // a list; most tasks have none
	life     *Life // of the host that the task belongs to; nil: to none

	failed       bool // a poll did not return; the future must not be polled again
	isFirst      bool // it is the first task of its life
	keepsLife    bool // its life ends no sooner than the task
	IsMain       bool // Run returns its error itself
	Daemon       bool // Run does not wait for it
	panicTold    bool // Config.OnPanic was told of its panics
	ErrorIsAbort bool // the task was asked to end, and the error says no more than that

	failure  *failure
	rethrown *coro.Late             // the panic that was passed on
	origin   atomic.Pointer[origin] // with Config.Trace; reports may ask for it from the start
}

// Dropper is an edo.Dropper.
type Dropper interface{ Drop() }

// A SpawnOption changes what one spawn makes, edo.SpawnOption. It has one of the two.
type SpawnOption struct {
	Apply func(*Extra)
	Bond  Bond // of one task
}

// Apply makes a task that is not yet spawned what o says.
func (x *Extra) Apply(o SpawnOption) {
	if o.Bond != nil {
		x.AddBond(o.Bond)
	}
	if o.Apply != nil {
		o.Apply(x)
	}
}

// Own makes the task own handles: they are dropped when it ends.
func (x *Extra) Own(handles ...Dropper) { x.owned = append(x.owned, handles...) }

// IsOrdinary reports of a task, which may have no extra, that its future is to be polled
// before anything else.
func (x *Extra) IsOrdinary() bool {
	return x == nil || !x.failed && x.labels == nil && !x.nested.dropped.Load()
}

// IsDaemon reports of a task, which may have no extra, whether it is a daemon.
func (x *Extra) IsDaemon() bool { return x != nil && x.Daemon }

// Fail adds err to what the task has failed with.
func (x *Extra) Fail(err error) {
	if x.Err != nil {
		err = errors.Join(x.Err, err)
	}
	x.Err = err
}

// takeOwned takes the next owned handle out.
func (x *Extra) takeOwned() Dropper {
	d := x.owned[0]
	x.owned[0] = nil
	x.owned = x.owned[1:]
	return d
}

// CancelContexts ends the contexts of the functions of the task, which was cancelled. x may
// be nil.
func (x *Extra) CancelContexts() {
	if x != nil {
		x.contexts.cancel()
	}
}

// drop drops v when it is a [Dropper].
func drop(v any) {
	if d, ok := v.(Dropper); ok {
		d.Drop()
	}
}

// RuntimeOf returns the runtime of a poll, or nil for a mock task.
func RuntimeOf(cx *sched.Context) *Runtime {
	if cx.Runtime() == nil {
		return nil
	}
	rt, _ := cx.Runtime().Owner().(*Runtime)
	return rt
}
