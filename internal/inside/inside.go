// Package inside leads edo's own packages from the public types of package edo to their
// inside, which a program cannot reach. An [edo.Task], an [edo.Runtime], an
// [edo.SpawnOption] and an [edo.Waker] have one field each, the inside, and so the same layout. A test of
// package edo states that.
package inside

import (
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/sched"
)

// Task returns the inside of task.
func Task(task *edo.Task) *core.Task { return (*core.Task)(unsafe.Pointer(task)) }

// PublicTask returns t as a program sees it.
func PublicTask(t *core.Task) *edo.Task { return (*edo.Task)(unsafe.Pointer(t)) }

// Context returns the context of the current poll of task. It is valid until the function
// suspends, after Proceed or Await has returned nil.
func Context(task *edo.Task) *edo.Context {
	return (*edo.Context)((*core.Task)(unsafe.Pointer(task)).Cx)
}

// WakerTask returns the task that w wakes; nil: none.
func WakerTask(w edo.Waker) *sched.Task { return *(**sched.Task)(unsafe.Pointer(&w)) }

// WakerOf returns the waker of t; that of nil wakes no task.
func WakerOf(t *sched.Task) edo.Waker { return *(*edo.Waker)(unsafe.Pointer(&t)) }

// Runtime returns the inside of rt.
func Runtime(rt *edo.Runtime) *core.Runtime { return (*core.Runtime)(unsafe.Pointer(rt)) }

// SpawnOption returns o as a program sees it.
func SpawnOption(o core.SpawnOption) edo.SpawnOption {
	return *(*edo.SpawnOption)(unsafe.Pointer(&o))
}

// Source returns where s spawns from.
func Source(s edo.Spawner) core.Source { return core.Hooks.Source(s) }

// Driver returns the driver of the runtime of s, or an error if there is nothing to spawn
// on.
func Driver(s edo.Spawner) (driver.Driver, error) {
	src := Source(s)
	if src.Err != nil {
		return nil, src.Err
	}
	return src.Rt.Driver, nil
}
