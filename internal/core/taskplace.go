package core

import (
	"unsafe"

	"github.com/edo-go/edo/internal/coro"
	"github.com/edo-go/edo/internal/sched"
)

// A Task is the beginning of one of three objects. A million tasks of compiled functions may wait, so
// theirs has no field that it can do without.
//
//	FrameTask  lies behind the Head of the function's own task: no pointer to that is needed
//	StackTask  of a function with a stack of its own, a coroutine or a goroutine
//	PartTask   a StackTask of a function that may be a part of its task
type place uint8

const (
	alone place = iota // the zero Task
	inFrameTask
	inStackTask
	inPartTask
)

// FrameTask is the Task of a compiled function that is the whole of its task. The Head of the task
// lies before it in the same object.
type FrameTask struct{ Task }

// Init makes t the Task of the task whose Head lies before it.
func (t *FrameTask) Init() { t.place, t.IsWhole = inFrameTask, true }

// StackTask is the Task of a function with a stack of its own.
type StackTask struct {
	Task
	head   *sched.Task
	coro   *coro.Coro
	region *Region
}

// Init makes t the Task of a function that is the whole of its task.
func (t *StackTask) Init() { t.place, t.IsWhole = inStackTask, true }

// PartTask is the Task of a function that may be a part of its task: it keeps the function
// that it is named after. The function of any other Task is that of the body of its task.
type PartTask struct {
	StackTask
	Fn any
}

// Init makes t the Task of fn.
func (t *PartTask) Init(fn any) { t.Fn, t.place = fn, inPartTask }

// stack is the StackTask that t begins.
func (t *Task) stack() *StackTask { return (*StackTask)(unsafe.Pointer(t)) }

// function returns the function that t is named after.
func (t *Task) function() any {
	if t.place == inPartTask {
		return (*PartTask)(unsafe.Pointer(t)).Fn
	}
	if h := t.Head(); h != nil {
		if n, ok := h.Body().(Named); ok {
			return n.Function()
		}
	}
	return nil
}

// Head returns the task that polls the function: nil before it starts.
func (t *Task) Head() *sched.Task {
	switch {
	case t.place >= inStackTask:
		return t.stack().head
	case t.place == inFrameTask && t.IsFrame:
		return &(*Head)(unsafe.Add(unsafe.Pointer(t), -int(unsafe.Sizeof(Head{})))).Task
	}
	return nil
}

// SetHead sets the task that polls the function, before that starts.
func (t *StackTask) SetHead(head *sched.Task) { t.head = head }

// Coro returns the coroutine that the function runs on. It is nil for a goroutine of its own, and for
// a frame that has not borrowed one.
func (t *Task) Coro() *coro.Coro {
	switch {
	case t.place >= inStackTask:
		return t.stack().coro
	case t.rare != nil:
		return t.rare.coro
	}
	return nil
}

// SetCoro sets the coroutine that the function runs on.
func (t *Task) SetCoro(c *coro.Coro) {
	if t.place >= inStackTask {
		t.stack().coro = c
	} else {
		t.rarely().coro = c
	}
}

// Region returns the innermost region that the function is in, or nil.
func (t *Task) Region() *Region {
	switch {
	case t.place >= inStackTask:
		return t.stack().region
	case t.rare != nil:
		return t.rare.region
	}
	return nil
}

// SetRegion sets the innermost region that the function is in.
func (t *Task) SetRegion(r *Region) {
	if t.place >= inStackTask {
		t.stack().region = r
	} else {
		t.rarely().region = r
	}
}
