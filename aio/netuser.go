package aio

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/gid"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/reuse"
	"github.com/edo-go/edo/internal/sched"
)

// A user waits for the operations of a net.Conn or net.Listener: in the function of a task, or
// on a goroutine that is no task.
type user struct {
	rt   *core.Runtime
	task *edo.Task // whose function may wait; nil: none
	err  error     // there is no runtime

	counts atomic.Int32 // see enter
}

// The states of counts. From uncounted a goroutine that is no task goes to counted, and from
// there Close to left, once.
const (
	uncounted int32 = iota
	counted
	left
)

// init makes u the user of what is made with s.
func (u *user) init(s edo.Spawner) {
	src := inside.Source(s)
	u.rt, u.err = src.Rt, src.Err
	u.task, _ = s.(*edo.Task)
}

var errSeeded = errors.New("aio: in the simulator a net.Conn or net.Listener serves the task alone that it was made with: a goroutine could not be replayed")

var netOps reuse.Pool[netOp, *netOp]

// await waits for op, and returns how many bytes it has moved.
func (u *user) await(op netOp) (int, error) {
	f := netOps.Get()
	*f = op
	_, err := awaitNet[int](u, f)
	n := f.n
	netOps.Put(f)
	return n, err
}

// awaitNet waits for f, which it borrows.
func awaitNet[T any](u *user, f edo.Future[T]) (v T, err error) {
	switch {
	case u.task != nil && inside.Task(u.task).IsHere():
		return edo.Await(u.task, f)
	case u.err != nil:
		return v, u.err
	case u.rt.Driver.Seeded():
		return v, errSeeded
	}
	u.enter()
	p := parkers.Get().(*parker)
	if p.rt != u.rt {
		p.rt, p.cx = u.rt, sched.NewContext(u.rt.Sched, &p.task)
	}
	v, err, reusable := parkUntilReady(p, f)
	if reusable {
		parkers.Put(p)
	}
	return v, err
}

// enter counts a goroutine that is no task among what may wake tasks, until leave.
func (u *user) enter() {
	if u.counts.Load() == uncounted && u.counts.CompareAndSwap(uncounted, counted) {
		u.rt.Sched.CountExternal(1)
	}
}

// leave is called once, by Close.
func (u *user) leave() {
	if u.counts.Swap(left) == counted {
		u.rt.Sched.CountExternal(-1)
	}
}

// clock returns the clock of the runtime, or nil.
func (u *user) clock() driver.Driver {
	if u.rt == nil {
		return nil
	}
	return u.rt.Driver
}

// A parker polls for a goroutine that is no task, and parks it in between. It is an external
// task of the scheduler, which stays active while no goroutine has it: a wake that comes late,
// from a wait that was given up, marks it as notified, and the next poll begins with that.
type parker struct {
	task  sched.Task
	cx    *sched.Context
	rt    *core.Runtime
	token chan struct{} // one token lets the goroutine go on
}

var parkers = sync.Pool{New: func() any {
	p := &parker{token: make(chan struct{}, 1)}
	p.task.InitExternal((*parkerBody)(p))
	return p
}}

// parkerBody is the side of a parker that the scheduler sees.
type parkerBody parker

func (b *parkerBody) Poll(*sched.Context) bool { panic("aio: a parked goroutine is not polled") }
func (b *parkerBody) Fail(any, []byte)         { panic("aio: a parked goroutine is not polled") }
func (b *parkerBody) Unpark()                  { b.token <- struct{}{} }

// parkUntilReady polls f until it is ready, and parks the goroutine in between. After the end
// of the runtime p may still be woken, and is not reusable.
func parkUntilReady[T any](p *parker, f edo.Future[T]) (v T, err error, reusable bool) {
	mayPark := false
	for {
		p.task.Resume()
		p.cx.SetBudget(sched.Budget)
		v, poll, err := f.Poll((*edo.Context)(p.cx))
		if poll == edo.Ready {
			return v, err, true
		}
		if !mayPark {
			if g := gid.Get(); core.Runtimes.AnyPollsOn(g) {
				return v, stopsWorker(p.rt, g), true
			}
			mayPark = true
		}
		if !p.task.Suspend() {
			continue
		}
		select {
		case <-p.token:
		case <-p.rt.Sched.Done():
			return v, edo.ErrShutdown, false
		}
	}
}

// stopsWorker is the error of an operation that would have to wait on a worker.
func stopsWorker(rt *core.Runtime, g uintptr) error {
	name := "a task of another runtime"
	if t := rt.Sched.PollingOn(g); t != nil {
		name = "task " + core.NameOf(t)
	}
	return fmt.Errorf("aio: a net.Conn or net.Listener that was not made with the Task of %s would stop its worker: give NetConn that Task, or use edo.Blocking", name)
}
