package lease

import (
	"time"

	"github.com/edo-go/edo"
)

// ending is the end of a lease, as a future.
type ending struct {
	l      *Lease
	isOver bool // its future was ready, or was dropped
	toEnd  bool // it waits until the broker knows, and not only until the lease is not held
	seat   seat
}

// Waits names the lease.
func (e *ending) Waits(*edo.Context) edo.Wait {
	if e.toEnd {
		return edo.Wait{On: e.l.on("the confirmation of the release"), Until: e.l.Deadline(), Outside: true}
	}
	return edo.Wait{On: e.l.on("the loss"), Outside: true}
}

// Poll is ready when the lease has ended.
func (e *ending) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if !cx.Proceed(e) {
		return edo.Unit{}, edo.Pending, nil
	}
	k := e.l.k
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case e.isOver:
		return edo.Unit{}, edo.Ready, errPolledAgain
	case e.l.state == over || e.l.state == releasing && !e.toEnd:
		e.leave()
		return edo.Unit{}, edo.Ready, nil
	}
	e.l.seats[&e.seat] = struct{}{}
	if err := e.seat.take(k, cx, e); err != nil {
		return edo.Unit{}, edo.Ready, err
	}
	return edo.Unit{}, edo.Pending, nil
}

// leave ends the wait; mu is locked.
func (e *ending) leave() {
	e.isOver, e.seat.waker = true, edo.Waker{}
	delete(e.l.seats, &e.seat)
}

// Drop does not wait any more.
func (e *ending) Drop() {
	e.l.k.mu.Lock()
	defer e.l.k.mu.Unlock()
	e.leave()
}

// Lost waits until the lease is not held any more, because it is lost, or was released: [Lease.Err]
// says which. The error is [edo.ErrCancelled] when the task was cancelled while it waited.
//
//edo:step LostStep
func (l *Lease) Lost(task *edo.Task) error {
	e := &ending{l: l}
	defer e.Drop()
	_, err := edo.Await(task, edo.Future[edo.Unit](e))
	return err
}

// LostStep is the step form of [Lease.Lost].
func (l *Lease) LostStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	return endingStep(task, st, func() *ending { return &ending{l: l} })
}

// LostFuture is [Lease.Lost] as a future.
func (l *Lease) LostFuture() edo.Future[edo.Unit] { return &ending{l: l} }

// Release gives the lease back, and waits until the broker knows that, or until its time is up. The
// error is nil when it was held until then, and a [*LostError] when it was lost; a second Release
// returns what the first one does. Cancelled while it waits, it gives the lease back all the same.
//
//edo:step ReleaseStep
func (l *Lease) Release(task *edo.Task) error {
	l.Drop()
	e := &ending{l: l, toEnd: true}
	defer e.Drop()
	if _, err := edo.Await(task, edo.Future[edo.Unit](e)); err != nil {
		return err
	}
	return l.loss()
}

// ReleaseStep is the step form of [Lease.Release].
func (l *Lease) ReleaseStep(task *edo.Task, st *edo.Step) (done bool, err error) {
	done, err = endingStep(task, st, func() *ending {
		l.Drop()
		return &ending{l: l, toEnd: true}
	})
	if done && err == nil {
		err = l.loss()
	}
	return done, err
}

// ReleaseFuture is [Lease.Release] as a future. It begins at once. Its error says nothing of a loss.
func (l *Lease) ReleaseFuture() edo.Future[edo.Unit] {
	l.Drop()
	return &ending{l: l, toEnd: true}
}

// loss returns the LostError of a lease that was lost before it was released.
func (l *Lease) loss() error {
	l.k.mu.Lock()
	defer l.k.mu.Unlock()
	if lost, ok := l.err.(*LostError); ok {
		return lost
	}
	return nil
}

// endingStep waits for the ending that begin makes.
func endingStep(task *edo.Task, st *edo.Step, begin func() *ending) (done bool, err error) {
	e := edo.StepState[ending](st)
	if e == nil {
		e = begin()
		st.Set(e)
	}
	if done, _, err = edo.AwaitStep(task, edo.Future[edo.Unit](e)); done {
		st.Set(nil)
		e.Drop()
	}
	return done, err
}

// restOf returns how long a task rests that waits for a lease without news of it.
func restOf(ttl time.Duration) time.Duration { return ttl + time.Second }
