package codec

import "github.com/edo-go/edo"

// phase is where the call of a Send or Feed waits. Nothing else has to be remembered, so all
// calls share these. A zero Step is that of a call that waits for budget, or has not begun.
type phase byte

var (
	needsRoom phase = 1
	flushes   phase = 2
)

// RecvStep is the step form of [Framed.Recv].
func (f *Framed[In, Out]) RecvStep(task *edo.Task) (done bool, frame In, err error) {
	if done, frame, err = edo.AwaitStep(task, f.RecvFuture()); done {
		f.rx.end(err, (*framedSource[In, Out])(f))
	}
	return done, frame, err
}

// SendStep is the step form of [Framed.Send].
func (f *Framed[In, Out]) SendStep(task *edo.Task, st *edo.Step, frame Out) (done bool, err error) {
	return f.outlet().sendStep(task, st, frame)
}

// FeedStep is the step form of [Framed.Feed].
func (f *Framed[In, Out]) FeedStep(task *edo.Task, st *edo.Step, frame Out) (done bool, err error) {
	return f.outlet().feedStep(task, st, frame)
}

// sendStep is the step form of send.
func (o outlet[Out]) sendStep(task *edo.Task, st *edo.Step, frame Out) (done bool, err error) {
	if edo.StepState[phase](st) != &flushes {
		if done, err = o.feedStep(task, st, frame); !done || err != nil {
			return done, err
		}
	}
	st.Set(nil) // also when the connection panics
	if done, _, err = edo.AwaitStep(task, o.flush); !done {
		st.Set(&flushes)
		return false, nil
	}
	return true, o.end(err)
}

// feedStep is the step form of feed.
func (o outlet[Out]) feedStep(task *edo.Task, st *edo.Step, frame Out) (done bool, err error) {
	if edo.StepState[phase](st) == nil {
		if done, err = task.ProceedStep(nil); !done || err != nil {
			return done, err
		}
		if isFed, err := tryFeed(o.sender, o.encoder, frame); isFed {
			return true, err
		}
	}
	st.Set(nil) // also when the connection panics
	if done, _, err = edo.AwaitStep(task, o.ready); !done {
		st.Set(&needsRoom)
		return false, nil
	}
	if err != nil {
		return true, o.end(err)
	}
	return true, startSend(o.sender, o.encoder, frame)
}

// FlushStep is the step form of [Framed.Flush].
func (f *Framed[In, Out]) FlushStep(task *edo.Task) (done bool, err error) {
	if done, _, err = edo.AwaitStep(task, f.FlushFuture()); done {
		f.tx.end(err, (*framedSink[In, Out])(f))
	}
	return done, err
}

// CloseStep is the step form of [Framed.Close].
func (f *Framed[In, Out]) CloseStep(task *edo.Task) (done bool, err error) {
	if done, _, err = edo.AwaitStep(task, f.CloseFuture()); done {
		f.tx.end(err, (*framedSink[In, Out])(f))
	}
	return done, err
}
