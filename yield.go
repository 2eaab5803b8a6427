package edo

// Yield lets the other runnable tasks run, and timers and I/O that are due be seen
// to, before this one goes on. It returns an error only when the task was cancelled
// or is not the caller's.
func Yield(task *Task) error {
	if err := task.enter(); err != nil {
		return err
	}
	task.cx.in().Yield()
	return task.suspend()
}

// YieldFuture is [Yield] as a future.
func YieldFuture() Future[Unit] { return &yield{} }

type yield struct{ done bool }

func (y *yield) Poll(cx *Context) (Unit, Poll, error) {
	if y.done {
		return Unit{}, Ready, nil
	}
	y.done = true
	cx.Yield()
	return Unit{}, Pending, nil
}
