package edotest

import (
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// Task is a mock task. One goroutine at a time may poll with it; any goroutine may wake it.
type Task struct {
	task  sched.Task
	wakes atomic.Int64
	cx    *sched.Context
}

// NewTask returns a mock task that belongs to no runtime: the futures that it polls can wait
// for channels, not for timers or sockets.
func NewTask() *Task {
	t := &Task{}
	t.task.InitExternal((*body)(t))
	t.cx = sched.NewContext(nil, &t.task)
	t.cx.SettleAtEnd()
	t.task.Suspend()
	return t
}

// Enter calls fn with a context of t and a full budget, as a poll.
func (t *Task) Enter(fn func(cx *edo.Context)) {
	t.cx.SetBudget(sched.Budget)
	t.enter(fn)
}

// EnterWithBudget is Enter with a budget of n leaf operations.
func (t *Task) EnterWithBudget(n int, fn func(cx *edo.Context)) {
	t.cx.SetBudget(n)
	t.enter(fn)
}

func (t *Task) enter(fn func(cx *edo.Context)) { t.enterWith(t.cx, fn) }

func (t *Task) enterWith(cx *sched.Context, fn func(cx *edo.Context)) {
	t.task.Enter()
	defer func() {
		cx.Settle()
		for !t.task.Suspend() { // woken by its own poll, or during it
			t.wakes.Add(1)
		}
	}()
	fn((*edo.Context)(cx))
}

// Wakes returns how often t has been woken since it was made. Wakes that come
// while t polls count as one.
func (t *Task) Wakes() int { return int(t.wakes.Load()) }

// TakeWakes returns how often t has been woken since TakeWakes was called last.
func (t *Task) TakeWakes() int { return int(t.wakes.Swap(0)) }

// Waker returns the waker of t.
func (t *Task) Waker() (w edo.Waker) {
	return (*edo.Context)(t.cx).Waker()
}

// Poll polls f once, by t.
func Poll[T any](t *Task, f edo.Future[T]) (v T, p edo.Poll, err error) {
	t.Enter(func(cx *edo.Context) { v, p, err = f.Poll(cx) })
	return v, p, err
}

// PollNext polls s once, by t.
func PollNext[T any](t *Task, s edo.Stream[T]) (v T, p edo.Poll, err error) {
	t.Enter(func(cx *edo.Context) { v, p, err = s.PollNext(cx) })
	return v, p, err
}

// body is the side of a Task that the scheduler sees.
type body Task

func (b *body) Poll(*sched.Context) bool { panic("edotest: a mock task is polled by hand") }
func (b *body) Fail(any, []byte)         { panic("edotest: a mock task is polled by hand") }

// Unpark counts the wake, and makes the task idle again so that the next counts
// too.
func (b *body) Unpark() {
	b.wakes.Add(1)
	b.task.Resume()
	for !b.task.Suspend() {
		b.wakes.Add(1)
	}
}
