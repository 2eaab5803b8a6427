package chantest

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// GoroutineTask is a task that a plain goroutine drives: the goroutine sleeps while the
// task waits. Stress tests use it, to run without a scheduler.
type GoroutineTask struct {
	task sched.Task
	cx   *sched.Context
	wake chan struct{}
}

// NewGoroutineTask returns a task for the goroutine that calls it.
func NewGoroutineTask() *GoroutineTask {
	g := &GoroutineTask{wake: make(chan struct{}, 1)}
	g.task.InitExternal((*goroutineBody)(g))
	g.cx = sched.NewContext(nil, &g.task)
	return g
}

// Context returns the context to poll with.
func (g *GoroutineTask) Context() *edo.Context { return (*edo.Context)(g.cx) }

// Park follows a poll that was pending. It sleeps until the task is woken, and refills
// the budget.
func (g *GoroutineTask) Park() {
	g.cx.Settle()
	if g.task.Suspend() {
		<-g.wake
		g.task.Resume()
	}
	g.cx.SetBudget(sched.Budget)
}

// Await polls f until it is ready.
func Await[T any](g *GoroutineTask, f edo.Future[T]) (T, error) {
	for {
		if v, p, err := f.Poll(g.Context()); p != edo.Pending {
			return v, err
		}
		g.Park()
	}
}

// goroutineBody is the side of a GoroutineTask that the scheduler sees.
type goroutineBody GoroutineTask

func (b *goroutineBody) Poll(*sched.Context) bool { panic("polled by hand") }
func (b *goroutineBody) Fail(any, []byte)         { panic("polled by hand") }
func (b *goroutineBody) Unpark()                  { b.wake <- struct{}{} }
