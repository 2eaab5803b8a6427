package watch

import "github.com/edo-go/edo"

type Sender[T any] struct{ ch *int }

type Receiver[T any] struct{ v T }

func New[T any](initial T) (*Sender[T], *Receiver[T]) { return nil, nil }

func (tx *Sender[T]) Send(v T) error { return nil }
func (tx *Sender[T]) Close()         {}
func (tx *Sender[T]) Drop()          {}

func (rx *Receiver[T]) Borrow() T { return rx.v }
func (rx *Receiver[T]) PollNext(cx *edo.Context) (v T, p edo.Poll, err error) {
	return
}
