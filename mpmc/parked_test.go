package mpmc_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
)

// parked is a task that a plain goroutine drives: it sleeps while the task waits.
type parked struct {
	task sched.Task
	cx   *sched.Context
	wake chan struct{}
}

func newParked() *parked {
	p := &parked{wake: make(chan struct{}, 1)}
	p.task.InitExternal((*parkedBody)(p))
	p.cx = sched.NewContext(nil, &p.task)
	return p
}

// turn gives poll, which has been pending, another turn when that may help.
func (p *parked) turn() {
	p.cx.Settle()
	if p.task.Suspend() {
		<-p.wake
		p.task.Resume()
	}
	p.cx.SetBudget(sched.Budget)
}

// await polls f until it is ready.
func await[T any](p *parked, f edo.Future[T]) (T, error) {
	for {
		if v, poll, err := f.Poll((*edo.Context)(p.cx)); poll != edo.Pending {
			return v, err
		}
		p.turn()
	}
}

type parkedBody parked

func (b *parkedBody) Poll(*sched.Context) bool { panic("polled by hand") }
func (b *parkedBody) Fail(any, []byte)         { panic("polled by hand") }
func (b *parkedBody) Unpark()                  { b.wake <- struct{}{} }
