package stream

import (
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// Send waits until sink has room for v, gives it v, and waits until sink has handed
// it on. It borrows sink and owns v: when sink does not come to take it, because it
// has failed or the task was cancelled, v is dropped. It allocates nothing.
func Send[T any](task *edo.Task, sink edo.Sink[T], v T) error {
	left := own.HoldValue(v)
	defer left.Drop()
	w := sinkWaits.Get().(*sinkWait)
	defer w.free()
	w.sink = sink

	if _, err := edo.Await(task, w); err != nil {
		return err
	}
	if err := start(sink, &left); err != nil {
		return err
	}
	w.flush = true
	_, err := edo.Await(task, w)
	return err
}

// sinkWait waits for a sink to have room, or for its flush. It does not know the
// type of the values, so that Sends of all types can share a pool.
type sinkWait struct {
	sink interface {
		PollReady(cx *edo.Context) (edo.Poll, error)
		PollFlush(cx *edo.Context) (edo.Poll, error)
	}
	flush bool
}

var sinkWaits = sync.Pool{New: func() any { return new(sinkWait) }}

func (w *sinkWait) Poll(cx *edo.Context) (_ edo.Unit, p edo.Poll, err error) {
	turn := budget.Begin(cx)
	if turn.GivesWay(cx) {
		return edo.Unit{}, edo.Pending, nil
	}
	if w.flush {
		p, err = w.sink.PollFlush(cx)
	} else {
		p, err = w.sink.PollReady(cx)
	}
	turn.End(cx)
	return edo.Unit{}, p, err
}

func (w *sinkWait) free() {
	*w = sinkWait{}
	sinkWaits.Put(w)
}

// SendFuture is [Send] as a future: it borrows sink, which must outlive it, and owns
// v until sink takes it.
func SendFuture[T any](sink edo.Sink[T], v T) edo.Future[edo.Unit] {
	return &sending[T]{sink, own.HoldValue(v)}
}

type sending[T any] struct {
	sink edo.Sink[T] // nil: ended or dropped
	v    own.Value[T]
}

func (s *sending[T]) Poll(cx *edo.Context) (_ edo.Unit, p edo.Poll, err error) {
	if s.sink == nil {
		return polledAgain[edo.Unit](cx)
	}
	if p, err = offer(cx, s.sink, &s.v); p == edo.Ready && err == nil {
		p, err = s.sink.PollFlush(cx)
	}
	if p == edo.Ready {
		s.Drop()
	}
	return edo.Unit{}, p, err
}

func (s *sending[T]) Drop() {
	s.sink = nil
	s.v.Drop()
}

// offer gives sink the value in v, if there is one, once sink has room.
func offer[T any](cx *edo.Context, sink edo.Sink[T], v *own.Value[T]) (edo.Poll, error) {
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
		err = start(sink, v)
	}
	return p, err
}

// start gives sink the value in v. A sink that fails then, although it said that it
// has room, has not taken the value: it is dropped.
func start[T any](sink edo.Sink[T], v *own.Value[T]) error {
	given := v.Take()
	err := sink.StartSend(given)
	if err != nil {
		own.Discard(given)
	}
	return err
}
