package stream

import "github.com/edo-go/edo"

// Forward gives sink all values of src, and then closes sink: it is [SendAll] that owns both.
// While sink has no room it does not poll src: back-pressure reaches the source. At the first
// error, of src or of sink, it drops both.
//
//edo:step ForwardStep
func Forward[T any](task *edo.Task, sink edo.Sink[T], src Stream[T]) error {
	f := newForward(sink, src)
	defer f.Drop()
	_, err := edo.Await(task, f)
	return err
}

// ForwardStep is the step form of [Forward].
func ForwardStep[T any](task *edo.Task, st *edo.Step, sink edo.Sink[T], src Stream[T]) (done bool, err error) {
	f := edo.StepState[forwardFuture[T]](st)
	if f == nil {
		f = newForward(sink, src)
	}
	st.Set(nil)
	waits := false
	defer func() {
		if waits {
			st.Set(f)
		} else {
			f.Drop()
		}
	}()
	done, _, err = edo.AwaitStep(task, f)
	waits = !done
	return done, err
}

// ForwardFuture is [Forward] as a future.
func ForwardFuture[T any](sink edo.Sink[T], src Stream[T]) edo.Future[edo.Unit] {
	return newForward(sink, src)
}

func newForward[T any](sink edo.Sink[T], src Stream[T]) *forwardFuture[T] {
	return &forwardFuture[T]{sink: sink, send: sendAllFuture[T]{sink: sink, src: source(src), closes: true}}
}

type forwardFuture[T any] struct {
	sink    edo.Sink[T] // nil: ended or dropped
	send    sendAllFuture[T]
	isClose bool // src has ended
}

func (f *forwardFuture[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.sink == nil {
		return polledAgain[edo.Unit](cx)
	}
	if !f.isClose {
		if _, p, err := f.send.Poll(cx); p != edo.Ready || err != nil {
			if p == edo.Ready {
				f.Drop()
			}
			return edo.Unit{}, p, err
		}
		f.isClose = true
	}
	p, err := f.sink.PollClose(cx)
	if p == edo.Ready {
		f.Drop()
	}
	return edo.Unit{}, p, err
}

func (f *forwardFuture[T]) Drop() {
	sink := f.sink
	f.sink = nil
	defer edo.Drop(sink)
	f.send.Drop()
}
