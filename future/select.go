package future

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/fan"
	"github.com/edo-go/edo/internal/own"
	"github.com/edo-go/edo/internal/sched"
)

// Select returns a future of the result of the first of a and b that is ready, a value or an
// error, and of the other one, which goes on when it is awaited or put into another
// combinator. It does not fail itself. Whether a or b is polled first is drawn, as in [Race],
// which drops the loser instead. Select is one allocation.
//
// The caller owns what [Either] holds. [Either.Drop] drops the result and the loser, and so
// does whatever drops the value of a future. A loser in direct style stays where it waits
// until it is polled again or dropped.
func Select[A, B any](a edo.Future[A], b edo.Future[B]) Fut[Either[A, B]] {
	s := &selection[A, B]{}
	s.a.src, s.b.src = source(a), source(b)
	s.set.Init(s, 2)
	s.self = s
	return Fut[Either[A, B]]{&s.node}
}

// Either is what [Select] gives: the result of one of two futures, and the other future.
type Either[A, B any] struct {
	Index      int           // 0: the first future is ready; 1: the second
	First      Result[A]     // if Index is 0
	Second     Result[B]     // if Index is 1
	FirstLeft  edo.Future[A] // the first future, if Index is 1
	SecondLeft edo.Future[B] // the second future, if Index is 0
}

// Drop drops the result and the future that is left.
func (e Either[A, B]) Drop() {
	if e.Index == 0 {
		defer edo.Drop(e.SecondLeft)
		e.First.Drop()
		return
	}
	defer edo.Drop(e.FirstLeft)
	e.Second.Drop()
}

type selection[A, B any] struct {
	node[Either[A, B]]
	set   fan.Set
	a     member[A]
	b     member[B]
	out   own.Value[Either[A, B]] // until it is returned
	ended bool                    // returned or dropped
}

func (s *selection[A, B]) Child(i int) *fan.Child {
	if i == 0 {
		return &s.a.Child
	}
	return &s.b.Child
}

func (s *selection[A, B]) PollChild(cx *sched.Context, i int) fan.Outcome {
	out := Either[A, B]{Index: i}
	ready := false
	if i == 0 {
		out.First.Value, ready, out.First.Err = s.a.poll(cx)
	} else {
		out.Second.Value, ready, out.Second.Err = s.b.poll(cx)
	}
	if !ready {
		return fan.Pending
	}
	s.out.Put(out)
	return fan.Last
}

func (s *selection[A, B]) Poll(cx *edo.Context) (out Either[A, B], _ edo.Poll, _ error) {
	if s.ended {
		return polledAgain[Either[A, B]](cx)
	}
	if !mayStart(&s.set, cx) {
		return out, edo.Pending, nil
	}
	s.set.Shuffle((*sched.Context)(cx))
	if !pollSet(&s.set, cx) {
		return out, edo.Pending, nil
	}
	s.ended = true
	s.set.Drop()
	out = s.out.Take()
	out.FirstLeft, out.SecondLeft = s.a.src.Take(), s.b.src.Take() // the winner has left its slot
	return out, edo.Ready, nil
}

func (s *selection[A, B]) Drop() {
	s.ended = true
	s.set.Drop()
	defer s.out.Drop()
	defer s.b.src.Drop()
	s.a.src.Drop()
}

// SelectAll is [Select] of many futures of the same type: it gives the result of the first of
// fs that is ready, and the others, in their order. SelectAll of no futures would never end,
// so it panics with an error that says so. It is two allocations, and a third one for the
// futures that are left; a poll costs as much as that of [Race].
//
// To wait for one after the other, Buffered and Merge of package stream and package joinset
// are cheaper: SelectAll makes all of its 80 bytes for each future anew each time.
func SelectAll[T any](fs ...edo.Future[T]) Fut[Selected[T]] {
	if len(fs) == 0 {
		panic(errNothingToSelect)
	}
	s := &selectAll[T]{}
	s.members = newMembers(fs)
	s.set.Init(s, len(fs))
	s.self = s
	return Fut[Selected[T]]{&s.node}
}

var errNothingToSelect = errors.New("future: SelectAll of nothing would never end: give it at least one future")

// Selected is what [SelectAll] gives: the result of one future, and the other futures.
type Selected[T any] struct {
	Index int // of the future that is ready, among those that SelectAll was given
	Result[T]
	Left []edo.Future[T] // the others, in their order
}

// Drop drops the result and the futures that are left.
func (s Selected[T]) Drop() {
	defer own.DiscardAll(s.Left)
	s.Result.Drop()
}

type selectAll[T any] struct {
	node[Selected[T]]
	group[T]
	out own.Value[Selected[T]] // until it is returned
}

func (s *selectAll[T]) PollChild(cx *sched.Context, i int) fan.Outcome {
	v, ready, err := s.members[i].poll(cx)
	if !ready {
		return fan.Pending
	}
	s.out.Put(Selected[T]{Index: i, Result: Result[T]{v, err}})
	return fan.Last
}

func (s *selectAll[T]) Poll(cx *edo.Context) (out Selected[T], _ edo.Poll, _ error) {
	if s.members == nil {
		return polledAgain[Selected[T]](cx)
	}
	if !mayStart(&s.set, cx) {
		return out, edo.Pending, nil
	}
	s.set.Shuffle((*sched.Context)(cx))
	if !pollSet(&s.set, cx) {
		return out, edo.Pending, nil
	}
	out = s.out.Take()
	if others := len(s.members) - 1; others > 0 {
		out.Left = make([]edo.Future[T], 0, others)
	}
	for i := range s.members {
		if f := s.members[i].src.Take(); i != out.Index {
			out.Left = append(out.Left, f)
		}
	}
	s.drop()
	return out, edo.Ready, nil
}

func (s *selectAll[T]) Drop() {
	defer s.out.Drop()
	s.drop()
}
