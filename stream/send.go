package stream

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Send waits until sink has room for v, gives it v, and waits until sink has passed it on. It
// borrows sink and owns v: if sink does not accept v, because sink has failed or the task was
// cancelled, Send drops v. It allocates nothing.
//
//edo:step SendStep
func Send[T any](task *edo.Task, sink edo.Sink[T], v T) error {
	held := own.HoldValue(v)
	defer held.Drop() // if sink does not accept it
	w := sinkWaits.Get().(*sinkWait)
	defer w.recycle()
	w.sink = sink

	if _, err := edo.Await(task, w); err != nil {
		return err
	}
	if err := startSend(sink, &held); err != nil {
		return err
	}
	w.flushes = true
	_, err := edo.Await(task, w)
	return err
}

// SendStep is the step form of [Send].
func SendStep[T any](task *edo.Task, st *edo.Step, sink edo.Sink[T], v T) (done bool, err error) {
	w := edo.StepState[sinkWait](st)
	if w == nil {
		w = sinkWaits.Get().(*sinkWait)
		w.sink = sink
	}
	st.Set(nil)
	var held own.Value[T]
	if !w.flushes {
		held.Put(v)
	}
	waits := false
	defer func() {
		if waits {
			st.Set(w)
			return
		}
		defer held.Drop() // if sink does not accept it
		w.recycle()
	}()
	if !w.flushes {
		if done, _, err = edo.AwaitStep(task, w); !done || err != nil {
			waits = !done
			return done, err
		}
		if err = startSend(sink, &held); err != nil {
			return true, err
		}
		w.flushes = true
	}
	done, _, err = edo.AwaitStep(task, w)
	waits = !done
	return done, err
}

// sinkWait is a future that is ready when a sink has room, or has flushed. It does not depend
// on the type of the values, so that Sends of all types share one pool.
type sinkWait struct {
	sink interface {
		PollReady(cx *edo.Context) (edo.Poll, error)
		PollFlush(cx *edo.Context) (edo.Poll, error)
	}
	flushes bool // it waits for the flush
}

var sinkWaits = sync.Pool{New: func() any { return new(sinkWait) }}

func (w *sinkWait) Poll(cx *edo.Context) (_ edo.Unit, p edo.Poll, err error) {
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Unit{}, edo.Pending, nil
	}
	if w.flushes {
		p, err = w.sink.PollFlush(cx)
	} else {
		p, err = w.sink.PollReady(cx)
	}
	turn.End(cx)
	return edo.Unit{}, p, err
}

// recycle puts w back into the pool.
func (w *sinkWait) recycle() {
	*w = sinkWait{}
	sinkWaits.Put(w)
}

// SendFuture is [Send] as a future. It borrows sink, which must outlive it, and owns v until
// sink accepts it.
func SendFuture[T any](sink edo.Sink[T], v T) edo.Future[edo.Unit] {
	return &sendFuture[T]{sink, own.HoldValue(v)}
}

type sendFuture[T any] struct {
	sink edo.Sink[T] // nil: ended or dropped
	v    own.Value[T]
}

func (s *sendFuture[T]) Poll(cx *edo.Context) (_ edo.Unit, p edo.Poll, err error) {
	if s.sink == nil {
		return polledAgain[edo.Unit](cx)
	}
	if p, err = sendHeld(cx, s.sink, &s.v); p == edo.Ready && err == nil {
		p, err = s.sink.PollFlush(cx)
	}
	if p == edo.Ready {
		s.Drop()
	}
	return edo.Unit{}, p, err
}

func (s *sendFuture[T]) Drop() {
	s.sink = nil
	s.v.Drop()
}

// sendHeld gives sink the value in v, if there is one and sink has room.
func sendHeld[T any](cx *edo.Context, sink edo.Sink[T], v *own.Value[T]) (edo.Poll, error) {
	if !v.Held() {
		return edo.Ready, nil
	}
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Pending, nil
	}
	p, err := sink.PollReady(cx)
	turn.End(cx)
	if p == edo.Ready && err == nil {
		err = startSend(sink, v)
	}
	return p, err
}

// startSend gives sink the value in v. If sink fails although it had room, it has not
// accepted the value, and startSend drops it.
func startSend[T any](sink edo.Sink[T], v *own.Value[T]) error {
	value := v.Take()
	err := sink.StartSend(value)
	if err != nil {
		own.Discard(value)
	}
	return err
}
