package stream

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/budget"
	"github.com/edo-go/edo/internal/own"
)

// SendAll gives sink all values of src, and waits until sink has handed them on,
// which it is asked to whenever src has to be waited for, and at the end. While sink
// has no room src is not asked for more: back-pressure reaches the source.
//
// It stops at the first error, of src or of sink. It owns src, and drops it before
// it returns; it borrows sink, and neither closes nor drops it.
func SendAll[T any](task *edo.Task, sink edo.Sink[T], src Stream[T]) error {
	s := &sendingAll[T]{sink: sink, src: source(src)}
	defer s.Drop()
	_, err := edo.Await(task, s)
	return err
}

// SendAllFuture is [SendAll] as a future: it borrows sink, which must outlive it.
func SendAllFuture[T any](sink edo.Sink[T], src Stream[T]) edo.Future[edo.Unit] {
	return &sendingAll[T]{sink: sink, src: source(src)}
}

// sendingAll holds one value that sink has no room for yet. It asks src first and
// sink for room then, because a place kept in a sink while src has nothing would be
// one that others cannot have.
type sendingAll[T any] struct {
	sink edo.Sink[T] // nil: ended or dropped
	src  own.Stream[T]
	v    own.Value[T]
}

func (s *sendingAll[T]) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.sink == nil {
		return polledAgain[edo.Unit](cx)
	}
	p, err := s.poll(cx)
	if p == edo.Ready {
		s.Drop()
	}
	return edo.Unit{}, p, err
}

func (s *sendingAll[T]) poll(cx *edo.Context) (edo.Poll, error) {
	for {
		if p, err := offer(cx, s.sink, &s.v); p != edo.Ready || err != nil {
			return p, err
		}
		turn := budget.Begin(cx)
		if turn.GivesWay(cx) {
			return edo.Pending, nil
		}
		v, p, err := s.src.Poll(cx)
		turn.End(cx)
		switch {
		case p == edo.End:
			return s.sink.PollFlush(cx)
		case p == edo.Pending:
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

func (s *sendingAll[T]) Drop() {
	s.sink = nil
	defer s.v.Drop()
	s.src.Drop()
}
