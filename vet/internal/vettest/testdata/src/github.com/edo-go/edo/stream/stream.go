package stream

import (
	"iter"

	"github.com/edo-go/edo"
)

type Stream[T any] = edo.Stream[T]

type Seq[T any] struct{ v T }

func (s Seq[T]) PollNext(cx *edo.Context) (T, edo.Poll, error) { return s.v, edo.End, nil }

func (s Seq[T]) Filter(keep func(T) bool) Seq[T] { return s }

func Map[T, U any](s Stream[T], fn func(T) U) Seq[U] { return Seq[U]{} }

func Values[T any](values ...T) Seq[T] { return Seq[T]{} }

func ForEach[T any](s Stream[T], fn func(v T) error) edo.Future[edo.Unit] { return nil }

//edo:spawn ForEachTaskStep
func ForEachTask[T any](s Stream[T], fn func(task *edo.Task, v T) error) edo.Future[edo.Unit] {
	return nil
}

//edo:range AllStep
func All[T any](task *edo.Task, s Stream[T]) iter.Seq2[T, error] { return nil }

//edo:range EachStep
func Each[T any](task *edo.Task, s Stream[T], err *error) iter.Seq[T] { return nil }
