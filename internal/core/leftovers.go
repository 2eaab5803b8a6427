package core

import (
	"errors"
	"fmt"

	"github.com/edo-go/edo/internal/carried"
)

// What a task leaves on a goroutine must not be there when the next one comes: the
// labels of the profiler, a thread that is locked, debug.SetPanicOnFault. A task begins
// with the labels of its spawner, as a goroutine does, and an Async with those of the
// task that starts it. Workers have none.
//
//	runs on                  has labels           is cleared
//	a coroutine              from when it begins  when it ends, by coro or by directRunner.next
//	a worker, in a poll      during the poll      after it, when there is anything
//	a goroutine of its own   its own              ends with it
//
// Labels and SetPanicOnFault are taken off in silence. A thread that was left locked is
// the task's error: it is unlocked, and may be in another namespace, or have another
// context of a library, than its next user expects.

var errLocked = errors.New("left its thread locked (runtime.LockOSThread): unlock it before returning, or use Blocking, whose thread ends with its function. It has been unlocked, and others go on with it as it is")

// clearLeftovers takes what a task has left off the calling goroutine. A lock is an error.
func clearLeftovers(name func() string) error {
	if carried.Clear() {
		return fmt.Errorf("edo: task %s %w", name(), errLocked)
	}
	return nil
}

// ClearPolled is clearLeftovers after a poll of the task of h, which came to ended and err.
// A poll that has left its thread locked is the last.
func (h *Head) ClearPolled(ended bool, err error) (bool, error) {
	locked := clearLeftovers(func() string { return NameOf(&h.Task) })
	switch {
	case locked == nil:
		return ended, err
	case !ended:
		return true, locked
	}
	return true, errors.Join(err, locked)
}

// SetLabels gives a task that is not yet spawned the labels of its spawner, or none. Most
// spawners have none.
func (x *Extra) SetLabels(l carried.Labels) { x.labels = l }

// KeepLabels keeps the labels of the profiler that the frame of h has on the worker's goroutine
// when it waits. In direct style they stay on the goroutine of the function.
func (h *Head) KeepLabels() {
	l := carried.LabelsHere()
	if x := h.extra.Load(); x != nil {
		x.labels = l
	} else if l != nil {
		h.MakeExtra().labels = l
	}
}
