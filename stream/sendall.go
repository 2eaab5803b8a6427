package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// SendAll gives sink all values of src, and waits until sink has passed them on. It flushes
// sink whenever it waits for src, and at the end. While sink has no room, it does not poll
// src: back-pressure reaches the source.
//
// SendAll stops at the first error, of src or of sink. It owns src, and drops it before it
// returns. It borrows sink, and neither closes nor drops it.
//
//edo:step SendAllStep
func SendAll[T any](task *edo.Task, sink edo.Sink[T], src Stream[T]) error {
	s := &sendAllFuture[T]{sink: sink, src: source(src)}
	defer s.Drop()
	_, err := edo.Await(task, s)
	return err
}

// SendAllStep is the step form of [SendAll].
func SendAllStep[T any](task *edo.Task, st *edo.Step, sink edo.Sink[T], src Stream[T]) (done bool, err error) {
	s := edo.StepState[sendAllFuture[T]](st)
	if s == nil {
		s = &sendAllFuture[T]{sink: sink, src: source(src)}
	}
	st.Set(nil)
	waits := false
	defer func() {
		if waits {
			st.Set(s)
		} else {
			s.Drop()
		}
	}()
	done, _, err = edo.AwaitStep(task, s)
	waits = !done
	return done, err
}

// SendAllFuture is [SendAll] as a future. It borrows sink, which must outlive it.
func SendAllFuture[T any](sink edo.Sink[T], src Stream[T]) edo.Future[edo.Unit] {
	return &sendAllFuture[T]{sink: sink, src: source(src)}
}

// sendAllFuture polls src first, and sink for room only when it holds a value of src. Other
// senders could not use room that it had reserved while src has no value.
type sendAllFuture[T any] struct {
	sink edo.Sink[T] // nil: ended or dropped
	src  own.Stream[T]
	v    own.Value[T] // a value that sink has no room for yet

	closes     bool // the sink is closed next, which flushes it
	flushFirst bool // src has used up the budget: sink is flushed before src is polled
}

func (s *sendAllFuture[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.sink == nil {
		return polledAgain[edo.Unit](cx)
	}
	p, err := s.poll(cx)
	if p == edo.Ready {
		s.Drop()
	}
	return edo.Unit{}, p, err
}

func (s *sendAllFuture[T]) poll(cx *edo.Context) (edo.Poll, error) {
	for {
		// Give sink the last value of src. While sink has no room, src is not polled.
		if p, err := sendHeld(cx, s.sink, &s.v); p != edo.Ready || err != nil {
			return p, err
		}
		if s.flushFirst {
			s.flushFirst = false
			if _, err := s.sink.PollFlush(cx); err != nil {
				return edo.Ready, err
			}
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		v, p, err := s.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.End && s.closes:
			return edo.Ready, nil
		case p == edo.End:
			return s.sink.PollFlush(cx)
		case p == edo.Pending:
			s.flushFirst = turn.UsedUp(cx)
			if _, err := s.sink.PollFlush(cx); err != nil {
				return edo.Ready, err
			}
			return edo.Pending, nil
		case err != nil:
			return edo.Ready, err
		}
		s.v.Put(v)
	}
}

func (s *sendAllFuture[T]) Drop() {
	s.sink = nil
	defer s.v.Drop()
	s.src.Drop()
}
