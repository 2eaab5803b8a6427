package edo

import (
	"sync"
	"unsafe"

	"github.com/edo-go/edo/internal/core"
)

// A function value that waits has one entry, and two ways to run: as it was written, on a coroutine,
// and by steps. The caller says which, in the context of the poll:
//
//  1. edo build makes a function that is used as a value begin with TakeStep, and wraps the value
//     in Stepper, which notes the address of its code.
//  2. A compiled caller asks with AskStep. For a function that was noted it leaves the Step of
//     the call in the context, and the caller calls the function at once.
//  3. The function takes the Step, makes one step with the frame in it, and returns. The results
//     count if HasStepped says that the call is done.
//
// A function that was not noted would never take the Step, so it is not asked: it runs on a
// coroutine, see BorrowStep.

// steppers are the addresses of the code of functions that begin with TakeStep.
var steppers sync.Map // uintptr → struct{}

// codeOf returns the address of the code of fn, a function; 0 for nil.
func codeOf[F any](fn F) uintptr {
	closure := *(*unsafe.Pointer)(unsafe.Pointer(&fn))
	if closure == nil {
		return 0
	}
	return *(*uintptr)(closure)
}

// Stepper returns fn, a function that begins with [TakeStep]. Programs do not use it: see
// docs/stackless.md.
func Stepper[F any](fn F) F {
	code := codeOf(fn)
	if _, known := steppers.Load(code); !known {
		steppers.Store(code, struct{}{})
	}
	return fn
}

// Called returns fn, a function that has another name in the source than in the program: a literal of
// a compiled function lies in the Poll of its frame. Programs do not use it.
func Called[F any](fn F, name string) F {
	core.CallFunction(codeOf(fn), name)
	return fn
}

// AskStep reports whether fn makes a step when it is called next, with task. It keeps its state in
// s. Programs do not use it.
func AskStep[F any](task *Task, s *Step, fn F) bool {
	switch s.state.(type) {
	case nil: // the call begins
		if _, known := steppers.Load(codeOf(fn)); !known {
			return false
		}
	case *core.Borrowed:
		return false
	}
	task.in().Cx.Ask(s)
	return true
}

// TakeStep returns the Step of the call that asks for a step, or nil: the call is to run as it is
// written. So it is for another goroutine than that of the task, which uses the Task wrongly.
// Programs do not use it.
func TakeStep(task *Task) *Step {
	if task == nil || !task.in().IsHere() || task.in().Cx == nil {
		return nil
	}
	s, _ := task.in().Cx.TakeAsked().(*Step)
	return s
}

// Frames are frames of one compiled function that is called as a value. Such a call begins often, and
// seldom waits, so a frame is used again. The zero Frames has none. Programs do not use it.
type Frames[F any] struct{ unused sync.Pool }

// Get returns a zero frame.
func (p *Frames[F]) Get() *F {
	if f, ok := p.unused.Get().(*F); ok {
		return f
	}
	return new(F)
}

// Put takes the frame of a call that is done, and forgets what it refers to.
func (p *Frames[F]) Put(f *F) {
	var zero F
	*f = zero
	p.unused.Put(f)
}

// HasStepped reports whether the call that keeps its state in s is done. Programs do not use it.
func HasStepped(s *Step) (done bool) { return s.state == nil }
