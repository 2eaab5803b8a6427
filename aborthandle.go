package edo

import "github.com/edo-go/edo/internal/sched"

// AbortHandle aborts one task, and says how it is. It is a small value: copy it, and
// compare it; two are equal when they are of the same task. It works after the
// [JoinHandle] was let go of, and from any goroutine. It keeps the memory of the
// task, with its result. The zero AbortHandle is of a task that has ended.
type AbortHandle struct{ t *sched.Task }

// AbortHandle returns the handle to abort the task with.
func (h *JoinHandle[T]) AbortHandle() AbortHandle { return AbortHandle{&h.task} }

// Abort asks the task to end, as [JoinHandle.Abort] does.
func (a AbortHandle) Abort() {
	if a.t != nil {
		a.t.Cancel()
	}
}

// Finished says whether the task has ended and its handle has resolved.
func (a AbortHandle) Finished() bool {
	return a.t == nil || a.t.Body().(interface{ finished() bool }).finished()
}

// Name returns what [JoinHandle.Name] does.
func (a AbortHandle) Name() string {
	switch {
	case a.t == nil:
		return "(none)"
	case a.Finished():
		return taskName(a.t)
	}
	return describe(a.t)
}

func (b *blockingBody[T]) finished() bool { return b.handle.Finished() }
