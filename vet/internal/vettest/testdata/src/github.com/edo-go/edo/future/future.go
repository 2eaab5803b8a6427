package future

import "github.com/edo-go/edo"

type Fut[T any] struct{ v T }

func (f Fut[T]) Poll(cx *edo.Context) (T, edo.Poll, error) { return f.v, edo.Ready, nil }

func (f Fut[T]) MapErr(fn func(error) error) Fut[T] { return f }

func Map[T, U any](f edo.Future[T], fn func(T) U) Fut[U] { return Fut[U]{} }

//edo:step JoinTaskStep
func RaceTask[T any](task *edo.Task, fns ...func(task *edo.Task) (T, error)) (v T, err error) { return }
